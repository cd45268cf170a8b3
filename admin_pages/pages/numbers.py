"""Numbers in a form of corrections: shown masked, kept when left blank, removed by a tick."""

from admin_pages.kernel import parts
from admin_pages.kernel.pages import Json, own_fields

KEPT = {
    "phone": "现有：${phone_shown|default:没有登记}；不改请留空",
    "disability_card": "现有：${disability_card_shown|default:没有登记}；不改请留空",
    "id_number": "现有：${id_number_shown|default:没有登记}；不改请留空",
}
REMOVED = {"phone": "删除现有的联系电话", "disability_card": "删除现有的残疾人证号"}


def numbers_stay(made: Json, url: str, *names: str) -> None:
    """Fill the form from `url`, but not with these numbers: a masked one must not come back as a new one."""
    shown = {f"{name}_shown": f"${{{name}}}" for name in names}
    kept = {"&": own_fields(made)} | shown | dict.fromkeys(names, "")
    made["initApi"] = {"method": "get", "url": url, "responseData": kept}
    sent: Json = {"&": "$$"} | dict.fromkeys(shown, "__undefined")
    body: list[Json] = []
    for item in made["body"]:
        name = item.get("name")
        body.append(item | {"description": KEPT[name]} if name in names else item)
        if name not in names:
            continue
        sent[name] = parts.if_filled(name)
        if name in REMOVED:
            sent |= {name: f"${{{name}_removed ? '' : ({name} || '__undefined')}}", f"{name}_removed": "__undefined"}
            body[-1] |= {"disabledOn": f"${{{name}_removed}}"}
            tick = {"type": "checkbox", "name": f"{name}_removed", "label": "", "option": REMOVED[name]}
            body.append(tick | {"visibleOn": f"${{{name}_shown}}"})
    made["api"]["data"] = sent
    made["body"] = body
