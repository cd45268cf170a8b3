"""What may be shown to those who may not see the whole (个人信息保护法 第28、51条, GB/T 37964-2019).

One place, so that no page masks by itself.
"""

_STAR = "*"
_ID_HEAD, _ID_TAIL = 4, 2
_LAST = 4
# Two-character surnames that live people bear; others fall back to one character, which shows less.
_COMPOUND_SURNAMES = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 宇文 长孙 夏侯 端木 百里 轩辕 南宫 独孤 闾丘 万俟 澹台 "  # noqa: SIM905
    "淳于 单于 太史 申屠 公冶 钟离 鲜于 濮阳 赫连 呼延 拓跋 完颜 西门 东郭 第五".split(),
)
_COMPOUND = 2


def mask_id_number(number: str) -> str:
    """Show first 4 and last 2: `3716************23`. Six characters or fewer are hidden wholly."""
    hidden = len(number) - _ID_HEAD - _ID_TAIL
    if hidden <= 0:
        return _STAR * len(number)
    return number[:_ID_HEAD] + _STAR * hidden + number[-_ID_TAIL:]


def mask_phone(number: str) -> str:
    """Show the last 4: `*******1234`."""
    return _only_last(number)


def mask_card(number: str) -> str:
    """Show the last 4 of a card or account number: `***************0019`."""
    return _only_last(number)


def mask_name(name: str) -> str:
    """Show the surname: 张三丰 → 张*, 欧阳修 → 欧阳*. The number of stars does not tell the length."""
    return surname(name) + _STAR


def mask_minor_name(name: str) -> str:
    """Name a child as courts and notices do (未成年人保护法 第103条): 张三 → 张某."""
    return surname(name) + "某"


def surname(name: str) -> str:
    """Return the first character, or two for compound surnames; nothing when the name is a single character."""
    name = name.strip()
    if len(name) > _COMPOUND and name[:_COMPOUND] in _COMPOUND_SURNAMES:
        return name[:_COMPOUND]
    return name[:1] if len(name) > 1 else ""


def _only_last(number: str) -> str:
    if len(number) <= _LAST:
        return _STAR * len(number)
    return _STAR * (len(number) - _LAST) + number[-_LAST:]
