"""A page is a client of the API: what it shows and offers is read from the API's document."""

from typing import Any, ClassVar

from fastapi_amis_admin.admin import PageAdmin
from fastapi_amis_admin.amis import components as amis
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.filters import filters
from admin_pages.kernel.openapi import ApiDocument, Operation
from backend.kernel.actor import Actor
from backend.kernel.errors import NotSignedIn
from backend.kernel.i18n import language_of_request, speak
from backend.kernel.sign_in import current_actor

Json = dict[str, Any]
CLOSE: Json = {"type": "button", "label": "关闭", "actionType": "close"}


class StaffPage(PageAdmin):
    """A page of the portal: in a group of the menu, shown to whoever holds one of its rights."""

    group: ClassVar[str] = "系统管理"
    permissions: ClassVar[tuple[str, ...]] = ()
    own_account: ClassVar[bool] = False

    @property
    def api(self) -> ApiDocument:
        """The document of the API that this site was mounted beside."""
        document: ApiDocument = self.site.document
        return document

    def get_page_schema(self) -> Any:
        """Give the page a short address of its own in the browser."""
        schema = super().get_page_schema()
        if schema is not None:
            schema.url = f"/page/{type(self).__name__}"
        return schema

    async def has_page_permission(self, request: Request, obj: Any = None, action: str | None = None) -> bool:
        """Let in whoever holds one of the rights; a page without rights is for everybody signed in."""
        del obj, action
        try:
            actor = await current_actor(request)
        except NotSignedIn:
            return False
        wanted = self.required()
        return not wanted or any(actor.may(permission) for permission in wanted)

    def required(self) -> tuple[str, ...]:
        """Return the rights of which one is needed."""
        return self.permissions

    def error_no_page_permission(self, request: Request) -> None:
        """Answer 401; stock amis looks for a login route and ends as an error 500 inside HTTP 200."""
        del request
        raise NotSignedIn

    async def get_page(self, request: Request) -> amis.Page:
        """Assemble the page for this person."""
        actor = await current_actor(request)
        phone = request.headers.get("x-phone") == "1"
        return amis.Page(title=self.page_schema.label, body=self.body(actor, phone=phone))

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the content."""
        raise NotImplementedError

    async def page_parser(self, request: Request, page: amis.Page) -> Response:
        """Answer JSON only, in the reader's language: HTML comes from one static shell, never from a template."""
        del request
        return JSONResponse(speak(page.amis_dict(), language_of_request.get()))


class ResourcePage(StaffPage):
    """A list of one resource with filters, a create form, a record's sheet and a button per row action."""

    resource: ClassVar[str]
    columns: ClassVar[tuple[str, ...]] = ()
    card_title: ClassVar[str] = ""
    hidden_actions: ClassVar[tuple[str, ...]] = ()
    collection_actions: ClassVar[tuple[str, ...]] = ()
    row_links: ClassVar[dict[str, str]] = {}
    refresh_while: ClassVar[str] = ""
    hidden_form_fields: ClassVar[tuple[str, ...]] = ()
    record_page: ClassVar[str] = ""
    created_page: ClassVar[str] = ""
    creation_page: ClassVar[str] = ""
    default_filter: ClassVar[dict[str, Any]] = {}

    async def has_page_permission(self, request: Request, obj: Any = None, action: str | None = None) -> bool:
        """Show the page only while the API offers its list."""
        offered = self.api.operation("get", self.resource) is not None
        return offered and await super().has_page_permission(request, obj, action)

    def required(self) -> tuple[str, ...]:
        """Return the right to read the list, as the API states it."""
        listing = self.api.operation("get", self.resource)
        return self.permissions or ((listing.permission,) if listing and listing.permission else ())

    def body(self, actor: Actor, *, phone: bool) -> Any:
        """Return the list; every part comes from an operation's schema."""
        return resource_list(self, actor, phone=phone)


def resource_list(page: ResourcePage, actor: Actor, *, phone: bool) -> Json:
    """Assemble a list with its tools."""
    api, resource = page.api, page.resource
    fields = api.row_schema(resource)["properties"]
    names = page.columns or tuple(widgets.shown_fields(api, fields))
    shown = [widgets.column(n, api.resolve(fields[n])) for n in names if n in fields]
    buttons = row_buttons(page)
    crud: Json = {
        "type": "crud",
        "name": "list",
        "api": {"method": "get", "url": resource, "data": {"&": "$$"} | page.default_filter},
        "syncLocation": False,
        "perPage": 20,
        "perPageAvailable": [20, 50, 100, 200],
        "filter": filters(api, resource, actor, phone=phone),
        "filterTogglable": {"label": "筛选", "icon": "fa fa-filter", "className": "filter-fold"} if phone else False,
        "filterDefaultVisible": not phone,
        "headerToolbar": _above(tools(page, actor), phone=phone),
        "footerToolbar": ["statistics", *([] if phone else ["switch-per-page"]), "pagination"],
        "placeholder": parts.nothing_yet("没有符合条件的记录", "list"),
        "alwaysShowPagination": True,
    }
    if page.refresh_while:
        crud |= {"interval": 2000, "silentPolling": True, "stopAutoRefreshWhen": f"${{!({page.refresh_while})}}"}
    if phone:
        title = page.card_title or names[0]
        return crud | {"mode": "cards", "columnsCount": 1, "card": _card(title, shown, buttons)}
    operation = {"type": "operation", "label": "操作", "fixed": "right", "className": "row-actions", "buttons": buttons}
    return crud | {"columns": [*shown, *([operation] if buttons else [])]}


