"""历次决定: what was decided about a household, on what facts, by which version and with what numbers."""

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.pages import Json, StaffPage

DECISIONS = "/api/v1/case-decisions"
ROW = (
    "decided_at",
    "project_name",
    "version_number",
    "result",
    "amount",
    "computed_amount",
    "start_month",
    "user_name",
)
HOME = {
    "number": "家庭编号", "division_name": "所在村居", "address": "家庭住址", "member_count": "家庭人口",
    "income_per_capita_month": "人均月收入", "income_band": "收入档", "income_year": "家庭年收入",
    "income_on": "收入申报日期",
}  # fmt: skip
MEMBER = ("name", "relation", "birth_date", "id_number", "health", "disability_level", "labor_capacity", "included")
INCOME = ("name", "category", "annual_amount", "source", "evidence", "excluded")
EXPENSE = ("name", "kind", "annual_amount", "insured_amount")
PROPERTY = ("name", "kind", "quantity", "value", "exempt")


def decision_rows(page: StaffPage, household: Json, *, phone: bool) -> tuple[list[Json], list[Json]]:
    """Return the columns of the household's decisions, and the button that shows what each stood on.

    `household` is the household's own schema: what was kept of it bears the same names.
    """
    fields = page.api.row_schema(DECISIONS)["properties"]
    columns = [widgets.column(name, page.api.resolve(fields[name])) for name in ROW if name in fields]
    drawer = {
        "title": "${project_name}：决定的依据",
        "size": "xl",
        "closeOnEsc": True,
        "closeOnOutside": True,
        "actions": [{"type": "button", "label": "关闭", "actionType": "close"}],
        "body": parts.service(f"{DECISIONS}/${{id}}", _stood_on(page, household, phone=phone)),
    }
    look = {"type": "button", "label": "查看依据", "level": "link", "actionType": "drawer", "drawer": drawer}
    file = parts.link("打开案件", "/page/CaseFilePage?id=${case_id}")
    return [c | {"sortable": False} for c in columns], [look, file]


def _stood_on(page: StaffPage, household: Json, *, phone: bool) -> list[Json]:
    said = {"type": "each", "name": "reasons", "items": {"type": "tpl", "tpl": "${item}", "className": "history-line"}}
    said["placeholder"] = "—"
    lines = [
        {"label": label, "content": {"type": "plain", "name": f"snapshot.{name}", "placeholder": "—"}}
        for name, label in HOME.items()
    ]
    trace = [
        parts.text("text", "条件"),
        parts.text("required", "要求"),
        {**parts.text("actual", "实际"), "placeholder": "未知或已隐去"},
        parts.truth("passed", "结论"),
    ]

    def kept(title: str, name: str, names: tuple[str, ...]) -> Json:
        schema = page.api.resolve(page.api.resolve(household["properties"][name])["items"])["properties"]
        columns = [widgets.column(n, page.api.resolve(schema[n])) | {"sortable": False} for n in names if n in schema]
        return parts.panel(title, parts.table(f"snapshot.{name}", columns), visibleOn=f"${{snapshot.{name}.length}}")

    numbers = "金额 ${amount|default:—} 元；按公式测算 ${computed_amount|default:—} 元；项目第 ${version_number} 版"
    return [
        {"type": "alert", "level": "info", "body": numbers},
        parts.panel("理由", [said, {"type": "tpl", "tpl": "${legal_basis}", "className": "text-muted"}]),
        parts.panel("逐条判断", parts.table("trace", trace), visibleOn="${trace.length}"),
        parts.panel("当时的家庭", {"type": "property", "column": 1 if phone else 2, "items": lines}),
        kept("当时的成员", "members", MEMBER),
        kept("当时的收入", "incomes", INCOME),
        kept("当时的刚性支出", "expenses", EXPENSE),
        kept("当时的财产", "properties", PROPERTY),
    ]
