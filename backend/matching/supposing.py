"""What a changed number means, counted in SQL: the same people judged twice, line by line for towns and projects."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Numeric,
    Select,
    TableClause,
    and_,
    cast,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert

from backend.catalogue.rules.facts import Facts
from backend.catalogue.rules.vocabulary import Vocabulary
from backend.kernel.scope import starts_with
from backend.ledger.models import Fund, FundKind, Journal, JournalLine
from backend.ledger.year_end import TEMPLATE as YEAR_END
from backend.matching.engine import Catalogue
from backend.matching.models import Benefit, ScenarioBasis, ScenarioLine
from backend.matching.repository import TOWN, being_paid
from backend.registry.codes import PropertyResult
from backend.registry.models import Household

B: Any = Benefit.__table__  # type: ignore[attr-defined]
H: Any = Household.__table__  # type: ignore[attr-defined]
L: Any = ScenarioLine.__table__  # type: ignore[attr-defined]
F: Any = Fund.__table__  # type: ignore[attr-defined]
J: Any = Journal.__table__  # type: ignore[attr-defined]
JL: Any = JournalLine.__table__  # type: ignore[attr-defined]
GRANTS = "4001"
# The parameters that DOMAIN §3.7 measures a standard by.
STANDARD, MARGIN = "dibao_standard", "margin_ratio"
CONSUMPTION, FLOOR = "consumption_per_capita", "standard_floor_low"
INCOME, PROPERTY, PEOPLE = "income_per_capita_month", "property_result", "member_count"
COUNTS = ("before_count", "after_count", "entrants", "leavers", "raised", "lowered", "unclaimed")
AMOUNTS = ("before_amount", "after_amount", "entrant_amount")


def write_lines(
    scenario_id: int,
    granted: Catalogue,
    basis: ScenarioBasis,
    sides: tuple[TableClause, TableClause],
    paid: TableClause,
) -> Insert:
    """Return INSERT … SELECT of a line per town, residence and project.

    Who is paid although not eligible today is left out: that is a finding, and no effect of the change.
    """
    (b, a), r = sides, paid.alias("received")
    old, new = b.c.household_id.is_not(None), a.c.household_id.is_not(None)
    household, code = (
        func.coalesce(b.c.household_id, a.c.household_id),
        func.coalesce(b.c.project_code, a.c.project_code),
    )
    person = func.coalesce(b.c.person_id, a.c.person_id, 0)
    receives = r.c.household_id.is_not(None)
    stays = and_(old, receives) if basis is ScenarioBasis.RECEIVING else old
    joins = and_(new, ~old, ~receives)
    columns = {
        "before_count": _count(stays),
        "after_count": _count(and_(stays, new)),
        "entrants": _count(joins),
        "leavers": _count(and_(stays, not_(new))),
        "raised": _count(and_(stays, a.c.amount > b.c.amount)),
        "lowered": _count(and_(stays, a.c.amount < b.c.amount)),
        "unclaimed": _count(and_(old, ~receives)),
        "before_amount": _sum(b.c.amount, stays),
        "after_amount": _sum(a.c.amount, and_(stays, new)),
        "entrant_amount": _sum(a.c.amount, joins),
    }
    monthly = [offer.code for offer in granted.offers if offer.monthly]
    town = func.left(H.c.division_code, literal_column(str(TOWN)))
    keys: tuple[Any, ...] = (literal_column(str(int(scenario_id))), town, code, H.c.residence, code.in_(monthly))
    joined = and_(
        b.c.household_id == a.c.household_id,
        b.c.project_code == a.c.project_code,
        func.coalesce(b.c.person_id, 0) == func.coalesce(a.c.person_id, 0),
    )
    same = and_(r.c.household_id == household, r.c.project_code == code, func.coalesce(r.c.person_id, 0) == person)
    statement = (
        select(*keys, *columns.values())
        .select_from(b.join(a, joined, full=True).join(H, H.c.id == household).outerjoin(r, same))
        .group_by(*keys[1:])
    )
    return insert(L).from_select(
        ["scenario_id", "town_code", "project_code", "residence", "monthly", *columns], statement
    )


def _count(condition: Any) -> Any:
    return func.count().filter(condition)


def _sum(amount: Any, condition: Any) -> Any:
    zero = literal(Decimal(0), Numeric())
    return cast(func.coalesce(func.sum(amount).filter(condition), zero), Numeric(14, 2))


def margin_shift(words: Vocabulary, before: Facts, after: Facts) -> Select[Any] | None:
    """Select (households, into, out of) the band between the standard and its margin; None without those numbers.

    `shortfall` is what the households below the supposed standard lack of it a month, all together.
    """
    if any(name not in words for name in (STANDARD, MARGIN)):
        return None
    income, standing = before.column(words[INCOME]), before.column(words[PROPERTY])
    in_order = or_(standing.is_(None), standing.not_in([PropertyResult.FAIL_HARD, PropertyResult.FAIL_REVIEWABLE]))

    def within(facts: Facts) -> Any:
        standard = facts.column(words[STANDARD])
        return func.coalesce(
            and_(in_order, income >= standard, income < standard * facts.column(words[MARGIN])), literal_column("false")
        )

    people, standard = before.column(words[PEOPLE]), after.column(words[STANDARD])
    below = and_(in_order, income < standard)
    was, will = within(before), within(after)
    source: Any = before.household
    for facts in (before, after):
        if facts.parameters is not None and facts.parameters_on is not None:
            source = source.outerjoin(facts.parameters, facts.parameters_on)
    return select(
        func.count().label("households"),
        _count(and_(will, not_(was))).label("into"),
        _count(and_(was, not_(will))).label("out_of"),
        _sum(people * (standard - income), below).label("shortfall"),
    ).select_from(source)


def one_off_payments(area: str, on: date) -> Select[Any]:
    """Select (project_code, residence, payments, paid) of the twelve months before a day."""
    return (
        select(
            B.c.project_code,
            H.c.residence,
            func.count().label("payments"),
            func.sum(B.c.monthly_amount).label("paid"),
        )
        .select_from(B.join(H, H.c.id == B.c.household_id))
        .where(
            B.c.once,
            being_paid(B.c, on),
            starts_with(H.c.division_code, area),
        )
        .group_by(B.c.project_code, H.c.residence)
    )


def grants_by_source(counties: list[str], on: date) -> Select[Any]:
    """Select (source, amount) of what the counties' special accounts were granted in the year before a day."""
    return (
        select(JL.c.fund_source.label("source"), func.sum(JL.c.credit - JL.c.debit).label("amount"))
        .select_from(JL.join(J, J.c.id == JL.c.journal_id).join(F, F.c.id == JL.c.fund_id))
        .where(
            F.c.kind == FundKind.COUNTY_SPECIAL,
            F.c.division_code.in_(counties),
            JL.c.account_code == GRANTS,
            J.c.template != YEAR_END,
            J.c.occurred_on > on - timedelta(days=365),
            J.c.occurred_on <= on,
        )
        .group_by(JL.c.fund_source)
        .having(func.sum(JL.c.credit - JL.c.debit) > 0)
        .order_by(JL.c.fund_source)
    )


def eligible_only(judged: Any) -> Select[Any]:
    """Keep of `evaluation.match` what both sides of a what-if compare."""
    rows = judged.subquery("matched")
    return select(rows.c.household_id, rows.c.person_id, rows.c.project_code, rows.c.amount)
