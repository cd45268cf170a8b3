"""Parts that pages composed by hand share: figures, file pages, forms drawn from an answer of the API."""

from typing import Any

Json = dict[str, Any]


def service(api: str, body: Any, **more: Any) -> Json:
    """Return a part that reads the API and shows what it answers."""
    return {"type": "service", "api": f"get:{api}", "body": body} | more


def panel(title: str, body: Any, **more: Any) -> Json:
    """Return a titled part of a page."""
    return {"type": "panel", "title": title, "body": body} | more


def if_filled(name: str) -> str:
    """Return what sends an input only when something stands in it: amis sends an empty text for a missing value."""
    return f"${{{name} || '__undefined'}}"


def told_once(title: str, fields: dict[str, str], *, then: Json | None = None) -> Json:
    """Return the dialog (`feedback`) with what an answer tells only this once: a first password, recovery codes."""
    lines = [
        {
            "label": label,
            "content": {"type": "tpl", "tpl": f"${{{name}|join:'  '}}", "className": "told-once"},
        }
        for name, label in fields.items()
    ]
    close: Json = {"type": "button", "label": "我已记下", "level": "primary", "actionType": "close"}
    if then:
        close["onEvent"] = {"click": {"actions": [then]}}
    return {
        "title": title,
        "closeOnEsc": False,
        "showCloseButton": False,
        "body": [
            {"type": "alert", "level": "warning", "body": "以下内容只显示这一次，请当场记下或交给本人。"},
            {"type": "property", "column": 1, "items": lines},
        ],
        "actions": [close],
    }


def nothing_yet(empty: str, name: str) -> Json:
    """Return what the list `name` says without rows: still loading, failed (in the API's words), or truly empty.

    `shell.js` sets `load_error` in the answer of every list.
    """
    return {
        "type": "wrapper",
        "size": "none",
        "className": "list-state",
        "body": [
            {"type": "tpl", "tpl": "正在载入…", "visibleOn": "${load_error === undefined}"},
            {"type": "tpl", "tpl": empty, "visibleOn": "${load_error === ''}"},
            {"type": "alert", "level": "danger", "body": "${load_error}", "visibleOn": "${load_error}"},
            {
                "type": "button",
                "label": "重新载入",
                "actionType": "reload",
                "target": name,
                "visibleOn": "${load_error}",
            },
        ],
    }


def table(source: str, columns: list[Json], empty: str = "没有记录") -> Json:
    """Return rows that stand in the data already read."""
    return {"type": "table", "source": f"${{{source}}}", "columns": columns, "placeholder": empty}


def text(name: str, label: str) -> Json:
    """Return a plain column."""
    return {"name": name, "label": label, "placeholder": "—"}


def words(name: str, label: str, said: dict[str, str]) -> Json:
    """Return a column of stored values in words; `shell.css` colours `.word-<value>`."""
    return {
        "name": name,
        "label": label,
        "type": "mapping",
        "map": said | {"*": "—"},
        "classNameExpr": f"word word-${{{name}}}",
        "placeholder": "—",
    }


LIGHTS = {"green": "正常", "amber": "临期", "red": "紧急", "overdue": "已超期"}


def light(name: str = "light", label: str = "时限") -> Json:
    """Return the column of a clock's colour."""
    return words(name, label, LIGHTS)


def truth(name: str, label: str, yes: str = "符合", no: str = "不符合", unknown: str = "待核实") -> Json:
    """Return a column that is true, false or not known."""
    said = {"true": yes, "1": yes, "false": no, "0": no}
    return words(name, label, said) | {"placeholder": unknown}


def link(label: str, to: str, **more: Any) -> Json:
    """Return a button that opens another page of the portal."""
    return {"type": "button", "label": label, "level": "link", "actionType": "link", "link": to} | more


def open_page(label: str, url: str) -> Json:
    """Return a button that opens an address of the API beside this page: a PDF to read, print or keep."""
    return {"type": "button", "label": label, "level": "link", "actionType": "url", "url": url, "blank": True}


def open_file(label: str, file_id: str) -> Json:
    """Return a button that asks for a short-lived link to an attachment and opens it."""
    ask = {"actionType": "ajax", "args": {"api": f"post:/api/v1/files/{file_id}/links", "options": {"silent": True}}}
    show = {"actionType": "url", "args": {"url": "${event.data.responseResult.url}", "blank": True}}
    return {"type": "button", "label": label, "level": "link", "onEvent": {"click": {"actions": [ask, show]}}}


def upload(name: str, label: str, belongs_to: Json, *, many: bool = True) -> Json:
    """Return an input that sends each file at once to where it belongs, and keeps its id; a phone offers its camera."""
    return {
        "type": "input-file",
        "name": name,
        "label": label,
        "receiver": {"method": "post", "url": "/api/v1/files", "data": belongs_to},
        "multiple": many,
        "accept": ".jpg,.jpeg,.png,.webp,.heic,.pdf,.docx,.xlsx,.csv,.mp4",
        "joinValues": False,
        "extractValue": True,
        "valueField": "file_id",
        "nameField": "name",
        "btnLabel": "拍照或选择文件",
        "hideUploadButton": True,
        "autoUpload": True,
    }


def grouped(value: str) -> str:
    """Write a number with its thousands apart."""
    whole, dot, rest = value.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return sign + (f"{int(digits):,}" if digits.isdigit() else digits) + dot + rest
