"""How a field of a JSON schema becomes a column, a form item or a line of a record."""

from typing import Any

from admin_pages.kernel.openapi import ApiDocument

HIDDEN = frozenset({"id", "allowed_actions", "version"})
LONG_TEXT = 200
MONEY = "money"
Json = dict[str, Any]


def is_hidden(name: str, field: Json) -> bool:
    """Tell what no user should see: keys and bookkeeping."""
    return name in HIDDEN or bool(field.get("x-hidden"))


def is_money(field: Json) -> bool:
    """Tell an amount by its hint."""
    return field.get("x-format") == MONEY


def form_items(api: ApiDocument, schema: Json, *, prefix: str = "") -> list[Json]:
    """Return the inputs of every field of an object."""
    required = set(schema.get("required", ()))
    items = []
    for name, raw in schema.get("properties", {}).items():
        field = api.resolve(raw)
        if field.get("x-hidden") or (name == "version"):
            if name == "version":
                items.append({"type": "hidden", "name": prefix + name})
            continue
        items.append(form_item(api, prefix + name, field, required=name in required and "default" not in field))
    return items


def form_item(api: ApiDocument, name: str, field: Json, *, required: bool) -> Json:
    """Choose the input by the schema: choices, reference, money, date, nested rows, long text."""
    common: Json = {"name": name, "label": field.get("title", name), "required": required}
    if field.get("description"):
        common["description"] = field["description"]
    if field.get("default") is not None:
        common["value"] = field["default"]
    if field.get("x-widget"):
        return common | field["x-widget"]
    return common | _input(api, name, field, required=required)


def _input(api: ApiDocument, name: str, field: Json, *, required: bool) -> Json:
    if "x-options" in field:
        return _picker(name, field)
    if "x-labels" in field:
        return {"type": "select", "options": _options(field["x-labels"]), "clearable": not required}
    if is_money(field):
        return {"type": "input-number", "big": True, "precision": 2, "step": 1, "suffix": "元", "min": field.get("minimum")}
    match field.get("type"), field.get("format"):
        case "array", _:
            return _rows(api, field)
        case "object", _ if field.get("properties"):
            return {"type": "combo", "multiLine": True, "items": form_items(api, field), "noBorder": False}
        case ("integer" | "number"), _:
            low = field.get("minimum", field.get("exclusiveMinimum"))
            precision = 0 if field["type"] == "integer" else None
            return {"type": "input-number", "min": low, "max": field.get("maximum"), "precision": precision}
        case "boolean", _:
            return {"type": "switch"}
        case "string", "date":
            return {"type": "input-date", "valueFormat": "YYYY-MM-DD", "displayFormat": "YYYY-MM-DD"}
        case "string", "date-time":
            return {"type": "input-datetime", "valueFormat": "YYYY-MM-DDTHH:mm:ssZ"}
        case "string", "binary":
            return {"type": "input-file", "asBlob": True, "accept": field.get("x-accept", "*"), "drag": True}
        case "string", "password":
            return {"type": "input-password"}
    if field.get("maxLength", 0) >= LONG_TEXT or field.get("x-format") == "long":
        return {"type": "textarea", "maxLength": field.get("maxLength"), "minRows": 3}
    return {"type": "input-text", "maxLength": field.get("maxLength"), "clearable": True}


def _picker(name: str, field: Json) -> Json:
    # `value=` lets the server label the chosen record even when it is not on the first page.
    source = f"get:{field['x-options']}?term=${{term}}&value=${{{name}}}"
    many = field.get("type") == "array"
    return {
        "type": "select",
        "source": source.replace("${term}", ""),
        "autoComplete": f"get:{field['x-options']}?term=$term",
        "searchable": True,
        "clearable": True,
        "multiple": many,
        "joinValues": not many,
        "extractValue": True,
    }


def _rows(api: ApiDocument, field: Json) -> Json:
    item = api.resolve(field.get("items", {}))
    if item.get("properties"):
        return {
            "type": "combo",
            "multiple": True,
            "multiLine": True,
            "items": form_items(api, item),
            "addButtonText": "添加",
            "minLength": field.get("minItems"),
            "subFormMode": "normal",
        }
    if "x-labels" in item:
        options = _options(item["x-labels"])
        return {"type": "checkboxes", "options": options, "joinValues": False, "extractValue": True}
    if "x-options" in item:
        return _picker("", item | {"type": "array"})
    return {"type": "input-array", "items": {"type": "input-text"}, "addButtonText": "添加"}


def _options(labels: dict[str, str]) -> list[Json]:
    return [{"label": label, "value": value} for value, label in labels.items()]


def column(name: str, field: Json) -> Json:
    """Show labels instead of stored values, amounts to the right, dates as dates, the rest as text."""
    common: Json = {"name": name, "label": field.get("title", name), "sortable": bool(field.get("x-sortable"))}
    return common | _shown(field)


def _shown(field: Json) -> Json:
    if "x-labels" in field:
        return {"type": "mapping", "map": field["x-labels"] | {"*": "—"}, "placeholder": "—"}
    if is_money(field):
        return {"type": "tpl", "tpl": "${%s}", "className": "money", "align": "right", "placeholder": "—"}
    match field.get("type"), field.get("format"):
        case _, "date-time":
            return {"type": "datetime", "format": "YYYY-MM-DD HH:mm", "placeholder": "—"}
        case _, "date":
            return {"type": "date", "format": "YYYY-MM-DD", "placeholder": "—"}
        case "boolean", _:
            return {"type": "mapping", "map": {"true": "是", "false": "否", "1": "是", "0": "否", "*": "—"}}
        case "array", _:
            return {"type": "each", "items": {"type": "tpl", "tpl": "${item} "}, "placeholder": "—"}
        case "object", _:
            return {"type": "json", "levelExpand": 0}
    return {"placeholder": "—"}


def shown_column(name: str, field: Json) -> Json:
    """Return a column, completed where a widget must name its own field."""
    made = column(name, field)
    if made.get("type") == "tpl":
        made["tpl"] = f"${{{name}}}"
        if is_money(field):
            made |= {"type": "text"}
            made.pop("tpl")
    return made


def line(name: str, field: Json) -> Json:
    """Return one property of a record's sheet."""
    shown = shown_column(name, field)
    shown.pop("sortable", None)
    label = shown.pop("label")
    content: Any = {k: v for k, v in shown.items() if k != "align"}
    content.setdefault("type", "tpl")
    if content["type"] in {"tpl", "text"}:
        content = {"type": "tpl", "tpl": f"${{{name}|default:—}}"}
    return {"label": label, "content": content}
