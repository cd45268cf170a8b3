"""Write the findings of one area in one statement: what is paid beside what is due, and benefits beside one another.

Reads two tables that a run has laid down: `judged` (who is eligible or undecided, of `evaluation.judge`) and `paid`
(the benefits of the area's households, whose area counts and not that in which the benefit once began).
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Select,
    String,
    TableClause,
    and_,
    case,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import Insert, distinct_on, insert

from backend.kernel.scope import starts_with
from backend.matching.engine import Catalogue
from backend.matching.models import Benefit, Finding, FindingCause, FindingKind
from backend.matching.repository import being_paid
from backend.registry.codes import StatusKind
from backend.registry.models import Household, HouseholdMember, Person, PersonStatus

B: Any = Benefit.__table__  # type: ignore[attr-defined]
F: Any = Finding.__table__  # type: ignore[attr-defined]
H: Any = Household.__table__  # type: ignore[attr-defined]
M: Any = HouseholdMember.__table__  # type: ignore[attr-defined]
P: Any = Person.__table__  # type: ignore[attr-defined]
S: Any = PersonStatus.__table__  # type: ignore[attr-defined]
Column = ColumnElement[Any]
PAID = ("household_id", "person_id", "project_code", "monthly_amount", "once", "division_code")
COLUMNS = (
    "kind",
    "cause",
    "household_id",
    "person_id",
    "project_code",
    "other_project_code",
    "other_household_id",
    "division_code",
    "paid_amount",
    "due_amount",
)


def paid_within(as_of: date, area: str) -> Select[Any]:
    """Return the benefits on a day of an area's households, under the area in which the household lives now."""
    return (
        select(*(B.c[name] for name in PAID[:-1]), H.c.division_code)
        .select_from(B.join(H, H.c.id == B.c.household_id))
        .where(starts_with(H.c.division_code, area), being_paid(B.c, as_of))
    )


def _key(table: Any) -> list[Column]:
    """Return what makes a finding one, as the unique index has it."""
    return [
        table.c.kind,
        table.c.cause,
        table.c.household_id,
        func.coalesce(table.c.person_id, literal_column("0")),
        table.c.project_code,
        func.coalesce(table.c.other_project_code, literal_column("''")),
        func.coalesce(table.c.other_household_id, literal_column("0")),
    ]


def write_findings(granted: Catalogue, area: str, run_id: int, judged: TableClause, paid: TableClause) -> Insert:
    """Return INSERT … SELECT of an area; a finding that stands already is confirmed instead of doubled."""
    found = _Comparison(granted, area, judged, paid).findings()
    rows = select(found).ext(distinct_on(*_key(found))).subquery("rows")
    run: Column = literal_column(str(int(run_id)))
    statement = insert(F).from_select(
        [*COLUMNS, "as_of", "status", "first_run_id", "last_run_id"],
        select(
            *(rows.c[name] for name in COLUMNS),
            literal(granted.as_of, Date()),
            literal_column("'open'"),
            run,
            run,
        ),
    )
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=_key(F),
        index_where=text("status <> 'closed'"),
        set_={
            "last_run_id": func.greatest(F.c.last_run_id, new.last_run_id),
            # Households move, and the finding goes with them.
            "division_code": new.division_code,
            "as_of": new.as_of,
            "paid_amount": new.paid_amount,
            "due_amount": new.due_amount,
            "updated_at": func.now(),
        },
    )


