"""Read one line of a roster: each cell by its column, each fault at its cell. Pure but for the field cipher."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from backend.kernel.clocks import CHINA
from backend.kernel.identifiers import InvalidIdentifier
from backend.kernel.pinyin import sort_key
from backend.registry.codes import IdType
from backend.registry.importing.columns import BY_FIELD, RosterColumn
from backend.registry.importing.reading import as_text
from backend.registry.numbers import identity_of, sealed_phone

Values = dict[str, Any]
Read = Callable[[str, Values], str | None]
WITHOUT_NUMBER = {IdType.NONE, IdType.TEMPORARY, IdType.HOUSEHOLD_BOOK}
REQUIRED = tuple(column for column in BY_FIELD.values() if column.required and not column.sealed)
_LENGTHS = {"name": 50, "address": 200, "nation": 20, "household_key": 60}
_MONEY = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_NOT_DIGITS = str.maketrans("", "", "￥¥,， 元")
_DATE = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
_LOST = "号码被表格软件存成了数字，末尾几位已经丢失：请把这一列设为文本格式，再重新填写号码"
DIGITS_LOST_FROM = 1e15
_TYPES: Mapping[str, Callable[[str], Any]] = {"disability_level": int, "is_student": "true".__eq__}


@dataclass(slots=True)
class Entry:
    """One line: what its cells mean, and what is wrong with them (field and sentence)."""

    line: int
    key: str
    values: Values
    faults: list[tuple[str | None, str]] = field(default_factory=list)


class Villages:
    """The places that a roster may name: by code, or by a name that stands for one place only."""

    def __init__(self, places: Mapping[str, str]) -> None:
        """Take code → name of the area's divisions below the county."""
        self._codes = set(places)
        self._by_name: dict[str, list[str]] = {}
        for code, name in places.items():
            self._by_name.setdefault(name, []).append(code)

    def read(self, text: str, values: Values) -> str | None:
        """Write the code; return what is wrong."""
        named = self._by_name.get(text, ())
        if text in self._codes:
            values["village"] = text
        elif len(named) == 1:
            values["village"] = named[0]
        elif named:
            return "有几个村居同名，请改填15位区划代码"
        else:
            return f"“{text[:30]}”不是您管辖范围内的村居，请核对名称或改填区划代码"
        return None


class LineReader:
    """Reads the lines of one sheet from top to bottom: key and village are carried down over merged cells."""

    def __init__(self, places: Mapping[int, str], villages: Villages) -> None:
        """Choose the reader of each column once; it runs for every line."""
        self._columns = [(place, name, _reader(BY_FIELD[name], villages)) for place, name in sorted(places.items())]
        self._above = {"household_key": "", "village": ""}

    def read(self, line: int, row: list[Any]) -> Entry | None:
        """Return the line, or None when it is empty."""
        values: Values = {}
        entry = Entry(line, "", values)
        filled = False
        width = len(row)
        for place, name, read in self._columns:
            if place >= width:
                break
            cell = row[place]
            if cell == "" or cell is None:
                continue
            text = as_text(cell)
            if not text:
                continue
            filled = True
            # A spreadsheet keeps fifteen digits of a number; what it shows of a longer one is made up at the end.
            lost = name == "id_number" and type(cell) is float and cell >= DIGITS_LOST_FROM
            fault = _LOST if lost else read(text, values)
            if fault is not None:
                entry.faults.append((name, fault))
        if not filled:
            return None
        self._carry_down(entry)
        self._complete(entry)
        return entry

    def _carry_down(self, entry: Entry) -> None:
        wrong = {name for name, _ in entry.faults}
        for name, above in self._above.items():
            if name not in wrong:
                self._above[name] = entry.values.setdefault(name, above)
        entry.key = entry.values["household_key"] if "household_key" not in wrong else ""

    def _complete(self, entry: Entry) -> None:
        """Read what depends on several cells: the number with its type, birth and sex."""
        values, faults = entry.values, entry.faults
        wrong = {name for name, _ in faults}
        missing = [c for c in REQUIRED if not values.get(c.field) and c.field not in wrong]
        faults += [(column.field, f"请填写“{column.heading}”") for column in missing]
        _read_number(values, faults)
        if phone := values.pop("phone", None):
            try:
                sealed = sealed_phone(phone)
                values["phone_index"], values["phone_cipher"] = sealed.index, sealed.cipher
                values["phone_masked"] = sealed.masked
            except InvalidIdentifier as fault:
                faults.append(("phone", fault.said("zh")))
        if name := values.get("name"):
            values["name_pinyin"] = sort_key(name)


def _read_number(values: Values, faults: list[tuple[str | None, str]]) -> None:
    number = values.pop("id_number", None)
    kind = IdType(values.setdefault("id_type", IdType.CITIZEN.value))
    if not number:
        if kind not in WITHOUT_NUMBER:
            faults.append(("id_number", "请填写证件号码；确无证件的，请在证件类型列填“无证件”"))
        return
    try:
        identity = identity_of(number, kind)
    except InvalidIdentifier as fault:
        faults.append(("id_number", fault.said("zh")))
        return
    sealed = identity.sealed
    values["number_index"], values["number_cipher"], values["number_masked"] = (
        sealed.index, sealed.cipher, sealed.masked,
    )  # fmt: skip
    values["id_type"] = identity.id_type.value
    born, sex = identity.birth_date, identity.sex.value if identity.sex else None
    if born is not None and values.setdefault("birth_date", born) != born:
        faults.append(("birth_date", "出生日期与身份证号第7至14位不一致，请核对"))
    if sex is not None and values.setdefault("sex", sex) != sex:
        faults.append(("sex", "性别与身份证号第17位不一致，请核对"))


def _reader(column: RosterColumn, villages: Villages) -> Read:
    if column.field == "village":
        return villages.read
    if column.words:
        return _choice(column)
    if column.money:
        return _amount(column.field)
    if column.field == "birth_date":
        return _birth_date
    return _text(column)


def _choice(column: RosterColumn) -> Read:
    name, typed = column.field, _TYPES.get(column.field, str)
    words = {said: typed(word) for said, word in column.words.items()}
    shown = "、".join(column.shown)

    def read(text: str, values: Values) -> str | None:
        if text not in words:
            return f"“{text[:30]}”不在可选范围内，可填：{shown}"
        values[name] = words[text]
        return None

    return read


def _text(column: RosterColumn) -> Read:
    name, most, heading = column.field, _LENGTHS.get(column.field, 60), column.heading

    def read(text: str, values: Values) -> str | None:
        if len(text) > most:
            return f"{heading}太长，最多{most}个字"
        values[name] = text
        return None

    return read


def _amount(name: str) -> Read:
    def read(text: str, values: Values) -> str | None:
        amount = _money(text)
        if amount is None:
            return f"“{text[:30]}”不是有效的金额：请填写不小于0、最多两位小数的数字，例如 1356.00"
        values[name] = amount
        return None

    return read


@lru_cache(maxsize=10_000)
def _money(text: str) -> Decimal | None:
    bare = text.translate(_NOT_DIGITS)
    return Decimal(bare) if _MONEY.fullmatch(bare) else None


def _birth_date(text: str, values: Values) -> str | None:
    born = day_of(text)
    if born is None or born > datetime.now(CHINA).date():
        return f"“{text[:30]}”不是有效的出生日期：应为 2026-11-23 这样的格式，且不晚于今天"
    values["birth_date"] = born
    return None


def day_of(text: str) -> date | None:
    """Read a day as clerks write it (2026-01-31, 2026/1/31, 2026年1月31日, 20260131); None when there is none."""
    found = _DATE.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