def _above(made: list[Any], *, phone: bool) -> list[Any]:
    """Return what stands above a list; on a phone the filter is folded behind a button."""
    return [*(["filter-toggler"] if phone else []), *made, "reload", *([] if phone else ["columns-toggler"])]


def _card(title: str, shown: list[Json], buttons: list[Json]) -> Json:
    """Return a row as a card: what it is called, the filled-in fields, its buttons."""
    body = [{k: v for k, v in c.items() if k not in {"sortable", "align"}} for c in shown if c["name"] != title]
    return {
        "header": {"title": f"${{{title}|default:—}}"},
        "body": body[:CARD_LINES_MAX],
        "actions": buttons,
        "className": "row-card",
    }


CARD_LINES_MAX = 8


def resource_table(page: StaffPage, resource: str, condition: Json) -> Json:
    """Return the rows of a resource that belong to the record on the page."""
    fields = widgets.shown_fields(page.api, page.api.row_schema(resource)["properties"])
    columns = [widgets.column(name, field) for name, field in fields.items() if name not in condition]
    name = resource.rpartition("/")[2]
    return {
        "type": "crud",
        "name": name,
        "api": {"method": "get", "url": resource, "data": {"&": "$$"} | condition},
        "syncLocation": False,
        "perPage": 20,
        "columns": columns,
        "headerToolbar": [],
        "footerToolbar": ["statistics", "pagination"],
        "placeholder": parts.nothing_yet("没有记录", name),
    }


def tools(page: ResourcePage, actor: Actor) -> list[Any]:
    """Return what stands above a list: create, export."""
    api = page.api
    found: list[Any] = []
    creation = api.operation("post", page.resource)
    if creation and page.creation_page and _may(actor, creation):
        to = {"actionType": "link", "link": page.creation_page}
        found.append({"type": "button", "label": creation.summary, "level": "primary"} | to)
    elif creation and creation.body and _may(actor, creation):
        found.append(form_button(api, creation, level="primary", hidden=page.hidden_form_fields))
        if page.created_page:
            found[-1]["dialog"]["body"]["redirect"] = page.created_page
    for noun in page.collection_actions:
        action = api.operation("post", f"{page.resource}/{noun}")
        if action and _may(actor, action):
            found.append(form_button(api, action) | {"feedback": _answer(api, action)})
    if (export := api.operation("get", f"{page.resource}/export")) and _may(actor, export):
        found += [_download(page.resource, ending) for ending in ("xlsx", "csv")]
    return found


def _answer(api: ApiDocument, operation: Operation) -> Json:
    """Return the dialog that shows what an action on the whole list found."""
    return {"title": operation.summary, "body": sheet(api, operation.answer or {}), "actions": [CLOSE]}


def _download(resource: str, ending: str) -> Json:
    api = f"get:{resource}/export?format={ending}"
    return {"type": "button", "label": f"导出 {ending.upper()}", "actionType": "download", "api": api}


def _may(actor: Actor, operation: Operation) -> bool:
    return operation.permission is None or actor.may(operation.permission)


def row_buttons(page: ResourcePage) -> list[Json]:
    """Return a button per thing that can be done to one row; `allowed_actions` of the row decides who sees it."""
    api = page.api
    item = api.item_path(page.resource)
    buttons = []
    if page.record_page:
        return [{"type": "button", "label": "查看", "level": "link", "actionType": "link", "link": page.record_page}]
    if item and api.operation("get", item):
        buttons.append(record_button(api, item))
    buttons += [parts.link(label, to) for label, to in page.row_links.items()]
    if item and (edit := api.operation("patch", item)) and edit.body:
        buttons.append(form_button(api, edit, label="修改", level="link", noun="edit", prefilled=True))
    offered = [o for o in api.row_actions(page.resource) if o.noun not in page.hidden_actions]
    return _folded(buttons + [form_button(api, o, level="link", noun=o.noun) for o in offered])


def _folded(buttons: list[Json]) -> list[Json]:
    """Keep the first few buttons in the row and fold the others away."""
    if len(buttons) <= ROW_BUTTONS_MAX:
        return buttons
    seen = " || ".join(b["visibleOn"][2:-1] for b in buttons[ROW_BUTTONS_MAX - 1 :] if "visibleOn" in b)
    more: Json = {
        "type": "dropdown-button",
        "label": "更多",
        "level": "link",
        "buttons": buttons[ROW_BUTTONS_MAX - 1 :],
    }
    if seen:
        more["visibleOn"] = f"${{{seen}}}"
    return [*buttons[: ROW_BUTTONS_MAX - 1], more]


