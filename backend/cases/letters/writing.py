"""The words of a letter: taken from the case and from what the step has just recorded."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sql
from sqlalchemy import column, table
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import clocks, repository
from backend.cases.letters.templates import CONTACT, REMEDY, Issuer, Template
from backend.cases.models import Case
from backend.cases.models.codes import DecisionLevel
from backend.cases.path.guards import Acting
from backend.catalogue.models import PolicyDocument, ProjectVersion
from backend.kernel.clocks import CHINA
from backend.kernel.config import settings
from backend.kernel.money import to_chinese_capital

SUPPLY_DAYS = 10
"""Working days to hand in what is missing (DOMAIN §4.2 [D])."""
_DIVISION = table("division", column("code"), column("name"))
_TOWN, _COUNTY = 9, 6
_CAUSES = {
    "fire": "火灾",
    "traffic": "交通事故",
    "accident": "溺水等意外",
    "illness": "突发重病",
    "injury": "人身伤害",
    "unemployment": "突发失业断粮",
    "guardianship": "家庭暴力或监护缺失",
    "other": "突发急难",
}
_CHANNELS = {"bank": "银行转账", "cash": "现金"}
Words = dict[str, str]


async def words_of(acting: Acting) -> tuple[Words, dict[str, list[str]]]:
    """Return every word and list that a template may name; what is not known is missing."""
    case, data = acting.case, acting.data
    version = await acting.session.get(ProjectVersion, case.version_id)
    words: Words = {
        "name": case.applicant_name,
        "project": case.project_name,
        "number": case.number,
        "reason": case.reason,
        "opinion": acting.opinion or "",
        "policies": await _policies(acting.session, case, version),
        "target": version.target.rstrip("。") if version else "",
        "steps": "、".join(step.name for step in acting.path.steps if not step.optional),
        "promise_days": str(acting.path.promise_days or ""),
        "statutory_days": str(acting.path.statutory_days or ""),
        "submitted": day(case.submitted_at),
        "accepted": day(case.accepted_at),
        "promise_due": day(case.promise_due_at),
        "statutory_due": day(case.statutory_due_at),
        "first_contact": _minute(case.first_contact_at),
        "decided": _minute(case.decided_at),
        "start_month": f"{case.start_month:%Y年%m月}" if case.start_month else "",
        "change": case.change.label if case.change else "",
        "refer_to": str(acting.noted.get("receiver", "")),
        "extend_reason": str(getattr(data, "reason", "")),
        "extended_days": str(case.extension_days or ""),
        "cause": _CAUSES.get(str(getattr(data, "cause", "")), ""),
        "channel": _CHANNELS.get(str(getattr(data, "channel", "")), ""),
        "answer": str(getattr(data, "answer", "")),
        "upheld": "成立" if getattr(data, "upheld", False) else "不成立",
    }
    words |= await _places(acting.session, case)
    words |= _sums(acting)
    words |= await _recorded(acting)
    return words, await _lists(acting, version)


def _sums(acting: Acting) -> Words:
    """Return the amount under the name of what it is: monthly, once, paid first, changed."""
    case = acting.case
    if case.amount is None and acting.action.code != "pay_first":
        return {}
    amount = Decimal(acting.data.amount if acting.action.code == "pay_first" else case.amount or 0)
    names = {"pay_first": ("pay_amount", "pay_capital"), "propose": ("change_amount", "change_capital")}
    names["decide"] = names["propose"]
    monthly = ("amount", "capital") if acting.path.monthly else ("once_amount", "once_capital")
    figure, capital = names.get(acting.action.code, monthly)
    return {figure: f"{amount:.2f}元", capital: to_chinese_capital(amount)}


async def _recorded(acting: Acting) -> Words:
    """Return what the step keeps in rows of its own: notice, hearing, decision, objection."""
    session, case = acting.session, acting.case
    words: Words = {}
    match acting.action.code:
        case "supplement":
            calendar = await clocks.work_calendar(session)
            words["supply_until"] = day(clocks.working_days(SUPPLY_DAYS).due(acting.at, calendar).at)
        case "publicity_start":
            notice = await repository.last_notice(session, case)
            if notice is not None:
                amount = notice.content.get("amount")
                words |= {
                    "posted": day(notice.posted_at),
                    "notice_ends": day(notice.ends_at),
                    "notice_phone": notice.phone or "",
                    "notice_name": str(notice.content.get("name") or ""),
                    "notice_members": f"{notice.content['members']}人" if notice.content.get("members") else "",
                    "notice_amount": f"{amount}元" if amount else "",
                }
        case "approve" | "reject" | "decide":
            decision = await repository.last_decision(session, case)
            words["legal_basis"] = (decision.legal_basis if decision else None) or ""
            hearing = await repository.last_hearing(session, case)
            if hearing is not None:
                words["statement"] = hearing.statement or ("逾期未陈述" if hearing.waived else "")
        case "propose":
            hearing = await repository.last_hearing(session, case)
            words["answer_until"] = day(hearing.answer_until) if hearing else ""
        case "objection_answer":
            words["objection"] = "；".join(
                o.content for o in await repository.objections_answered(session, case, acting.at)
            )
    return words


async def _lists(acting: Acting, version: ProjectVersion | None) -> dict[str, list[str]]:
    data = acting.data
    reasons = [str(reason) for reason in getattr(data, "reasons", ())]
    if acting.action.code == "decide":
        proposals = await repository.acts(acting.session, acting.case, ("propose",))
        reasons = [str(reason) for reason in proposals[-1].data.get("reasons", [])] if proposals else []
    return {
        "items": [item.name for item in getattr(data, "items", ())],
        "reasons": reasons,
        "change_reasons": reasons,
        "papers": [
            str(paper["name"])
            for paper in ((version.definition.get("materials") or ()) if version else ())
            if paper.get("obtain_mode") != "share"
        ],
    }


async def _places(session: AsyncSession, case: Case) -> Words:
    """Return the names of village and town, and who signs at each level."""
    code = case.division_code
    wanted = {code, code[:_TOWN], code[:_COUNTY]}
    rows = await session.execute(sql.select(_DIVISION.c.code, _DIVISION.c.name).where(_DIVISION.c.code.in_(wanted)))
    names = {row.code: str(row.name) for row in rows}
    county = names.get(code[:_COUNTY], "本县")
    town = names.get(code[:_TOWN], county) if len(code) >= _TOWN else county
    return {"village": names.get(code, town), "town": town, "county": county}


def issuer_name(words: Mapping[str, str], issuer: Issuer, level: DecisionLevel) -> str:
    """Return who signs: the town's government, or the county's civil affairs bureau."""
    by_county = issuer == "county" or (issuer == "decider" and level is DecisionLevel.COUNTY)
    if by_county or words["town"] == words["county"]:
        return f"{words['county']}民政局"
    return f"{words['town']}{'办事处' if words['town'].endswith('街道') else '人民政府'}"


async def _policies(session: AsyncSession, case: Case, version: ProjectVersion | None) -> str:
    """Return the titles of the instruments that the version of the project rests on, the law itself left out."""
    cited = [
        part for part in (version.definition.get("basis") or () if version else ()) if part.get("instrument") != "L01"
    ]
    codes = [str(part["instrument"]) for part in cited if part.get("instrument")]
    if not codes:
        return f"《{case.project_name}》项目规定"
    documents = await session.exec(select(PolicyDocument).where(col(PolicyDocument.code).in_(codes)))
    titles = {document.code: document.title for document in documents.all()}
    named = [_cited(titles[code]) for code in dict.fromkeys(codes) if code in titles]
    return "、".join(named) or f"《{case.project_name}》项目规定"


def _cited(title: str) -> str:
    return title if title.startswith("《") else f"《{title}》"


def compose(template: Template, words: Words, lists: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Return the parts of the letter in order; a paragraph that names a missing word is left out."""
    parts: list[dict[str, Any]] = []
    entries = list(lists.get(template.entries, ()))
    for paragraph in template.body:
        text = filled(paragraph, words)
        if text is None:
            continue
        parts.append({"kind": "text", "text": text})
        if entries and text.endswith("："):
            parts.append({"kind": "entries", "entries": entries})
            entries = []
    if entries:
        parts.append({"kind": "entries", "entries": entries})
    rows = [[label, words[name]] for label, name in template.rows if words.get(name)]
    if rows:
        parts.append({"kind": "rows", "rows": rows})
    tail = [template.basis, REMEDY if template.remedy else "", CONTACT, template.closing]
    parts += [{"kind": "text", "text": text} for text in (filled(line, words) for line in tail) if text]
    return parts


def filled(text: str, words: Mapping[str, str]) -> str | None:
    """Return the text with its words; None when one of them is not known."""
    found = _Words(words)
    said = text.format_map(found)
    return None if found.missing else said


class _Words(dict[str, str]):
    """Words that remember whether one was missing."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__({name: word for name, word in words.items() if word})
        self.missing = False

    def __missing__(self, name: str) -> str:
        self.missing = True
        return ""


def day(moment: datetime | None) -> str:
    """Return a day as letters write it; nothing for an unknown one."""
    return f"{moment.astimezone(CHINA):%Y年%m月%d日}" if moment else ""


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHINA):%Y年%m月%d日 %H:%M}" if moment else ""


def short_name(county: str) -> str:
    """Return the county's short name as letters carry it, without the word county, city or district."""
    return settings().county_short_name or county.removesuffix("县").removesuffix("市").removesuffix("区")
