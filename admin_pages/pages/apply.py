"""帮助申请: choose the household and the aid, then one form with papers and signatures, made for a phone."""

from typing import Any, ClassVar

from fastapi_amis_admin.amis.components import PageSchema
from starlette.requests import Request

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.client import ApiRefusal
from admin_pages.kernel.drawn import DrawnPage, Json
from admin_pages.kernel.site import site
from admin_pages.pages.case_tabs import SIGNED
from backend.kernel.i18n import say

CHANNELS = {"grid": "网格协理员帮助申请", "window": "到窗口申请", "hotline": "热线来电", "online": "网上申请"}
BY_ROLE = {"village_helper": "grid", "community_station": "grid"}


@site.register_admin
class ApplyPage(DrawnPage):
    """Three questions on three screens: for whom, which aid, and the application itself."""

    group = "案件办理"
    permissions = ("case:create",)
    page_schema = PageSchema(label="帮助申请", icon="fa fa-pencil-square-o", sort=95)
    address: ClassVar[str] = "?household_id=${household_id}&project_code=${project_code}&urgent=${urgent}"

    async def content(self, request: Request) -> Any:
        """Ask what is not known yet."""
        wanted = {k: v for k, v in request.query_params.items() if v and v not in {"undefined", "null"}}
        household, project = wanted.get("household_id"), wanted.get("project_code")
        if wanted.get("urgent") and not household:
            return await self._emergency(request)
        if project and household:
            return await self._application(request, household, project)
        if household:
            return await self._choice_of_aid(request, household)
        return self._choice_of_household()

    def _choice_of_household(self) -> list[Json]:
        picker = {
            "type": "select",
            "name": "household_id",
            "label": "申请家庭",
            "required": True,
            "searchable": True,
            "source": "get:/api/v1/households/options",
            "autoComplete": "get:/api/v1/households/options?term=$term",
            "placeholder": "输入户主姓名或家庭编号查找",
        }
        form = {
            "type": "form",
            "title": "第一步：为哪个家庭申请",
            "mode": "normal",
            "body": [picker],
            "submitText": "下一步",
            "redirect": "/page/ApplyPage?household_id=${household_id}",
        }
        missing = parts.link("没有找到：先登记家庭", "/page/RegisterPage")
        urgent = parts.link("急难求助：没有档案也可以马上登记", "/page/ApplyPage?urgent=1", level="danger")
        return [form, missing, urgent]

    async def _emergency(self, request: Request) -> list[Json]:
        """Return the one form of an emergency without a file."""
        operation = self.api.operation("post", "/api/v1/cases/emergencies")
        projects = (await self.ask(request, "/api/v1/projects?page_size=200&described_only=false&status=published"))[
            "items"
        ]
        options = [
            {"label": f"{p['code']} {say(p['name'])}", "value": p["code"]} for p in projects if p.get("urgent_hours")
        ]
        choice = {"type": "select", "options": options, "value": options[0]["value"] if options else None}
        place = (await self.ask(request, "/api/v1/auth/me"))["division"] or {}
        here = {"value": place["code"]} if place.get("level") not in {None, "county"} else {}
        items = [
            {"name": item["name"], "label": item["label"], "required": True, **choice}
            if item["name"] == "project_code"
            else item | (here if item["name"] == "division_code" else {})
            for item in widgets.form_items(self.api, operation.body if operation and operation.body else {})
        ]
        form = {
            "type": "form",
            "title": "急难求助登记",
            "mode": "normal",
            "api": "post:/api/v1/cases/emergencies",
            "body": items,
            "submitText": "登记并开始先行救助",
            "redirect": "/page/CaseFilePage?id=${id}",
            "preventEnterSubmit": True,
            "promptPageLeave": True,
        }
        return [form]

    async def _choice_of_aid(self, request: Request, household: str) -> list[Json]:
        """Return every aid one can apply for, those the household matches first."""
        found = await self.ask(request, f"/api/v1/households/{int(household)}")
        projects = (await self.ask(request, "/api/v1/projects?page_size=200&described_only=false&status=published"))[
            "items"
        ]
        try:
            judged = (await self.ask(request, f"/api/v1/households/{int(household)}/matches"))["items"]
        except ApiRefusal:
            judged = []
        by_code = {match["project_code"]: match for match in judged}
        unknown = {"eligible": None, "amount": None}
        matches = [
            by_code.get(p["code"], unknown) | {"project_code": p["code"], "project_name": p["name"]} for p in projects
        ]
        order = {True: 0, None: 1, False: 2}
        cards = sorted(matches, key=lambda m: (bool(m.get("receiving")), order[m["eligible"]], m["project_code"]))
        title = {"type": "tpl", "tpl": "第二步：${household.head_name}家庭申请哪项救助", "className": "case-title"}
        hint = {
            "type": "tpl",
            "tpl": "按现有资料测算，仅供参考；不符合的也可以申请，由审批确定。",
            "className": "text-muted",
        }
        body = [title, hint, *(_aid(card, household) for card in cards)]
        return [{"type": "service", "data": {"household": found, "matches": cards}, "body": body}]

    async def _application(self, request: Request, household: str | None, project: str) -> list[Json]:
        query = f"project_code={project}" + (f"&household_id={int(household)}" if household else "")
        blank = await self.ask(request, f"/api/v1/cases/blank?{query}")
        if blank["open_case"]:
            open_case = parts.link("打开正在办理的案件", f"/page/CaseFilePage?id={blank['open_case']['id']}")
            notice = say("该家庭的同一申请正在办理，不需要重复申请")
            return [{"type": "alert", "level": "warning", "body": notice}, open_case]
        me = await self.ask(request, "/api/v1/auth/me")
        channel = next((BY_ROLE[role] for role in me["roles"] if role in BY_ROLE), "window")
        return [{"type": "service", "data": {"blank": blank}, "body": [_form(blank, channel)]}]


