"""The compiled SQL agrees with a plain evaluator on random rules, formulas and households, the unknown included."""

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.catalogue.rules.evaluation import count, explain, match, read_project
from backend.catalogue.rules.explanation import explanation, outcome
from backend.catalogue.rules.facts import literal_facts
from backend.catalogue.rules.tree.nodes import leaves_of
from backend.catalogue.rules.vocabulary import UnitOf
from tests.catalogue.rules import naive
from tests.catalogue.rules.conftest import DAY, WORDS

SLOWLY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
HOUSE_NUMBERS = ("income_month", "member_count", "vehicle_count", "insured_count")
PARAMETERS = ("dibao_standard", "case_cap")
PERSON_NUMBERS = ("age", "own_income_month")
SMALL = st.sampled_from([Decimal(n) / 4 for n in range(-8, 17)])
NUMBER = st.sampled_from([Decimal(n) / 2 for n in range(13)])


def known_or_not(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, values, values, st.none())


HOUSEHOLD = st.fixed_dictionaries(
    {name: known_or_not(SMALL) for name in HOUSE_NUMBERS}
    | {
        "residence": known_or_not(st.sampled_from(["rural", "urban"])),
        "has_dibao": known_or_not(st.booleans()),
        "division_code": known_or_not(st.sampled_from(["371623109", "371623001", "371624"])),
    }
)
PERSON = st.fixed_dictionaries(
    {name: known_or_not(SMALL) for name in PERSON_NUMBERS}
    | {"is_disabled": known_or_not(st.booleans()), "sex": known_or_not(st.sampled_from(["1", "2"]))}
)
COUNTY = st.lists(st.tuples(HOUSEHOLD, st.lists(PERSON, max_size=3)), min_size=1, max_size=6)
NUMBERS = st.fixed_dictionaries({name: known_or_not(NUMBER) for name in PARAMETERS})


def formulas(words: tuple[str, ...], *, members: bool) -> st.SearchStrategy[Any]:
    """Numbers over these words; divided only by what keeps decimals exact."""
    number = st.one_of(
        SMALL.filter(lambda n: n >= 0).map(lambda n: ("number", n)), st.sampled_from(words).map(lambda w: ("word", w))
    )

    def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        comparison = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), inner, inner)
        condition = st.one_of(
            comparison,
            st.tuples(st.just("not"), comparison),
            st.tuples(st.sampled_from(["and", "or"]), comparison, comparison),
        )
        unit = st.sampled_from([Decimal("0.5"), Decimal(1), Decimal(10)]).map(lambda n: ("number", n))
        limits = st.sampled_from([(Decimal(1), Decimal(2)), (Decimal("0.5"), Decimal(3))])
        choices = [
            st.tuples(st.sampled_from(["+", "-", "*"]), inner, inner),
            st.tuples(st.just("/"), inner, st.sampled_from([2, 4, 5]).map(lambda n: ("number", Decimal(n)))),
            st.tuples(st.sampled_from(["max", "min", "cap", "at_least", "if_unknown"]), inner, inner),
            st.tuples(st.just("nullif"), inner, SMALL.filter(lambda n: n >= 0).map(lambda n: ("number", n))),
            st.tuples(st.sampled_from(["ceil", "floor", "round", "negative"]), inner),
            st.tuples(st.sampled_from(["ceil_to", "floor_to"]), inner, unit),
            st.tuples(st.just("if"), condition, inner, inner),
            st.tuples(st.sampled_from(["band", "brackets"]), inner, limits, inner, inner, inner).map(
                lambda t: (t[0], t[1], ("number", t[2][0]), t[3], ("number", t[2][1]), t[4], t[5])
            ),
        ]
        if members:
            own = formulas((*words, *PERSON_NUMBERS), members=False)
            asked = st.tuples(st.sampled_from(["<", ">="]), own, own)
            choices += [
                st.tuples(st.sampled_from(["sum_members", "max_members"]), asked, own),
                st.tuples(st.just("count_members"), asked),
            ]
        return st.one_of(choices)

    return st.recursive(number, larger, max_leaves=6)


FORMULA = formulas((*HOUSE_NUMBERS, *PARAMETERS), members=True)
PERSON_FORMULA = formulas((*HOUSE_NUMBERS, *PARAMETERS, *PERSON_NUMBERS), members=False)


def field(name: str) -> dict[str, str]:
    return {"type": "field", "field": name}


def as_side(node: Any) -> dict[str, Any]:
    return {
        "type": "formula",
        "formula": naive.written(node, lambda name: WORDS[name].label),
        "compute": lambda h, m, one: naive.compute(node, h, m, one),
    }


def conditions(*, person: bool) -> st.SearchStrategy[Any]:
    numbers = (*HOUSE_NUMBERS, *PARAMETERS, *(PERSON_NUMBERS if person else ()))
    side = st.one_of(SMALL, st.sampled_from(numbers).map(field), (PERSON_FORMULA if person else FORMULA).map(as_side))

    def leaf(name: st.SearchStrategy[str], ops: list[str], right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.builds(lambda n, o, r: {"left": field(n), "op": o, "right": r}, name, st.sampled_from(ops), right)

    number = st.sampled_from(numbers)
    compared = ["equal", "not_equal", "less", "less_or_equal", "greater", "greater_or_equal"]
    choice, choices = ("sex", ["1", "2"]) if person else ("residence", ["rural", "urban"])
    truth = "is_disabled" if person else "has_dibao"
    return st.one_of(
        leaf(number, compared, side),
        leaf(number, ["between", "not_between"], st.tuples(side, side).map(list)),
        leaf(number, ["select_any_in", "select_not_any_in"], st.lists(SMALL, min_size=1, max_size=3)),
        leaf(number, ["is_empty", "is_not_empty"], st.none()),
        leaf(st.just(choice), ["select_equals", "select_not_equals"], st.sampled_from(choices)),
        leaf(st.just(choice), ["select_any_in", "select_not_any_in"], st.lists(st.sampled_from(choices), min_size=1)),
        leaf(st.just(truth), ["equal", "not_equal"], st.booleans()),
        leaf(st.just("division_code"), ["starts_with"], st.sampled_from(["371623", "371623109", "37"])),
    )


def group_of(child: st.SearchStrategy[Any], **more: Any) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "conjunction": st.sampled_from(["and", "or"]),
            "not": st.booleans(),
            "children": st.lists(child, min_size=1, max_size=3),
        }
        | more
    )


