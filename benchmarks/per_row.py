"""The same rules one household and person at a time: facts read once, conditions compiled to Python closures.

Decides who is eligible, three-valued; no amounts, nothing stored. Formulas are those that conditions compare with:
arithmetic over parameters, no questions to members, so projects that ask members are left to SQL and not counted.
"""

import operator
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Row = Mapping[str, Any]
Truth = Callable[[Row], bool | None]
_COMPARE = {
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_or_equal": operator.le,
    "greater": operator.gt,
    "greater_or_equal": operator.ge,
}
_ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


class NotHere(Exception):
    """A part that this peer does not know."""


async def measure(area: str) -> dict[str, Any]:
    """Read the facts, decide row by row, and check the number of those eligible against the set-based match."""
    from sqlalchemy import select

    from backend.catalogue.rules.evaluation import match
    from backend.catalogue.rules.vocabulary import UnitOf
    from backend.kernel.db import unit_of_work
    from backend.matching import repository
    from backend.matching.engine import catalogue_on
    from backend.matching.service.households import today
    from backend.matching.sheets import Sheets, own_connection

    async with own_connection() as connection, unit_of_work(connection) as session:
        granted = await catalogue_on(session, today())
        rules = {}
        for project in granted.projects:
            try:
                rules[project.code] = (project.unit, _truth(project.rule.root))
            except NotHere:
                continue
        sheets = Sheets(connection, granted, area)
        await sheets.lay_down()
        facts = sheets.facts(await repository.parameter_areas(session, area))
        begun = time.perf_counter()
        parameters = {row["residence"]: row for row in await _rows(connection, select(facts.parameters))}
        homes = {row["household_id"]: row for row in await _rows(connection, select(facts.household))}
        people = await _rows(connection, select(facts.person))
        load = time.perf_counter() - begun
        begun = time.perf_counter()
        found = dict.fromkeys(rules, 0)
        nothing: Row = {}
        for home in homes.values():
            row = {**parameters.get(home["residence"], nothing), **home}
            for code, (unit, truth) in rules.items():
                if unit is UnitOf.HOUSEHOLD and truth(row):
                    found[code] += 1
        for person in people:
            home = homes[person["household_id"]]
            row = {**parameters.get(home["residence"], nothing), **home, **person}
            for code, (unit, truth) in rules.items():
                if unit is UnitOf.PERSON and truth(row):
                    found[code] += 1
        judge = time.perf_counter() - begun
        text = sheets.text(match([p for p in granted.projects if p.code in rules], facts))
        expected = await connection.exec_driver_sql(f"SELECT project_code, count(*) FROM ({text}) m GROUP BY 1")
        if {code: n for code, n in found.items() if n} != dict(tuple(row) for row in expected):
            raise ValueError("per-row Python decides otherwise than SQL")
    return {"load": round(load, 2), "judge": round(judge, 2), "projects": len(rules)}


async def _rows(connection: Any, statement: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in (await connection.execute(statement)).mappings()]


def _truth(node: Any) -> Truth:
    from backend.catalogue.rules.tree.nodes import Group, OfMembers

    if isinstance(node, OfMembers):
        raise NotHere
    if not isinstance(node, Group):
        return _condition(node)
    parts = tuple(_truth(child) for child in node.children)
    decisive = node.conjunction == "or"

    def group(row: Row) -> bool | None:
        unknown = False
        for part in parts:
            answer = part(row)
            if answer is decisive:
                return decisive
            unknown = unknown or answer is None
        return None if unknown else not decisive

    return group


def _condition(leaf: Any) -> Truth:
    name, code = leaf.word.name, leaf.operator.code
    sides = [_side(side) for side in leaf.sides]
    if code == "is_empty":
        return lambda row: row.get(name) is None
    if code == "is_not_empty":
        return lambda row: row.get(name) is not None
    if code in ("select_any_in", "select_not_any_in"):
        wanted, among = frozenset(leaf.sides), code == "select_any_in"
        return lambda row: None if row.get(name) is None else (row[name] in wanted) is among
    if code not in _COMPARE:
        raise NotHere
    compare, side = _COMPARE[code], sides[0]

    def condition(row: Row) -> bool | None:
        left, right = row.get(name), side(row)
        return None if left is None or right is None else compare(left, right)

    return condition


def _side(side: Any) -> Callable[[Row], Any]:
    from backend.catalogue.rules.formula import Formula
    from backend.catalogue.rules.vocabulary import Word

    if isinstance(side, Word):
        name = side.name
        return lambda row: row.get(name)
    return _number(side.node) if isinstance(side, Formula) else lambda _: side


def _number(node: Any) -> Callable[[Row], Any]:
    from backend.catalogue.rules.formula.nodes import Arithmetic, Call, Name, Number

    match node:
        case Number(value=value):
            return lambda _: value
        case Name(word=word):
            name = word.name
            return lambda row: row.get(name)
        case Arithmetic(operator=sign, left=left, right=right):
            apply, one, other = _ARITHMETIC[sign], _number(left), _number(right)

            def arithmetic(row: Row) -> Decimal | None:
                a, b = one(row), other(row)
                return None if a is None or b is None else apply(a, b)

            return arithmetic
        case Call(function="if_unknown", arguments=arguments):
            parts = tuple(_number(part) for part in arguments)
            return lambda row: next((v for part in parts if (v := part(row)) is not None), None)
    raise NotHere
