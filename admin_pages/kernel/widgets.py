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


def shown_fields(api: ApiDocument, properties: Json) -> dict[str, Json]:
    """Return what a person should see of a record: a code gives way to the name that stands beside it."""
    fields = {name: api.resolve(raw) for name, raw in properties.items()}
    worded = {n for n in fields if {f"{_stem(n)}_name", f"{_stem(n)}_label"} & (fields.keys() - {n})}
    return {n: f for n, f in fields.items() if n not in worded and not is_hidden(n, f)}


def _stem(name: str) -> str:
    return name.removesuffix("_code").removesuffix("_id")


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
    made = common | _input(api, name, field, required=required)
    # A switch that nobody touched says no: that is what it shows.
    return {"value": False} | made if made["type"] == "switch" and required else made


def _hinted(name: str, field: Json, *, required: bool) -> Json | None:
    """Follow a hint of the document, which says more than the type."""
    if "x-upload" in field:
        return _upload(field)
    if "x-options" in field:
        return _picker(name, field)
    if "x-labels" in field:
        return {"type": "select", "options": _options(field["x-labels"]), "clearable": not required}
    return None


def _input(api: ApiDocument, name: str, field: Json, *, required: bool) -> Json:  # noqa: PLR0911  (a table of cases)
    hinted = _hinted(name, field, required=required)
    if hinted is not None:
        return hinted
    kind, form = field.get("type"), field.get("format")
    if is_money(field):
        low = field.get("minimum")
        return {"type": "input-number", "big": True, "precision": 2, "step": 1, "suffix": "元", "min": low}
    if kind == "array":
        return _rows(api, field)
    if kind == "object" and field.get("properties"):
        return {"type": "combo", "multiLine": True, "items": form_items(api, field), "noBorder": False}
    if kind == "object" and "additionalProperties" in field:
        return {"type": "input-kv", "keyPlaceholder": "代码", "valuePlaceholder": "内容"}
    if kind in {"integer", "number"}:
        return _number(field)
    if field.get("pattern") == MONTH:
        return {"type": "input-month", "valueFormat": "YYYY-MM", "displayFormat": "YYYY-MM", "clearable": True}
    if form in BY_FORMAT or kind == "boolean":
        return dict(BY_FORMAT.get(form, {"type": "switch"}))
    if field.get("maxLength", 0) >= LONG_TEXT or form == "long":
        return {"type": "textarea", "maxLength": field.get("maxLength"), "minRows": 3}
    return {"type": "input-text", "maxLength": field.get("maxLength"), "clearable": True}


MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
BY_FORMAT: dict[Any, Json] = {
    "date": {"type": "input-date", "valueFormat": "YYYY-MM-DD", "displayFormat": "YYYY-MM-DD"},
    "date-time": {"type": "input-datetime", "valueFormat": "YYYY-MM-DDTHH:mm:ssZ"},
    "binary": {"type": "input-file", "asBlob": True, "accept": "*", "drag": True},
    "password": {"type": "input-password"},
}


def _number(field: Json) -> Json:
    low = field.get("minimum", field.get("exclusiveMinimum"))
    precision = 0 if field["type"] == "integer" else None
    return {"type": "input-number", "min": low, "max": field.get("maximum"), "precision": precision}


def _upload(field: Json) -> Json:
    """Send each file at once and keep its id."""
    many = field.get("type") == "array"
    kept = {"joinValues": False, "extractValue": True, "valueField": "file_id", "nameField": "name"}
    return {"type": "input-file", "receiver": field["x-upload"], "multiple": many, "accept": "*", "drag": many} | kept


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
    shown = common | _shown(field) | ({"classNameExpr": f"word word-${{{name}}}"} if name in COLOURED else {})
    return shown | {"className": "nowrap"} if _is_short(name, field) and "className" not in shown else shown


def _is_short(name: str, field: Json) -> bool:
    """Tell whether a cell is too short to be broken: a person's name, a few words of a list."""
    labels = field.get("x-labels", {}).values()
    return name in PEOPLE or (bool(labels) and max(map(len, labels)) <= SHORT)


COLOURED = frozenset({"light", "urgency"})
"""Columns whose value has a colour in `shell.css`."""
PEOPLE = frozenset({"head_name", "applicant_name", "person_name", "payee_name", "holder_name", "user_name"})
SHORT = 6


def reference(field: Json) -> Json:
    """Show the name of a record; `portal.js` asks its options for the names of all rows at once."""
    return {"type": "reference", "source": field["x-options"], "permission": field.get("x-options-permission")}


def _shown(field: Json) -> Json:
    if "x-options" in field:
        return reference(field)
    if "x-labels" in field:
        return {"type": "mapping", "map": field["x-labels"] | {"*": "—"}, "placeholder": "—"}
    if is_money(field):
        shown = {"type": "number", "kilobitSeparator": True, "precision": 2}
        return shown | {"className": "money", "align": "right", "placeholder": "—"}
    if field.get("x-format") == "progress":
        return {"type": "progress", "placeholder": "—"}
    kind, form = field.get("type"), field.get("format")
    if form in SHOWN_DATES:
        kind = "date" if form == "date" else "datetime"
        return {"type": kind, "format": SHOWN_DATES[form], "placeholder": "—"}
    return dict(SHOWN.get(kind, {"placeholder": "—"}))


SHOWN_DATES = {"date": "YYYY-MM-DD", "date-time": "YYYY-MM-DD HH:mm"}
SHOWN: dict[Any, Json] = {
    "boolean": {"type": "mapping", "map": {"true": "是", "false": "否", "1": "是", "0": "否", "*": "—"}},
    "array": {"type": "each", "items": {"type": "tpl", "tpl": "${item} "}, "placeholder": "—"},
    "object": {"type": "json", "levelExpand": 0},
}


def line(name: str, field: Json) -> Json:
    """Return one property of a record's sheet."""
    shown = column(name, field)
    shown.pop("sortable", None)
    label = shown.pop("label")
    content: Any = {k: v for k, v in shown.items() if k != "align"}
    content.setdefault("type", "tpl")
    if content["type"] in {"tpl", "text"}:
        content = {"type": "plain", "name": name, "placeholder": "—"}
    return {"label": label, "content": content}
