"""Bring the rows of a file into the staging table by COPY, numbers checked and sealed on the way."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kernel.identifiers import InvalidIdentifier
from backend.kernel.jobs import Running
from backend.kernel.pinyin import sort_key
from backend.registry.codes import IdType
from backend.registry.importing.columns import BY_FIELD
from backend.registry.importing.reading import Sheet
from backend.registry.numbers import identity_of, sealed_phone

CHUNK = 2_000
ROW_COLUMNS = (
    "import_id", "line", "cells", "household_key", "id_number_index", "id_number_cipher", "id_number_masked",
    "phone_index", "phone_cipher", "phone_masked", "name_pinyin", "passed",
)  # fmt: skip
# An ID number that a spreadsheet kept as a number has lost its last digits.
_DIGITS_OF_A_NUMBER = 15
_WITHOUT_NUMBER = {IdType.NONE, IdType.TEMPORARY, IdType.HOUSEHOLD_BOOK}
Fault = tuple[int, int, str, str]


class Stager:
    """Turns lines into records for COPY and collects the faults that only Python can find (check digits)."""

    def __init__(self, import_id: int, sheet: Sheet) -> None:
        self._import_id = import_id
        self._sheet = sheet
        self.faults: list[Fault] = []
        self.rows = 0

    def records(self) -> Any:
        """Yield one record per filled line; key and village are carried down over merged cells."""
        above = {"household_key": "", "village": ""}
        for line, cells in self._sheet.lines():
            for name, value in above.items():
                cells.setdefault(name, value)
                above[name] = cells[name]
            self.rows += 1
            yield self._record(line, cells)

    def _record(self, line: int, cells: dict[str, str]) -> tuple[Any, ...]:
        number, phone = cells.pop("id_number", ""), cells.pop("phone", "")
        kind = self._kind(cells)
        index = cipher = masked = None
        if number:
            try:
                identity = identity_of(number, kind)
                index, cipher, masked = identity.sealed.index, identity.sealed.cipher, identity.sealed.masked
                cells["id_type"] = identity.id_type.value
                if identity.birth_date and identity.sex:
                    cells["_born"], cells["_sex"] = identity.birth_date.isoformat(), identity.sex.value
            except InvalidIdentifier as fault:
                self._fault(line, "id_number", fault.said("zh"))
        elif kind not in _WITHOUT_NUMBER:
            self._fault(line, "id_number", "请填写证件号码；确无证件的，请在证件类型列填“无证件”")
        tel = (None, None, None)
        if phone:
            try:
                sealed = sealed_phone(phone)
                tel = (sealed.index, sealed.cipher, sealed.masked)  # type: ignore[assignment]
            except InvalidIdentifier as fault:
                self._fault(line, "phone", fault.said("zh"))
        pinyin = sort_key(cells.get("name", "")[:50])
        key = cells.get("household_key") or None
        packed = orjson.dumps(cells).decode()
        return (self._import_id, line, packed, key, index, cipher, masked, *tel, pinyin, False)

    @staticmethod
    def _kind(cells: dict[str, str]) -> IdType:
        word = BY_FIELD["id_type"].words.get(cells.get("id_type", ""))
        return IdType(word) if word else IdType.CITIZEN

    def _fault(self, line: int, field: str, sentence: str) -> None:
        self.faults.append((self._import_id, line, field, sentence))


async def stage(session: AsyncSession, job: Running, import_id: int, sheet: Sheet) -> int:
    """COPY the rows and the faults of their numbers; return how many rows there are. Begins anew after a crash."""
    for table in ("roster_fault", "roster_row"):
        await session.execute(text(f"DELETE FROM {table} WHERE import_id = :id"), {"id": import_id})
    stager = Stager(import_id, sheet)
    connection = (await (await session.connection()).get_raw_connection()).driver_connection
    assert connection is not None  # noqa: S101
    total = max(sheet.count - sheet.header - 1, 0)

    async def flow() -> AsyncIterator[tuple[Any, ...]]:
        for done, record in enumerate(stager.records(), 1):
            yield record
            if done % CHUNK == 0:
                await job.progress(done, total * 3, "正在读取文件")

    await connection.copy_records_to_table("roster_row", records=flow(), columns=ROW_COLUMNS)
    await connection.copy_records_to_table(
        "roster_fault", records=stager.faults, columns=("import_id", "line", "field", "message")
    )
    return stager.rows