ROW_BUTTONS_MAX = 3


def at_row(path: str) -> str:
    """Fill the row's id into a path of the API."""
    before, brace, rest = path.partition("{")
    return before + "${id}" + rest.partition("}")[2] if brace else path


def form(api: ApiDocument, operation: Operation, *, prefilled: bool = False, hidden: tuple[str, ...] = ()) -> Json:
    """Return the form of an operation's body."""
    target: Json = {"method": operation.method, "url": at_row(operation.path)}
    if operation.multipart:
        target["dataType"] = "form-data"
    made: Json = {
        "type": "form",
        "mode": "normal",
        "api": target,
        "body": [
            *_explained(operation),
            *(i for i in widgets.form_items(api, operation.body or {}) if i["name"] not in hidden),
        ],
        "canAccessSuperData": prefilled,
        "preventEnterSubmit": True,
        "className": "two-columns",
        "messages": {"validateFailed": "有几项没有填对，请按红字提示修改后再提交"},
    }
    if prefilled:
        made["initApi"] = {"method": "get", "url": target["url"], "responseData": {"&": own_fields(made)}}
    told = _told_once(api, operation)
    return made | {"feedback": told} if told else made


def _explained(operation: Operation) -> list[Json]:
    text = operation.explanation
    return [{"type": "tpl", "tpl": text, "className": "explanation"}] if text else []


def own_fields(made: Json) -> str:
    """Return what keeps of a record only the fields that the form shows: the rest must not be sent back."""
    return f"${{&|pick:{','.join(item['name'] for item in made['body'] if 'name' in item)}}}"


def _told_once(api: ApiDocument, operation: Operation) -> Json | None:
    """Return the dialog with what the operation's answer tells only once."""
    fields = (operation.answer or {}).get("properties", {})
    titles = {n: api.resolve(f).get("title", n) for n, f in fields.items() if api.resolve(f).get("x-told-once")}
    return parts.told_once(operation.summary, titles) if titles else None


def form_button(
    api: ApiDocument,
    operation: Operation,
    *,
    label: str | None = None,
    level: str = "default",
    noun: str | None = None,
    prefilled: bool = False,
    hidden: tuple[str, ...] = (),
) -> Json:
    """Return a button that opens the operation's form, or asks to confirm when there is nothing to fill in."""
    label = label or operation.summary
    button: Json = {"type": "button", "label": label, "level": level}
    if noun:
        button["visibleOn"] = f"${{ARRAYINCLUDES(allowed_actions, '{noun}')}}"
    if operation.body and operation.body.get("properties"):
        dialog = {
            "title": label,
            "body": form(api, operation, prefilled=prefilled, hidden=hidden),
            "size": "lg",
            "closeOnEsc": True,
        }
        return button | {"actionType": "dialog", "dialog": dialog}
    target = {"method": operation.method, "url": at_row(operation.path)}
    ask = button | {"actionType": "ajax", "api": target, "confirmText": "确定要办理这一事项吗？"}
    told = _told_once(api, operation)
    return ask | {"feedback": told} if told else ask


def record_button(api: ApiDocument, path: str, label: str = "查看") -> Json:
    """Return a button that opens one record as a sheet."""
    drawer = {
        "title": label,
        "size": "lg",
        "closeOnEsc": True,
        "closeOnOutside": True,
        "actions": [CLOSE],
        "body": {"type": "service", "api": f"get:{at_row(path)}", "body": record(api, path)},
    }
    return {"type": "button", "label": label, "level": "link", "actionType": "drawer", "drawer": drawer}


def record(api: ApiDocument, path: str) -> list[Json]:
    """Return the sheet of one record: its properties, then a table for each list it carries."""
    operation = api.operation("get", path)
    return sheet(api, operation.answer if operation and operation.answer else {})


def sheet(api: ApiDocument, schema: Json) -> list[Json]:
    """Return an object's properties, then a table for each list it carries."""
    lines, tables = [], []
    for name, field in widgets.shown_fields(api, schema.get("properties", {})).items():
        item = api.resolve(field.get("items", {})) if field.get("type") == "array" else {}
        if item.get("properties"):
            tables.append(nested_table(api, name, field, item))
        else:
            lines.append(widgets.line(name, field))
    return [{"type": "property", "column": 2, "items": lines, "mode": "table"}, *tables]


def nested_table(api: ApiDocument, name: str, field: Json, item: Json) -> Json:
    """Return a table of rows that a record carries."""
    inner = widgets.shown_fields(api, item["properties"])
    columns = [widgets.column(key, field) | {"sortable": False} for key, field in inner.items()]
    table = {
        "type": "table",
        "source": f"${{{name}}}",
        "columns": columns,
        "placeholder": "没有记录",
        "columnsTogglable": False,
    }
    return {"type": "panel", "title": field.get("title", name), "body": table, "className": "nested"}
