"""Check the staged rows with set-based SQL: each statement finds one kind of fault in all rows at once."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.registry.importing.columns import COLUMNS

_FAULT = "INSERT INTO roster_fault (import_id, line, field, message) "
WORDS = {c.field: dict(c.words) for c in COLUMNS if c.words}
_RELATION = "CAST(:words AS jsonb) -> 'relation' ->> (r.cells ->> 'relation')"


_EMPTY = (
    _FAULT + "SELECT import_id, line, :field, :message FROM roster_row r"
    " WHERE import_id = :id AND coalesce(cells ->> :field, '') = ''"
)
_SAID = _FAULT + "SELECT import_id, line, :field, '“' || left(cells ->> :field, 30) || '”' || :message"
_UNKNOWN_WORD = (
    _SAID + " FROM roster_row r WHERE import_id = :id AND cells ? :field"
    " AND CAST(:words AS jsonb) -> :field ->> (cells ->> :field) IS NULL"
)
_NO_MONEY = (
    _SAID + " FROM roster_row r WHERE import_id = :id AND cells ? :field AND roster_money(cells ->> :field) IS NULL"
)


def words() -> str:
    """Return what choices may say, as JSON for the statements."""
    return orjson.dumps(WORDS).decode()


def _statements() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for column in COLUMNS:
        facts = {"field": column.field}
        if column.required and not column.sealed:
            yield _EMPTY, facts | {"message": f"请填写“{column.heading}”"}
        if column.words:
            sentence = f"不在可选范围内，可填：{'、'.join(column.shown)}"
            yield _UNKNOWN_WORD, facts | {"message": sentence, "words": words()}
        if column.money:
            yield _NO_MONEY, facts | {"message": "不是有效的金额：请填写不小于0、最多两位小数的数字，例如 1356.00"}
    yield from _OTHERS


_OTHERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (
        _FAULT + "SELECT import_id, line, 'name', '姓名太长，最多50个字' FROM roster_row"
        " WHERE import_id = :id AND length(cells ->> 'name') > 50",
        {},
    ),
    (
        _FAULT + "SELECT import_id, line, 'birth_date', '出生日期不正确，应为 2026-11-23 这样的格式，且不晚于今天'"
        " FROM roster_row WHERE import_id = :id AND cells ? 'birth_date'"
        " AND coalesce(roster_date(cells ->> 'birth_date') > current_date, true)",
        {},
    ),
    (
        _FAULT + "SELECT import_id, line, 'birth_date', '出生日期与身份证号第7至14位不一致，请核对'"
        " FROM roster_row WHERE import_id = :id AND cells ? '_born'"
        " AND roster_date(cells ->> 'birth_date') <> CAST(cells ->> '_born' AS date)",
        {},
    ),
    (
        # A village is named by code or by a name that is unique in the area; each text is looked up once.
        (
            "WITH said AS MATERIALIZED (SELECT DISTINCT cells ->> 'village' AS text FROM roster_row"
            " WHERE import_id = :id), area AS MATERIALIZED (SELECT code, name FROM division WHERE valid_to IS NULL"
            " AND code >= :low AND code < :high AND length(code) > 6), meant AS MATERIALIZED ("
            " SELECT s.text, min(a.code) AS code FROM said s JOIN area a ON a.name = s.text GROUP BY s.text"
            " HAVING count(*) = 1 UNION ALL SELECT s.text, a.code FROM said s JOIN area a ON a.code = s.text)"
            " UPDATE roster_row r SET village = m.code FROM meant m"
            " WHERE r.import_id = :id AND m.text = r.cells ->> 'village'"
        ),
        {"area": True},
    ),
    (
        _FAULT + "SELECT r.import_id, r.line, 'village', CASE"
        " WHEN (SELECT count(*) FROM division d WHERE d.name = r.cells ->> 'village' AND d.code >= :low"
        " AND d.code < :high) > 1 THEN '有几个村居同名，请改填15位区划代码'"
        " ELSE '“' || left(r.cells ->> 'village', 30) || '”不是您管辖范围内的村居，请核对名称或改填区划代码' END"
        " FROM roster_row r WHERE r.import_id = :id AND r.village IS NULL"
        " AND coalesce(r.cells ->> 'village', '') <> ''",
        {"area": True},
    ),
    (
        _FAULT + f"SELECT r.import_id, min(r.line), 'relation', '家庭序号“' || left(r.household_key, 30) || '”有' ||"
        f" count(*) FILTER (WHERE {_RELATION} = 'head') || '名户主，每户应有且只有一名'"
        " FROM roster_row r WHERE r.import_id = :id AND r.household_key IS NOT NULL"
        " GROUP BY r.import_id, r.household_key"
        f" HAVING count(*) FILTER (WHERE {_RELATION} = 'head') <> 1",
        {"words": True},
    ),
    (
        _FAULT + "SELECT r.import_id, r.line, 'household_key', '同一家庭序号的成员填了不同的村居，请核对'"
        " FROM roster_row r JOIN (SELECT household_key, min(village) AS first FROM roster_row WHERE import_id = :id"
        " GROUP BY household_key HAVING count(DISTINCT village) > 1) k ON k.household_key = r.household_key"
        " WHERE r.import_id = :id AND r.village <> k.first",
        {},
    ),
    (
        _FAULT + "SELECT r.import_id, r.line, 'id_number', '证件号码与第' || f.line || '行重复，请核对'"
        " FROM roster_row r JOIN (SELECT id_number_index, min(line) AS line FROM roster_row WHERE import_id = :id"
        " AND id_number_index IS NOT NULL GROUP BY id_number_index HAVING count(*) > 1) f"
        " ON f.id_number_index = r.id_number_index WHERE r.import_id = :id AND r.line > f.line",
        {},
    ),
    (
        _FAULT + "SELECT r.import_id, r.line, CASE WHEN p.name <> r.cells ->> 'name' THEN 'name' ELSE 'id_number' END,"
        " CASE WHEN p.name <> r.cells ->> 'name' THEN '该证件号码已登记在另一姓名之下，请核对姓名和证件号码'"
        " ELSE '该人员已登记死亡，不能导入；如登记有误，请先更正' END"
        " FROM roster_row r JOIN person p ON p.id_number_index = r.id_number_index AND p.merged_into_id IS NULL"
        " WHERE r.import_id = :id AND (p.name <> r.cells ->> 'name' OR p.dead_on IS NOT NULL)",
        {},
    ),
    (
        # A household with one faulty member waits as a whole: half of it would have a wrong income per head.
        (
            "UPDATE roster_row r SET passed = true WHERE r.import_id = :id AND r.household_key IS NOT NULL"
            " AND r.household_key NOT IN (SELECT o.household_key FROM roster_row o JOIN roster_fault f"
            " ON f.import_id = o.import_id AND f.line = o.line WHERE o.import_id = :id AND o.household_key IS NOT NULL)"
        ),
        {},
    ),
)


async def check(session: AsyncSession, import_id: int, area: str) -> tuple[int, int]:
    """Find every fault of the staged rows; return how many rows passed and how many did not."""
    await session.execute(text("ANALYZE roster_row"))
    # Estimates over JSON are guesses; a nested loop over 50,000 rows must never be the answer.
    await session.execute(text("SET LOCAL enable_nestloop = off"))
    for statement, facts in _statements():
        values: dict[str, Any] = {k: v for k, v in facts.items() if v is not True} | {"id": import_id}
        if facts.get("area"):
            values |= {"low": area, "high": area + ":"}
        if facts.get("words"):
            values["words"] = words()
        await session.execute(text(_typed(statement)), values)
    counts = await session.execute(
        text(
            "SELECT count(*) FILTER (WHERE passed) AS passed, count(*) FILTER (WHERE NOT passed) AS failed"
            " FROM roster_row WHERE import_id = :id"
        ),
        {"id": import_id},
    )
    row = counts.one()
    return int(row.passed), int(row.failed)


def _typed(statement: str) -> str:
    """Tell PostgreSQL the type of the text parameters, which it cannot infer inside `->>` and `?`."""
    for name in ("field", "message", "low", "high"):
        statement = statement.replace(f":{name}", f"CAST(:{name} AS text)")
    return statement
