"""The parts of a definition as an administrator thinks of them, each laid out for reading and writing."""

from typing import Any

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.conditions import rule_builder
from admin_pages.kernel.schemas import SchemaDocument
from admin_pages.pages.editor import live

Json = dict[str, Any]
RESIDENCES = {"both": "城镇和农村", "rural": "农村", "urban": "城镇"}
SIDES = (("rural", "农村"), ("urban", "城镇"))


class Sections:
    """Draws the editor's tabs from the definition's schema and the vocabulary."""

    def __init__(self, vocabulary: Json, document: SchemaDocument, version: Json) -> None:
        """Keep what every tab reads."""
        self.vocabulary, self.document, self.version = vocabulary, document, version

    def tabs(self) -> list[Json]:
        """Return the tabs in the order of the work."""
        drawn = (
            ("基本信息", self.basics()),
            ("条件", self.rule()),
            ("金额", self.amount()),
            ("材料", self.materials()),
            ("申请表", self.form()),
            ("流程与时限", self.path()),
            ("审批与公示", self.decision()),
            ("资金与互斥", self.money()),
            ("示例", self.examples()),
        )
        tabs: list[Json] = [{"title": title, "body": body} for title, body in drawn]
        # The examples' inputs follow the rule, so they are drawn anew whenever their tab is opened.
        tabs[-1] |= {"mountOnEnter": True, "unmountOnExit": True}
        return tabs

    # The fields of one object of the schema ------------------------------------------------------

    def _schema(self, *keys: str) -> Json:
        schema = self.document.schema
        for key in keys:
            schema = self.document.resolve(schema["properties"][key])
            schema = self.document.resolve(schema["items"]) if schema.get("type") == "array" else schema
        return schema

    def _item(self, of: Json, name: str, prefix: str = "", **more: Any) -> Json:
        field = self.document.resolve(of["properties"][name])
        required = name in of.get("required", ()) and "default" not in field
        drawn = widgets.form_item(self.document, prefix + name, field, required=required)
        if drawn["type"] == "textarea" and field.get("maxLength", 0) <= SHORT:
            drawn["type"] = "input-text"
        return drawn | more

    def _items(self, of: Json, names: str, prefix: str = "") -> list[Json]:
        return [self._item(of, name, prefix) for name in names.split()]

    def _basis(self, name: str, label: str) -> Json:
        instrument = self._choice("instrument", "文件", self.vocabulary["instruments"], required=True)
        article = {"type": "input-text", "name": "article", "label": "条款", "placeholder": "如 第十八条"}
        return _rows(name, label, [_row(instrument, article)], "添加依据")

    @staticmethod
    def _choice(name: str, label: str, options: list[Json], **more: Any) -> Json:
        picked = {"type": "select", "name": name, "label": label, "options": options, "searchable": True}
        return picked | {"clearable": not more.get("required")} | _keeping(more)

    # The tabs ------------------------------------------------------------------------------------

    def basics(self) -> list[Json]:
        """Name, whom it is for, and the law behind it."""
        top = self._schema()
        residence = {"type": "radios", "options": _options(RESIDENCES)}
        unit = {"type": "radios", "options": _options({"household": "按家庭认定", "person": "按个人认定"})}
        groups = self._item(top, "target_groups", type="select", multiple=True, searchable=True)
        forms = self._item(top, "other_forms", type="select", multiple=True)
        return [
            _row(self._item(top, "name"), self._item(top, "department")),
            _row(self._item(top, "tier_seed"), self._item(top, "tier_law")),
            _row(self._item(top, "benefit_form"), forms),
            _row(self._item(top, "unit", description="", **unit), self._item(top, "residence", **residence)),
            groups,
            self._item(top, "target", required=False, minRows=2, description="用一句话说明谁可以申请，供公开目录使用"),
            self._basis("basis", "政策依据"),
            self._item(top, "note", minRows=2),
        ]

    def rule(self) -> list[Json]:
        """The tree, what it says in words, and how many fulfil it now."""
        builders = [
            rule_builder(self.vocabulary, unit, name="rule", label="", visibleOn=f"${{unit == '{unit}'}}")
            for unit in ("household", "person")
        ]
        hint = "先选事实，再选比较方式，右边可以填数字、参数或公式。“并且”要求每一项都符合，“或者”符合一项即可。"
        return [
            {"type": "tpl", "tpl": hint, "className": "explanation"},
            {
                "type": "grid",
                "columns": [{"md": 8, "body": builders}, {"md": 4, "body": live.of_rule(self.version)}],
            },
        ]

    def amount(self) -> list[Json]:
        """The formula, what it says, and its result on a household of the reader's choice."""
        of = self._schema("amount")
        formula = {
            "type": "textarea",
            "name": "amount.formula",
            "label": "金额公式（元）",
            "minRows": 3,
            "maxLength": 4000,
            "placeholder": "如 进到(最大(低保标准 * 保障人数 - 家庭月收入, 0), 取整单位)；不填则逐件核定金额",
        }
        written = [
            formula,
            _row(self._item(of, "rounding", "amount."), self._item(of, "description", "amount.", type="input-text")),
            self._help(),
        ]
        return [
            {"type": "grid", "columns": [{"md": 7, "body": written}, {"md": 5, "body": live.of_formula(self.version)}]}
        ]

    def _help(self) -> Json:
        columns = [parts.text("label", "函数"), parts.text("example", "写法"), parts.text("meaning", "含义")]
        table = {"type": "table", "data": {"functions": self.vocabulary["functions"]}, "source": "${functions}"}
        words = [
            {"label": word["written"], "meaning": word["meaning"], "unit": word["unit"]}
            for word in self.vocabulary["words"]
        ]
        listed = [parts.text("label", "名称"), parts.text("unit", "单位"), parts.text("meaning", "含义")]
        known = {"type": "table", "data": {"words": words}, "source": "${words}", "columns": listed}
        body = [
            {"type": "collapse", "header": "可用的函数", "body": table | {"columns": columns}, "mountOnEnter": True},
            {"type": "collapse", "header": "可用的事实和参数", "body": known, "mountOnEnter": True},
        ]
        return {"type": "collapse-group", "activeKey": [], "body": body, "className": "formula-help"}

    def materials(self) -> list[Json]:
        """What proves what, and who brings it."""
        of = self._schema("materials")
        source = {"type": "select", "multiple": True, "visibleOn": "${obtain_mode == 'share'}", "searchable": True}
        row = _row(
            self._item(of, "name", columnRatio=4),
            self._item(of, "obtain_mode"),
            self._item(of, "source", **source),
            self._item(of, "required"),
        )
        note = self._item(of, "note", type="input-text", label="", placeholder="说明（可不填）")
        hint = "能够通过数据共享核验的，不得要求申请人提供（社会救助法第六十二条）。"
        return [
            {"type": "tpl", "tpl": hint, "className": "explanation"},
            _rows("materials", "", [row, note], "添加材料", empty={"obtain_mode": "applicant", "required": True}),
        ]

    def form(self) -> list[Json]:
        """What an applicant fills in beside the common form."""
        of = self._schema("form")
        facts = [
            {"label": word["label"], "value": word["name"]}
            for word in self.vocabulary["words"]
            if word["unit_of"] != "parameter"
        ]
        fact = self._choice("fact", "填写后作为事实", facts, placeholder="不参与计算")
        options = {
            "type": "input-kv",
            "label": "选项",
            "keyPlaceholder": "代码（英文字母）",
            "valuePlaceholder": "文字",
            "visibleOn": "${(type == 'choice' || type == 'choices') && !fact}",
        }
        row = _row(self._item(of, "label"), self._item(of, "type"), fact, self._item(of, "required"))
        body = [row, self._item(of, "options", **options), self._item(of, "help", type="input-text", label="填写提示")]
        return [_rows("form", "", body, "添加填写项", empty={"type": "text", "required": False})]

    def path(self) -> list[Json]:
        """The steps with level, post and clock, and how long the whole may take."""
        of, clock = self._schema("path"), self._schema("clock")
        roles = self._choice("roles", "办理角色", self.vocabulary["roles"], required=True, multiple=True)
        step = [
            _row(
                self._item(of, "kind"),
                self._item(of, "name", placeholder="默认与环节类型相同"),
                self._item(of, "level"),
                roles,
            ),
            _row(*self._items(of, "working_days calendar_days hours people optional")),
            {
                "type": "collapse",
                "header": "办理条件和说明",
                "collapsed": True,
                "className": "more-filters",
                "body": [
                    self._item(of, "guards", type="checkboxes", columnsCount=3, description=""),
                    _row(self._item(of, "code"), self._item(of, "note", type="input-text")),
                ],
            },
        ]
        whole = [
            _row(*self._items(clock, "promise_days statutory_days extended_days unit", "clock.")),
            _row(*self._items(clock, "urgent_hours papers_days starts_at exclude_publicity", "clock.")),
            self._item(clock, "note", "clock.", type="input-text"),
        ]
        hint = "每个环节只填一种时限，不填则按县里统一的时限。环节按从上到下的次序办理，可以拖动调整。"
        steps = _rows("path", "", step, "添加环节", empty={"level": "town", "people": 1, "optional": False})
        return [
            {"type": "tpl", "tpl": hint, "className": "explanation"},
            steps,
            parts.panel("全程时限", whole),
        ]

    def decision(self) -> list[Json]:
        """Who decides, what is shown to the public, when it is looked at again."""
        decision, publicity, review = self._schema("decision"), self._schema("publicity"), self._schema("review")
        classes = [
            {"type": "input-number", "name": f"review.by_class.{code}", "label": label, "min": 1, "max": 60}
            for code, label in (("A", "A类（月）"), ("B", "B类（月）"), ("C", "C类（月）"))
        ]
        places = self._item(publicity, "places", "publicity.", type="checkboxes")
        shown = {"type": "input-text", "multiple": True, "creatable": True, "joinValues": False, "extractValue": True}
        offered = ["申请人姓名", "家庭成员数量", "拟救助金额", "救助类型", "村居"]
        return [
            parts.panel(
                "审批",
                [
                    _row(
                        *self._items(decision, "level delegated", "decision."),
                        self._item(decision, "limit", "decision.", type="input-text"),
                    ),
                    self._basis("decision.basis", "审批权限的依据"),
                    self._item(decision, "note", "decision.", type="input-text"),
                ],
            ),
            parts.panel(
                "公示",
                [
                    _row(*self._items(publicity, "days unit after_approval", "publicity.")),
                    places,
                    self._item(
                        publicity,
                        "shown",
                        "publicity.",
                        **shown,
                        options=[{"label": one, "value": one} for one in offered],
                        description="可以自行输入；不得公示身份证号、账号、住址、疾病和残疾情况",
                    ),
                    self._item(publicity, "note", "publicity.", type="input-text"),
                ],
            ),
            parts.panel(
                "定期复核",
                [
                    _row(self._item(review, "months", "review."), *classes),
                    self._item(review, "note", "review.", type="input-text"),
                ],
            ),
        ]

    def money(self) -> list[Json]:
        """From which book, booked where, and what it may not be granted beside."""
        fund, exclusion = self._schema("fund"), self._schema("exclusions")
        accounts = [
            self._choice(f"fund.account.{side}", f"支出科目（{label}）", self.vocabulary["accounts"])
            for side, label in SIDES
        ]
        subjects = [
            {"type": "input-text", "name": f"fund.subject.{side}", "label": f"预算科目（{label}）", "maxLength": 10}
            for side, label in SIDES
        ]
        book = self._choice("fund.book", "账套", self.vocabulary["books"], required=True)
        other = self._choice("project", "互斥项目", self.vocabulary["projects"], required=True)
        row = _row(other, *self._items(exclusion, "among resolution"))
        excluded = [row, self._item(exclusion, "note", type="input-text", label="", placeholder="说明（可不填）")]
        granted = self._choice("granted_with", "随下列项目一并核定", self.vocabulary["projects"], multiple=True)
        return [
            parts.panel(
                "资金",
                [
                    _row(book, self._item(fund, "town_reserve", "fund."), self._item(fund, "economic", "fund.")),
                    _row(*accounts),
                    _row(*subjects),
                ],
            ),
            parts.panel("不能同时享受", _rows("exclusions", "", excluded, "添加互斥项目")),
            granted | {"description": "这些项目批准时，本项目随同核定，不再单独申请"},
        ]

    def examples(self) -> list[Json]:
        """Households with the answers they should get, drawn by the facts that the rule asks about."""
        hint = "发布前，系统按这里的每一户计算一遍，结果与预期不同的不能发布。请写上正好达到标准、刚好超过标准的情况。"
        drawn = {
            "type": "service",
            "name": "examples",
            "schemaApi": {
                "method": "post",
                "url": f"/admin/page/VersionPage/examples?id={self.version['id']}",
                "data": {"unit": "${unit}", "rule": "${rule}", "formula": "${amount.formula}"},
            },
        }
        return [{"type": "tpl", "tpl": hint, "className": "explanation"}, drawn]


SHORT = 300


def _options(labels: dict[str, str]) -> list[Json]:
    return [{"label": label, "value": value} for value, label in labels.items()]


def _keeping(more: Json) -> Json:
    """Keep several picks as a list, as the API has them."""
    return more | {"joinValues": False, "extractValue": True} if more.get("multiple") else more


def _row(*items: Json) -> Json:
    return {"type": "group", "body": [_keeping(item) for item in items]}


def _rows(name: str, label: str, items: list[Json], add: str, *, empty: Json | None = None) -> Json:
    return {
        "type": "combo",
        "name": name,
        "label": label,
        "multiple": True,
        "multiLine": True,
        "draggable": True,
        "draggableTip": "",
        "items": items,
        "addButtonText": add,
        "scaffold": empty or {},
        "subFormMode": "normal",
        "className": "editor-rows",
        "placeholder": "还没有内容",
    }
