"""What happened to a household: who changed what when, in words, masked like the file itself."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.kernel.labels import EnumText, LabelledEnum
from backend.registry import masking, repository
from backend.registry.codes import LeaveReason
from backend.registry.details import ITEMS
from backend.registry.masking import Degree
from backend.registry.models import Household, HouseholdMember, Person, PersonStatus


class Act(LabelledEnum):
    """What was done, as the trail names it."""

    REGISTER = "household.register", "登记家庭"
    CORRECT = "household.correct", "更正家庭资料"
    VERIFY = "household.verify", "核对财产"
    JOIN = "household.join", "增加成员"
    DEPART = "household.depart", "成员离开"
    ADD_INCOME = "household.add_incomes", "登记收入"
    ADD_DEDUCTION = "household.add_deductions", "登记收入扣减"
    ADD_PROPERTY = "household.add_properties", "登记财产"
    ADD_EXPENSE = "household.add_expenses", "登记刚性支出"
    REMOVE_INCOME = "household.remove_incomes", "撤销收入"
    REMOVE_DEDUCTION = "household.remove_deductions", "撤销收入扣减"
    REMOVE_PROPERTY = "household.remove_properties", "撤销财产"
    REMOVE_EXPENSE = "household.remove_expenses", "撤销刚性支出"
    ASK_TRANSFER = "household.ask_transfer", "申请迁移"
    TRANSFER = "household.transfer", "迁移到其他区划"
    REFUSE_TRANSFER = "household.refuse_transfer", "退回迁移"
    CORRECT_PERSON = "person.correct", "更正人员资料"
    ADD_STATUS = "person.add_status", "登记身份"
    END_STATUS = "person.end_status", "终止身份"
    MERGE = "person.merge", "合并重复人员"
    UNMERGE = "person.unmerge", "撤销合并"
    ROSTER_MADE = "roster.created", "名册导入新建"
    ROSTER_CHANGED = "roster.changed", "名册导入更新"


class HistoryRow(BaseModel):
    """One change."""

    occurred_at: datetime = Field(title="时间")
    action: Act = Field(title="事项")
    user_name: str = Field(title="办理人")
    person_name: str | None = Field(default=None, title="涉及人员")
    lines: list[str] = Field(title="内容")


_HISTORY = text(
    """
    SELECT *, count(*) OVER () AS total FROM (
        SELECT a.occurred_at, a.action, a.user_name, a.details,
               CASE WHEN a.subject_kind = 'person' THEN CAST(a.subject_id AS bigint)
                    ELSE CAST(a.details ->> 'person_id' AS bigint) END AS person_id
        FROM audit_entry a
        WHERE a.kind = 'did' AND a.action = ANY(:acts)
          AND ((a.subject_kind = 'household' AND a.subject_id = :text_id)
            OR (a.subject_kind = 'person' AND a.subject_id = ANY(:people)))
        UNION ALL
        SELECT i.finished_at, CASE WHEN r.created THEN 'roster.created' ELSE 'roster.changed' END, u.name,
               jsonb_build_object('file', i.file_name), NULL
        FROM roster_household r JOIN roster_import i ON i.id = r.import_id JOIN user_account u ON u.id = i.user_id
        WHERE r.household_id = :id
    ) each ORDER BY occurred_at DESC LIMIT :size OFFSET :skip
    """
)
_MODELS: tuple[type[SQLModel], ...] = (*ITEMS.values(), Household, Person, HouseholdMember, PersonStatus)
_REASONS: Mapping[str, str] = {"reason": "理由", "note": "说明", "file": "文件名", "number": "家庭编号"}
_NUMBERS: Mapping[str, str] = {"phone": "联系电话", "id_number": "证件号码", "disability_card": "残疾人证号"}
_HEALTH, _MONEY = frozenset(masking.HEALTH_FIELDS), frozenset(masking.MONEY_FIELDS)
_UNSAID = frozenset({"id", "person_id", "version", "members"})


async def read(
    session: AsyncSession, actor: Actor, household_id: int, page: int, size: int
) -> tuple[list[HistoryRow], int]:
    """Return the household's changes, newest first, those of its members' own data among them."""
    people = await repository.members(session, household_id)
    for person in people:
        masking.mask_person(actor, person)
    names = {person["id"]: person["name"] for person in people}
    values = {
        "id": household_id,
        "text_id": str(household_id),
        "people": [str(id_) for id_ in names],
        "acts": list(Act.labels()),
        "size": size,
        "skip": (page - 1) * size,
    }
    rows = [dict(row) for row in (await session.execute(_HISTORY, values)).mappings()]
    sight = masking.sight_of(actor)
    await _name_places(session, rows)
    found = [
        HistoryRow(
            occurred_at=row["occurred_at"],
            action=Act(row["action"]),
            user_name=row["user_name"],
            person_name=names.get(row["person_id"]),
            lines=list(_lines(row["details"], sight)),
        )
        for row in rows
    ]
    return found, rows[0]["total"] if rows else 0


async def _name_places(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Put the names of places where the trail has their codes."""
    codes = {row["details"][end] for row in rows for end in ("from", "to") if end in row["details"]}
    if not codes:
        return
    names = await repository.place_names(session, codes)
    for row in rows:
        for end in ("from", "to"):
            if end in row["details"]:
                row["details"][end] = names.get(row["details"][end], row["details"][end])


def _lines(details: dict[str, Any], sight: masking.Sight) -> Iterator[str]:
    told = details.get("changes") or {}
    for name, (before, after) in told.items():
        if _hidden(name, sight):
            yield say("{field}：已修改（按岗位不显示内容）", field=_title(name))
        else:
            was, now_is = _word(name, before), _word(name, after)
            yield say("{field}：{before} → {after}", field=_title(name), before=was, after=now_is)
    if {"from", "to"} <= details.keys():
        yield say("{field}：{before} → {after}", field=say("行政区划"), before=details["from"], after=details["to"])
    for name, value in {**details, **(details.get("removed") or {})}.items():
        if name in _UNSAID or value is None or isinstance(value, dict | list) or name in {"from", "to"}:
            continue
        if not _hidden(name, sight):
            yield f"{_title(name)}：{_word(name, value)}"


def _hidden(name: str, sight: masking.Sight) -> bool:
    if name in _MONEY:
        return sight.money < Degree.WHOLE
    if name in _HEALTH:
        return sight.health < Degree.WHOLE
    return name == "phone" and sight.phone is Degree.NOTHING


def _title(name: str) -> str:
    if name in _REASONS:
        return say(_REASONS[name])
    for model in _MODELS:
        field = model.model_fields.get(name)
        if field is not None and field.title:
            return say(field.title)
    return say(_NUMBERS.get(name, "其他资料"))


def _word(name: str, value: Any) -> str:
    """Say a stored value as people read it."""
    if value in (None, ""):
        return say("未填写")
    if isinstance(value, bool):
        return say("是") if value else say("否")
    if name == "reason" and value in LeaveReason.labels():
        return say(LeaveReason(value).label)
    for model in _MODELS:
        column = model.__table__.c.get(name)  # type: ignore[attr-defined]
        if column is not None and isinstance(column.type, EnumText):
            label = column.type.enum.labels().get(str(value))
            if label is not None:
                return say(label)
    return str(value)