def _aid(card: Json, household: str) -> Json:
    said = {True: "符合条件", False: "不符合条件", None: "有情况待核实"}[card["eligible"]]
    if card.get("receiving"):
        said = "正在享受"
    amount = say("测算 {amount} 元", amount=card["amount"]) if card.get("amount") and card["eligible"] else ""
    colour = {True: "word-true", False: "word-false", None: "word-amber"}[card["eligible"]]
    to = f"/page/ApplyPage?household_id={int(household)}&project_code={card['project_code']}"
    return {
        "type": "wrapper",
        "size": "none",
        "className": "aid-card",
        "body": [
            {"type": "tpl", "tpl": f"{card['project_code']} {say(card['project_name'])}", "className": "aid-name"},
            {"type": "tpl", "tpl": f"{say(said)}　{amount}", "className": colour},
            {"type": "button", "label": "申请", "level": "primary", "actionType": "link", "link": to},
        ],
    }


def _form(blank: Json, channel: str) -> Json:
    """Return the application: who, why, the project's own questions, papers, signatures."""
    about = {"division_code": blank["division_code"], "subject_kind": "application"} if blank["division_code"] else {}
    body: list[Json] = [
        {"type": "tpl", "tpl": "${blank.target}", "className": "explanation"},
        *_who(blank),
        {"type": "textarea", "name": "reason", "label": "申请事由", "required": True, "maxLength": 500, "minRows": 3},
        *(_question(field) for field in blank["fields"]),
        *_papers(blank, about),
        *_signatures(blank, about),
        {
            "type": "select",
            "name": "channel",
            "label": "申请渠道",
            "options": [{"label": label, "value": value} for value, label in CHANNELS.items()],
            "value": channel,
        },
    ]
    kept = {"type": "tpl", "tpl": "未签署的申请先保存为草稿，签署齐全后再提交。", "className": "text-muted"}
    return {
        "type": "form",
        "title": say("第三步：{project}申请表", project=say(blank["project_name"])),
        "name": "application",
        "mode": "normal",
        "api": _target(blank),
        "data": {"form": {}, "papers": {}, "signed_by": []},
        "body": [*body, kept],
        "submitText": "提交申请",
        "redirect": "/page/CaseFilePage?id=${id}",
        "preventEnterSubmit": True,
        "persistData": f"application-{blank['project_code']}-{blank['household_id']}",
        "persistDataKeys": ["reason", "form", "channel", "applicant_person_id"],
        "clearPersistDataAfterSubmit": True,
        "promptPageLeave": True,
    }