class _Comparison:
    """The parts of one area's statement."""

    def __init__(self, granted: Catalogue, area: str, judged: TableClause, paid: TableClause) -> None:
        self._granted = granted
        self._judged = judged
        self._here = starts_with(paid.c.division_code, area)
        self._area = area
        self._paid = paid
        self._offers = self._table_of_offers()
        self._exclusive = self._table_of_exclusions()

    def findings(self) -> CTE:
        parts = [self._wrong(), self._missed(), self._two_households(), self._dead(), self._dead_member()]
        if self._exclusive is not None:
            parts.append(self._both_paid(self._exclusive))
        return union_all(*parts).cte("found")

    def _table_of_offers(self) -> CTE:
        rows: list[tuple[Any, ...]] = [
            (literal(o.code, String()), literal_column("true" if o.monthly else "false"))
            for o in self._granted.offers
            if o.project is not None
        ]
        table = values(column("code", String()), column("monthly"), name="offer")
        return select(table.data(rows)).cte("offers")

    def _table_of_exclusions(self) -> CTE | None:
        pairs = {
            pair
            for offer in self._granted.offers
            for other, among in offer.exclusions
            for pair in ((offer.code, other, among), (other, offer.code, among))
        }
        if not pairs:
            return None
        table = values(column("code", String()), column("other", String()), column("among", String()), name="exclusion")
        rows = [tuple(literal(part, String()) for part in pair) for pair in sorted(pairs)]
        return select(table.data(rows)).cte("exclusions")

    @staticmethod
    def _row(kind: FindingKind, cause: FindingCause | Column, division: Column, **given: Column) -> list[Column]:
        nothing: dict[str, Column] = {
            "person_id": null(),
            "other_project_code": null(),
            "other_household_id": null(),
            "paid_amount": null(),
            "due_amount": null(),
        }
        all_columns = {
            "kind": literal_column(f"'{kind.value}'"),
            "cause": literal_column(f"'{cause.value}'") if isinstance(cause, FindingCause) else cause,
            "division_code": division,
            **nothing,
            **given,
        }
        return [cast(all_columns[name], F.c[name].type).label(name) for name in COLUMNS]

    def _wrong(self) -> Select[Any]:
        j, o, b = self._judged, self._offers, self._paid
        gone = j.c.household_id.is_(None)
        differs = and_(j.c.eligible, j.c.amount != b.c.monthly_amount, o.c.monthly)
        return (
            select(
                *self._row(
                    FindingKind.WRONG,
                    case((gone, FindingCause.NOT_ELIGIBLE.value), else_=FindingCause.AMOUNT_DIFFERS.value),
                    b.c.division_code,
                    household_id=b.c.household_id,
                    person_id=b.c.person_id,
                    project_code=b.c.project_code,
                    paid_amount=b.c.monthly_amount,
                    due_amount=j.c.amount,
                )
            )
            .select_from(
                b.join(o, o.c.code == b.c.project_code).outerjoin(P, P.c.id == b.c.person_id).outerjoin(j, _same(j, b))
            )
            .where(self._here, b.c.once.is_(False), P.c.dead_on.is_(None), or_(gone, differs))
        )

    def _missed(self) -> Select[Any]:
        j, o, paid = self._judged, self._offers, self._paid.alias("received")
        wanted = [~exists().where(_same(paid, j))]
        if self._exclusive is not None:
            x, other = self._exclusive, self._paid.alias("other")
            wanted.append(
                ~exists().where(
                    x.c.code == j.c.project_code,
                    other.c.project_code == x.c.other,
                    other.c.household_id == j.c.household_id,
                    or_(
                        x.c.among == "household",
                        func.coalesce(other.c.person_id, 0) == func.coalesce(j.c.person_id, 0),
                        and_(other.c.person_id.is_(None), _insured(j.c.household_id, j.c.person_id)),
                        and_(
                            j.c.person_id.is_(None),
                            other.c.person_id.is_not(None),
                            ~self._somebody_without(x, j),
                        ),
                    ),
                )
            )
        return (
            select(
                *self._row(
                    FindingKind.MISSED,
                    FindingCause.ELIGIBLE_UNPAID,
                    H.c.division_code,
                    household_id=j.c.household_id,
                    person_id=j.c.person_id,
                    project_code=j.c.project_code,
                    due_amount=j.c.amount,
                )
            )
            .select_from(j.join(H, H.c.id == j.c.household_id).join(o, o.c.code == j.c.project_code))
            .where(j.c.eligible, starts_with(H.c.division_code, self._area), *wanted)
        )

    def _somebody_without(self, x: CTE, j: TableClause) -> ColumnElement[bool]:
        """Ask for an insured member who gets nothing of their own in place of what the household would get."""
        m, pair, own = M.alias("m"), x.alias("pair"), self._paid.alias("own")
        instead = (
            exists()
            .where(
                pair.c.code == j.c.project_code,
                own.c.project_code == pair.c.other,
                own.c.household_id == m.c.household_id,
                own.c.person_id == m.c.person_id,
            )
            .correlate_except(pair, own)
        )
        somebody = exists().where(m.c.household_id == j.c.household_id, _present(m), m.c.insured, ~instead)
        return somebody.correlate_except(m)

    def _both_paid(self, x: CTE) -> Select[Any]:
        b, c = self._paid, self._paid.alias("another")
        who = func.coalesce(b.c.person_id, c.c.person_id)
        together = or_(
            x.c.among == "household",
            func.coalesce(b.c.person_id, 0) == func.coalesce(c.c.person_id, 0),
            and_(
                or_(b.c.person_id.is_(None), c.c.person_id.is_(None)),
                _insured(b.c.household_id, who),
                ~and_(
                    self._recognised(who, StatusKind.TEKUN),
                    ~self._recognised(who, StatusKind.DIBAO),
                    or_(self._set_without(b), self._set_without(c)),
                ),
            ),
        )
        return (
            select(
                *self._row(
                    FindingKind.DUPLICATE,
                    FindingCause.EXCLUSIVE,
                    b.c.division_code,
                    household_id=b.c.household_id,
                    person_id=who,
                    project_code=b.c.project_code,
                    other_project_code=c.c.project_code,
                    paid_amount=b.c.monthly_amount,
                )
            )
            .select_from(
                b.join(x, x.c.code == b.c.project_code).join(
                    c, and_(c.c.household_id == b.c.household_id, c.c.project_code == x.c.other)
                )
            )
            .where(self._here, b.c.project_code < c.c.project_code, together, ~b.c.once, ~c.c.once)
        )

    def _recognised(self, person_id: Column, kind: StatusKind) -> ColumnElement[bool]:
        day = literal(self._granted.as_of, Date())
        in_force = and_(S.c.valid_from <= day, or_(S.c.valid_to.is_(None), S.c.valid_to > day))
        return exists().where(S.c.person_id == person_id, S.c.kind == kind.value, in_force).correlate_except(S)

    def _set_without(self, benefit: Any) -> ColumnElement[bool]:
        """Ask whether a household is paid what is due without its member who is kept as 特困: that is in order."""
        j = self._judged.alias("set_without")
        return exists().where(
            benefit.c.person_id.is_(None), _same(j, benefit), j.c.eligible, j.c.amount == benefit.c.monthly_amount
        )

    def _two_households(self) -> Select[Any]:
        """Find each person once for two households, whatever these receive; the later membership carries it."""
        m, n, b, c = M.alias("m"), M.alias("n"), self._paid, B.alias("there")
        once = (m.c.household_id, m.c.person_id, n.c.household_id)
        pairs = (
            select(
                *self._row(
                    FindingKind.DUPLICATE,
                    FindingCause.TWO_HOUSEHOLDS,
                    b.c.division_code,
                    household_id=m.c.household_id,
                    person_id=m.c.person_id,
                    project_code=b.c.project_code,
                    other_project_code=c.c.project_code,
                    other_household_id=n.c.household_id,
                    paid_amount=b.c.monthly_amount,
                )
            )
            .select_from(
                b.join(m, _covers(b, m))
                .join(n, and_(n.c.person_id == m.c.person_id, n.c.household_id < m.c.household_id))
                .join(c, and_(_covers(c, n), being_paid(c.c, self._granted.as_of)))
            )
            .where(self._here, ~b.c.once, ~c.c.once, _present(m), _present(n))
            .ext(distinct_on(*once))
            .order_by(*once, b.c.project_code, c.c.project_code)
            .subquery("pairs")
        )
        return select(*pairs.c)

    def _dead(self) -> Select[Any]:
        b = self._paid
        return self._of_dead(b.join(P, P.c.id == b.c.person_id))

    def _dead_member(self) -> Select[Any]:
        """Find households paid as before a member's death; one whose amount was set anew is in order."""
        b, j = self._paid, self._judged
        joined = (
            b.join(M, and_(M.c.household_id == b.c.household_id, b.c.person_id.is_(None)))
            .join(P, P.c.id == M.c.person_id)
            .outerjoin(j, _same(j, b))
        )
        set_anew = and_(j.c.eligible, j.c.amount == b.c.monthly_amount)
        return self._of_dead(joined, due=j.c.amount).where(_present(M), set_anew.is_not(True))

    def _of_dead(self, source: Any, due: Column | None = None) -> Select[Any]:
        b = self._paid
        # The month of death is still paid (DOMAIN §3.4).
        since = literal(self._granted.as_of.replace(day=1), Date())
        return (
            select(
                *self._row(
                    FindingKind.DUPLICATE,
                    FindingCause.DEAD,
                    b.c.division_code,
                    household_id=b.c.household_id,
                    person_id=P.c.id,
                    project_code=b.c.project_code,
                    paid_amount=b.c.monthly_amount,
                    due_amount=null() if due is None else due,
                )
            )
            .select_from(source)
            .where(self._here, ~b.c.once, P.c.dead_on < since)
        )


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    """Compare two rows by household, project and person."""
    return and_(
        one.c.household_id == other.c.household_id,
        one.c.project_code == other.c.project_code,
        func.coalesce(one.c.person_id, 0) == func.coalesce(other.c.person_id, 0),
    )


def _covers(benefit: Any, member: Any) -> ColumnElement[bool]:
    return and_(
        benefit.c.household_id == member.c.household_id,
        or_(benefit.c.person_id.is_(None), benefit.c.person_id == member.c.person_id),
    )


def _present(member: Any) -> ColumnElement[bool]:
    return and_(member.c.left_on.is_(None), member.c.included)


def _insured(household_id: Column, person_id: Column) -> ColumnElement[bool]:
    member = M.alias("insured_member")
    found = exists().where(
        member.c.household_id == household_id, member.c.person_id == person_id, _present(member), member.c.insured
    )
    # Asked inside another question: nothing but the member is to be looked through here.
    return found.correlate_except(member)