def trees(*, person: bool = False, members: bool = True) -> st.SearchStrategy[Any]:
    quantifier = st.one_of(
        st.sampled_from(["any", "all", "none"]),
        st.integers(1, 3).map(lambda n: {"at_least": n}),
        st.integers(0, 2).map(lambda n: {"at_most": n}),
    )
    leaf = conditions(person=person)
    if members:
        leaf = st.one_of(leaf, leaf, group_of(trees(person=True, members=False), members=quantifier))
    # Two levels by hand: deeper trees only meet the limit of depth, which has its own test.
    inner = group_of(leaf)
    return group_of(st.one_of(leaf, leaf, inner, group_of(st.one_of(leaf, inner))))


def facts_of(county: Any, numbers: Any) -> Any:
    households = [{"household_id": n, **house} for n, (house, _) in enumerate(county)]
    people = [
        {"household_id": n, "person_id": n * 10 + k, **person}
        for n, (_, members) in enumerate(county)
        for k, person in enumerate(members)
    ]
    return literal_facts(WORDS, DAY, households, people, numbers)


def same(amount: Decimal | None, expected: Decimal | None) -> bool:
    if amount is None or expected is None:
        return amount is expected
    return abs(amount - expected) <= Decimal("0.005")


@SLOWLY
@given(tree=trees(), formula=FORMULA, county=COUNTY, numbers=NUMBERS)
async def test_a_household_project_answers_as_the_plain_evaluator(
    tree: Any, formula: Any, county: Any, numbers: Any, connection: AsyncConnection
) -> None:
    project = read_project("X01", UnitOf.HOUSEHOLD, tree, naive.written(formula, str), WORDS)
    facts = facts_of(county, numbers)
    rows = (await connection.execute(explain([project], facts))).mappings().all()
    assert len(rows) == len(county)
    leaves = [leaf.path for leaf in leaves_of(project.rule.root)]
    expected = {}
    for row in rows:
        house, members = county[row["household_id"]]
        answer = naive.decide(tree, house | numbers, members)
        assert row["eligible"] is answer
        truths = dict(zip(leaves, row["truths"], strict=True))
        assert outcome(project.rule.root, truths) is answer
        explained = explanation(project, row, "zh")
        assert any(reason.decides for reason in explained.reasons)
        assert all(reason.passed is answer for reason in explained.reasons if reason.decides)
        if answer:
            expected[row["household_id"]] = naive.compute(formula, house | numbers, members)
            assert same(row["amount"], expected[row["household_id"]])
        else:
            assert row["amount"] is None
    matched = {row.household_id: row.amount for row in await connection.execute(match([project], facts))}
    assert matched.keys() == expected.keys()
    assert all(same(matched[key], expected[key]) for key in matched)
    totals = (await connection.execute(count(project, facts))).one()
    assert totals.eligible == len(expected)
    assert totals.examined == len(county)
    assert totals.undecided == sum(row["eligible"] is None for row in rows)


@SLOWLY
@given(tree=trees(person=True), formula=PERSON_FORMULA, county=COUNTY, numbers=NUMBERS)
async def test_a_person_project_answers_as_the_plain_evaluator(
    tree: Any, formula: Any, county: Any, numbers: Any, connection: AsyncConnection
) -> None:
    project = read_project("X01", UnitOf.PERSON, tree, naive.written(formula, str), WORDS)
    rows = (await connection.execute(explain([project], facts_of(county, numbers)))).mappings().all()
    assert len(rows) == sum(len(members) for _, members in county)
    for row in rows:
        house, members = county[row["household_id"]]
        person = members[row["person_id"] % 10]
        assert row["eligible"] is naive.decide(tree, house | numbers, members, person)
        if row["eligible"]:
            assert same(row["amount"], naive.compute(formula, house | numbers, members, person))


@SLOWLY
@given(one=trees(), other=trees(person=True), county=COUNTY, numbers=NUMBERS)
async def test_many_projects_in_one_scan_answer_as_each_alone(
    one: Any, other: Any, county: Any, numbers: Any, connection: AsyncConnection
) -> None:
    projects = [
        read_project("X01", UnitOf.HOUSEHOLD, one, "income_month + 1", WORDS),
        read_project("X02", UnitOf.PERSON, other, None, WORDS),
        read_project("X03", UnitOf.HOUSEHOLD, one, "count_members(age > 1)", WORDS),
    ]
    facts = facts_of(county, numbers)
    together = {tuple(row) for row in await connection.execute(match(projects, facts))}
    alone = [tuple(row) for project in projects for row in await connection.execute(match([project], facts))]
    assert together == set(alone)
    within = [facts.household_id == 0]
    narrowed = {tuple(row) for row in await connection.execute(match(projects, facts, within))}
    assert narrowed == {row for row in together if row[0] == 0}