def _target(blank: Json) -> Json:
    """Return where the form goes; the case is of the household and the aid that were chosen before."""
    return {
        "method": "post",
        "url": "/api/v1/cases",
        "data": {
            "project_code": blank["project_code"],
            "household_id": blank["household_id"],
            "applicant_person_id": "${applicant_person_id}",
            "channel": "${channel}",
            "reason": "${reason}",
            "form": "${form}",
            "papers": "${papers || {}}",
            "signed_by": "${signed_by || []}",
            "sign_method": "${sign_method}",
            "commitment_signed": "${signed_by.length > 0}",
            "first_contact_at": "${first_contact_at|default:undefined}",
        },
    }


def _who(blank: Json) -> list[Json]:
    options = [{"label": f"{a['name']}（{a['id_number'] or '—'}）", "value": a["person_id"]} for a in blank["adults"]]
    found: list[Json] = [
        {"type": "static", "label": "申请家庭", "value": "${blank.household_name}"},
        {
            "type": "radios",
            "name": "applicant_person_id",
            "label": "申请人",
            "options": options,
            "required": True,
            "value": options[0]["value"] if options else None,
            "inline": False,
        },
    ]
    if blank["urgent"]:
        found.append(
            {
                "type": "input-datetime",
                "name": "first_contact_at",
                "label": "首次接触时间",
                "valueFormat": "YYYY-MM-DDTHH:mm:ssZ",
                "description": "24小时先行救助从首次接触起算，不填为现在",
            }
        )
    return found


def _question(field: Json) -> Json:
    """Return one question of the project's own form."""
    kinds: dict[str, Json] = {
        "text": {"type": "input-text", "maxLength": 200},
        "textarea": {"type": "textarea", "minRows": 3, "maxLength": 1000},
        "money": {"type": "input-number", "precision": 2, "min": 0, "suffix": "元"},
        "number": {"type": "input-number", "min": 0},
        "date": {"type": "input-date", "valueFormat": "YYYY-MM-DD", "displayFormat": "YYYY-MM-DD"},
        "truth": {"type": "switch"},
    }
    options = [{"label": say(label), "value": value} for value, label in field["options"].items()]
    made = kinds.get(field["type"], kinds["text"])
    if options:
        many = field["type"] == "choices"
        made = {"type": "checkboxes", "joinValues": False, "extractValue": True} if many else {"type": "select"}
        made = made | {"options": options}
    common = {"name": f"form.{field['name']}", "label": say(field["label"]), "required": bool(field.get("required"))}
    return made | common | ({"description": say(field["help"])} if field.get("help") else {})


def _heading(title: str) -> Json:
    return {"type": "tpl", "tpl": title, "className": "form-heading"}


def _papers(blank: Json, about: Json) -> list[Json]:
    """Return an upload per paper that the applicant has; what sharing fetches is only named."""
    own = [paper for paper in blank["papers"] if paper["obtain_mode"] != "share" and paper["code"] != "commitment"]
    shared = [say(paper["name"]) for paper in blank["papers"] if paper["obtain_mode"] == "share"]
    found: list[Json] = [_heading("材料")]
    if shared:
        note = say("以下由系统通过数据共享获取，无需提供：{names}", names="、".join(shared))
        found.append({"type": "alert", "level": "info", "body": note})
    for paper in own:
        label = say(paper["name"]) + ("" if paper["required"] else say("（如有）"))
        note = {"description": say(paper["note"])} if paper["note"] else {}
        found.append(parts.upload(f"papers.{paper['code']}", label, about) | note)
    return found


def _signatures(blank: Json, about: Json) -> list[Json]:
    """Return who of the adults has signed, how, and the photographed page."""
    adults = [{"label": a["name"], "value": a["person_id"]} for a in blank["adults"]]
    methods = [{"label": label, "value": value} for value, label in SIGNED.items()]
    return [
        _heading("承诺和授权"),
        {
            "type": "checkboxes",
            "name": "signed_by",
            "label": "已签署承诺书和核对授权书的成年家庭成员",
            "description": "全体成年家庭成员都要签署；未签齐的保存为草稿",
            "options": adults,
            "joinValues": False,
            "extractValue": True,
            "checkAll": True,
            "inline": False,
        },
        {"type": "select", "name": "sign_method", "label": "签署方式", "options": methods, "value": "handwritten"},
        parts.upload("papers.commitment", "签署页照片", about),
    ]
