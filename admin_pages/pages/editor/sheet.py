"""A version to be read: what a published project says, in words and tables, without a single input."""

from typing import Any

from admin_pages.kernel import parts
from admin_pages.kernel.schemas import SchemaDocument
from backend.kernel.i18n import say

Json = dict[str, Any]
RESIDENCES = {"both": "城镇和农村", "rural": "农村", "urban": "城镇"}
GUIDANCE = "本项目由主管部门认定和发放，本系统只提供指引和转介，不在这里受理申请。"


class Sheet:
    """Reads a definition with the labels of its schema and of the vocabulary."""

    def __init__(self, definition: Json, vocabulary: Json, document: SchemaDocument) -> None:
        """Keep what every part reads."""
        self.definition, self.document = definition, document
        # Stored texts are data that the page shows, never templates of it.
        self.said: Json = {}
        self.names = {
            kind: {one["value"]: one["label"] for one in vocabulary[kind]}
            for kind in ("roles", "books", "accounts", "instruments", "projects")
        }
        self.facts = {word["name"]: word["label"] for word in vocabulary["words"]}

    def parts(self, said: Json) -> list[Json]:
        """Return the panels; `said` is the rule and formula in words."""
        body = self._here(said) if "rule" in self.definition else self._elsewhere()
        return [{"type": "service", "data": self.said, "body": body}]

    def _here(self, said: Json) -> list[Json]:
        return [
            parts.panel("项目", self._lines(self._basics())),
            parts.panel("条件", self._outline(said["rule"])),
            parts.panel("金额", self._lines(self._amount(said["formula"]))),
            parts.panel("材料", _table(self._materials())),
            parts.panel("申请表", _table(self._form())),
            parts.panel("流程", [_table(self._path()), self._lines(self._clock())]),
            parts.panel("审批与公示", self._lines(self._decision())),
            parts.panel("资金与互斥", [self._lines(self._money()), _table(self._exclusions())]),
            parts.panel("示例", _table(self._examples())),
        ]

    def _elsewhere(self) -> list[Json]:
        return [
            {"type": "alert", "level": "info", "body": GUIDANCE},
            parts.panel("项目", self._lines(self._basics())),
            parts.panel("办理指引", self._lines(self._guidance())),
            parts.panel("不能同时享受", _table(self._exclusions())),
        ]

    # Words ----------------------------------------------------------------------------------------

    def _label(self, value: Any, *path: str) -> str:
        """Say a stored value by the labels of the field at this place of the schema."""
        schema = self.document.schema
        for key in path:
            schema = self.document.resolve(schema["properties"][key])
            schema = self.document.resolve(schema["items"]) if schema.get("type") == "array" else schema
        labels = schema.get("x-labels", {})
        if isinstance(value, list):
            return "、".join(str(labels.get(one, one)) for one in value)
        return "" if value is None else str(labels.get(value, value))

    def _named(self, kind: str, value: Any) -> str:
        values = value if isinstance(value, list) else [value]
        return "、".join(self.names[kind].get(one, str(one)) for one in values if one)

    def _basis(self, basis: list[Json] | None) -> str:
        return "；".join(
            f"{self._named('instruments', one.get('instrument'))}{one.get('article') or ''}" for one in basis or ()
        )

    def _plain(self, text: str) -> Json:
        key = f"said{len(self.said)}"
        self.said[key] = text
        return {"type": "tpl", "tpl": f"${{{key}}}"}

    def _outline(self, lines: list[Json]) -> list[Json]:
        return [
            self._plain(line["text"])
            | {"className": f"outline depth-{line['depth']} heads-{str(line['heads']).lower()}"}
            for line in lines
        ]

    def _lines(self, lines: list[tuple[str, Any]]) -> Json:
        kept = [(label, value) for label, value in lines if value not in (None, "", [])]
        items = [{"label": label, "content": self._plain(str(value))} for label, value in kept]
        return {"type": "property", "column": 2, "items": items, "labelStyle": {"width": "150px"}}

    # Parts ----------------------------------------------------------------------------------------

    def _basics(self) -> list[tuple[str, Any]]:
        of = self.definition
        units = {"household": "按家庭认定", "person": "按个人认定"}
        return [
            ("主管部门", of.get("department")),
            ("救助层次", self._label(of.get("tier_seed"), "tier_seed")),
            ("法定类别", self._label(of.get("tier_law"), "tier_law")),
            ("救助方式", self._label([of.get("benefit_form"), *of.get("other_forms", ())], "benefit_form")),
            ("认定单位", say(units.get(of.get("unit", ""), ""))),
            ("适用城乡", say(RESIDENCES.get(of.get("residence", "both"), ""))),
            ("救助对象类别", self._label(of.get("target_groups"), "target_groups")),
            ("救助对象", of.get("target")),
            ("政策依据", self._basis(of.get("basis"))),
            ("说明", of.get("note")),
        ]

    def _guidance(self) -> list[tuple[str, Any]]:
        of = self.definition
        return [
            ("标准", of.get("standard")),
            ("办理流程", of.get("path_text")),
            ("承诺时限（工作日）", of.get("promise_days")),
            ("法定时限（工作日）", of.get("statutory_days")),
            ("急难时限（小时）", of.get("urgent_hours")),
            ("时限说明", of.get("time_text")),
            ("申请人提供", "、".join(of.get("applicant_gives") or ())),
            ("数据共享", self._label(of.get("by_sharing") or [], "materials", "source")),
            ("复核", of.get("review_text")),
            ("审批层级", self._label(of.get("decision_level"), "decision", "level")),
            ("账套", self._named("books", of.get("fund_book"))),
            ("预算科目", of.get("budget_subject")),
        ]

    def _amount(self, said: str | None) -> list[tuple[str, Any]]:
        amount = self.definition.get("amount") or {}
        return [
            ("公式", said or say("没有公式，逐件核定金额")),
            ("取整方式", self._label(amount.get("rounding"), "amount", "rounding")),
            ("计算说明", amount.get("description")),
            ("随下列项目一并核定", self._named("projects", self.definition.get("granted_with") or [])),
        ]

    def _materials(self) -> list[Json]:
        return [
            {
                "材料名称": one.get("name"),
                "获取方式": self._label(one.get("obtain_mode"), "materials", "obtain_mode"),
                "共享来源": self._label(one.get("source") or [], "materials", "source"),
                "必需": _yes(one.get("required", True)),
                "说明": one.get("note"),
            }
            for one in self.definition.get("materials") or ()
        ]

    def _form(self) -> list[Json]:
        return [
            {
                "字段名称": one.get("label"),
                "类型": self._label(one.get("type"), "form", "type"),
                "必填": _yes(one.get("required", False)),
                "对应事实": self.facts.get(one.get("fact") or "", ""),
                "选项": "、".join((one.get("options") or {}).values()),
                "填写说明": one.get("help"),
            }
            for one in self.definition.get("form") or ()
        ]

    def _path(self) -> list[Json]:
        clocks = {"working_days": "{days} 个工作日", "calendar_days": "{days} 天", "hours": "{days} 小时"}
        return [
            {
                "环节": one.get("name") or self._label(one.get("kind"), "path", "kind"),
                "办理层级": self._label(one.get("level"), "path", "level"),
                "办理角色": self._named("roles", one.get("roles")),
                "时限": next((say(text, days=str(one[key])) for key, text in clocks.items() if one.get(key)), ""),
                "最少人数": one.get("people") or 1,
                "办理条件": self._label(one.get("guards") or [], "path", "guards"),
                "说明": one.get("note"),
            }
            for one in self.definition.get("path") or ()
        ]

    def _clock(self) -> list[tuple[str, Any]]:
        clock = self.definition.get("clock") or {}
        return [
            ("承诺时限", clock.get("promise_days")),
            ("法定时限", clock.get("statutory_days")),
            ("特殊情况时限", clock.get("extended_days")),
            ("单位", self._label(clock.get("unit"), "clock", "unit")),
            ("急难时限（小时）", clock.get("urgent_hours")),
            ("补齐手续时限", clock.get("papers_days")),
            ("起算", self._label(clock.get("starts_at"), "clock", "starts_at")),
            ("说明", clock.get("note")),
        ]

    def _decision(self) -> list[tuple[str, Any]]:
        decision, publicity = self.definition.get("decision") or {}, self.definition.get("publicity") or {}
        review = self.definition.get("review") or {}
        by_class = "，".join(f"{code}：{months}" for code, months in (review.get("by_class") or {}).items() if months)
        return [
            ("审批层级", self._label(decision.get("level"), "decision", "level")),
            ("由县级委托镇街", _yes(decision.get("delegated", False))),
            ("镇街审批限额公式", decision.get("limit")),
            ("审批权限的依据", self._basis(decision.get("basis"))),
            ("公示天数", publicity.get("days")),
            ("公示地点", self._label(publicity.get("places") or [], "publicity", "places")),
            ("公示内容", "、".join(publicity.get("shown") or ())),
            ("确认后长期公布", _yes(publicity.get("after_approval", False))),
            ("复核周期（月）", review.get("months")),
            ("分类周期（月）", by_class),
        ]

    def _money(self) -> list[tuple[str, Any]]:
        fund = self.definition.get("fund") or {}
        account, subject = fund.get("account") or {}, fund.get("subject") or {}
        return [
            ("账套", self._named("books", fund.get("book"))),
            ("由镇街备用金先行支付", _yes(fund.get("town_reserve", False))),
            ("支出科目（农村）", self._named("accounts", account.get("rural"))),
            ("支出科目（城镇）", self._named("accounts", account.get("urban"))),
            ("预算科目（农村）", subject.get("rural")),
            ("预算科目（城镇）", subject.get("urban")),
        ]

    def _exclusions(self) -> list[Json]:
        return [
            {
                "互斥项目": self._named("projects", one.get("project")),
                "范围": self._label(one.get("among"), "exclusions", "among"),
                "处理": self._label(one.get("resolution"), "exclusions", "resolution"),
                "依据": self._basis(one.get("basis")),
                "说明": one.get("note"),
            }
            for one in self.definition.get("exclusions") or ()
        ]

    def _examples(self) -> list[Json]:
        code = self.definition.get("code", "")
        rows = []
        for one in self.definition.get("examples") or ():
            outcomes = (one.get("expected") or {}).get(code) or []
            outcomes = outcomes if isinstance(outcomes, list) else [outcomes]
            said = "；".join(_outcome(outcome) for outcome in outcomes)
            rows.append(
                {"名称": one.get("name"), "核定日期": one.get("on"), "依据": one.get("basis"), "预期结果": said}
            )
        return rows


def _outcome(outcome: Json) -> str:
    answers = {"true": "符合", "false": "不符合"}
    said = say(answers.get(str(outcome.get("eligible")).lower(), "无法判定"))
    amount = f" {outcome['amount']} {say('元')}" if outcome.get("amount") is not None else ""
    return f"{outcome.get('member') or ''}{said}{amount}"


def _yes(value: Any) -> str:
    return say("是" if value else "否")


def _table(rows: list[Json]) -> Json:
    """Return rows whose keys are the headings; columns that no row fills are left out."""
    keys = [key for key in (rows[0] if rows else {}) if any(row.get(key) not in (None, "") for row in rows)]
    numbered = [{str(place): row.get(key) for place, key in enumerate(keys)} for row in rows]
    columns = [parts.text(str(place), key) for place, key in enumerate(keys)]
    shown = {"type": "table", "data": {"rows": numbered}, "source": "${rows}", "columns": columns}
    return shown | {"placeholder": "没有记录", "columnsTogglable": False}
