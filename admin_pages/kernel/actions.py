"""Buttons of `POST <resource>/{id}/actions`: a form per action, drawn from the JSON schema the record carries."""

from typing import Any

from admin_pages.kernel import parts, widgets
from admin_pages.kernel.schemas import SchemaDocument
from backend.kernel.i18n import say

Json = dict[str, Any]
GRAVE = frozenset({"reject", "refuse", "withdraw", "return", "cancel", "terminate"})
ASIDE = frozenset({"extend", "kin_register", "kin_visit", "refer", "object", "supplement", "request_authority"})

NOTICE = (
    "将公示：${case.proposals.publicity_start.notice.name}，"
    "${case.proposals.publicity_start.notice.project}，"
    "家庭人口 ${case.proposals.publicity_start.notice.members|default:—} 人，"
    "拟保障 ${case.proposals.publicity_start.notice.amount|default:—} 元；"
    "公示 ${case.proposals.publicity_start.notice.days} 天，至 ${case.proposals.publicity_start.notice.ends_on}。"
)


def button(resource: str, record: Json, action: str, *, files: Json | None = None, reload: str = "drawn") -> Json:
    """Return the button of one allowed action; what already stands in its way is said above its form."""
    schema = (record.get("action_forms") or {}).get(action) or {}
    title = schema.get("title", action)
    obstacle = (record.get("obstacles") or {}).get(action)
    target = {
        "method": "post",
        "url": f"{resource}/{record['id']}/actions",
        "data": {"action": action, "opinion": "${opinion}", "data": "${data|default:undefined}"},
    }
    opinion = {
        "type": "textarea",
        "name": "opinion",
        "label": "办理意见",
        "maxLength": 1000,
        "minRows": 2,
        "required": bool(schema.get("x-opinion-required")),
    }
    inner = [_item(item, record, files) for item in widgets.form_items(SchemaDocument(schema), schema, prefix="data.")]
    inner = _proposed(action, inner, (record.get("proposals") or {}).get(action) or {})
    warning = {"type": "alert", "level": "warning", "body": f"${{case.obstacles.{action}}}"}
    form = {
        "type": "form",
        "mode": "normal",
        "api": target,
        "body": [*([warning] if obstacle else []), *inner, opinion],
        "reload": reload,
        "preventEnterSubmit": True,
    }
    level = "danger" if action in GRAVE else "default" if action in ASIDE or obstacle else "primary"
    dialog = {"title": title, "size": "md", "body": form, "closeOnEsc": True}
    return {"type": "button", "label": title, "level": level, "actionType": "dialog", "dialog": dialog}


def _proposed(action: str, items: list[Json], known: Json) -> list[Json]:
    """Fill in what the record proposes; a notice is shown as it will hang."""
    filled = [
        item | {"value": known[name]} if (name := item["name"].removeprefix("data.")) in known else item
        for item in items
    ]
    said = NOTICE if "notice" in known else f"${{case.proposals.{action}.told}}" if "told" in known else ""
    return [*([{"type": "alert", "level": "info", "showIcon": True, "body": said}] if said else []), *filled]


def _item(item: Json, record: Json, files: Json | None) -> Json:
    """Fit a form item to the record: uploads belong to it, its papers and the computed amount are proposed."""
    if item["type"] == "input-file" and files is not None:
        made = parts.upload(item["name"], item["label"], files, many=bool(item.get("multiple")))
        return made | {"description": item.get("description"), "required": item.get("required", False)}
    if item["name"] == "data.items":
        wanted = [p["name"] for p in record.get("papers") or () if p["obtain_mode"] != "share"]
        name = {"type": "input-text", "name": "name", "placeholder": "材料名称", "required": True, "options": wanted}
        return item | {"items": [name], "multiLine": False, "value": [{"name": ""}]}
    if item["name"] == "data.amount" and (record.get("appraisal") or {}).get("amount"):
        amount = record["appraisal"]["amount"]
        return item | {"description": say("按现有资料和标准测算为 {amount} 元", amount=amount)}
    if item["type"] == "input-array" and item.get("required"):
        least = 2 if "investigators" in item["name"] or "checkers" in item["name"] else 1
        return item | {"value": [""] * least}
    return item
