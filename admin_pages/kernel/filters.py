"""The search form above a list, from the parameters of its route."""

from typing import Any

from admin_pages.kernel import widgets
from admin_pages.kernel.openapi import ApiDocument
from backend.kernel.actor import Actor

Json = dict[str, Any]
NOT_FILTERS = frozenset({"page", "page_size", "order_by", "cursor", "exact_total"})


def filters(api: ApiDocument, resource: str, actor: Actor, *, phone: bool) -> Json | None:
    """Return the search form from the list's query parameters; a picker needs the right to what it picks from."""
    listing = api.operation("get", resource)
    wanted = [p for p in listing.query if _offered(api, p, actor)] if listing else []
    if not wanted:
        return None
    items = [_filter(api, parameter, phone=phone) for parameter in wanted]
    actions = [
        {"type": "submit", "label": "查询", "level": "primary"},
        {"type": "button", "actionType": "reset-and-submit", "label": "重置"},
    ]
    rest = items[FILTERS_SHOWN:]
    more = {
        "type": "collapse",
        "header": "更多条件",
        "collapsed": True,
        "className": "more-filters",
        "body": rest,
    }
    body = [*items[:FILTERS_SHOWN], *actions, *([more] if rest else [])]
    return {"title": "", "mode": "normal" if phone else "inline", "body": body, "actions": [], "className": "filters"}


FILTERS_SHOWN = 4


def _offered(api: ApiDocument, parameter: Json, actor: Actor) -> bool:
    field = api.resolve(parameter["schema"])
    permission = field.get("x-options-permission")
    hidden = parameter["name"] in NOT_FILTERS or field.get("x-hidden")
    return not hidden and (permission is None or actor.may(permission))


def _filter(api: ApiDocument, parameter: Json, *, phone: bool) -> Json:
    field = api.resolve(parameter["schema"])
    item = widgets.form_item(api, parameter["name"], field, required=False)
    item.pop("value", None)
    if item["type"] == "textarea":
        item["type"] = "input-text"
    if item["type"] == "switch":
        item |= {"type": "select", "options": [{"label": "是", "value": "true"}, {"label": "否", "value": "false"}]}
        item["clearable"] = True
    return item | {"size": "full" if phone else "sm"}
