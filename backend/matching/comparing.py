"""Write the findings of one area in one statement: what is paid beside what is due, and benefits beside one another."""

from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Date,
    Select,
    String,
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
from sqlalchemy.dialects.postgresql import Insert, insert

from backend.catalogue.content_terms import BenefitForm
from backend.catalogue.rules.evaluation import explain, match
from backend.kernel.scope import starts_with
from backend.matching.engine import Catalogue, facts_of
from backend.matching.models import Benefit, Finding, FindingCause, FindingKind
from backend.matching.repository import being_paid
from backend.registry.models import Household, HouseholdMember, Person

B: Any = Benefit.__table__  # type: ignore[attr-defined]
F: Any = Finding.__table__  # type: ignore[attr-defined]
H: Any = Household.__table__  # type: ignore[attr-defined]
M: Any = HouseholdMember.__table__  # type: ignore[attr-defined]
P: Any = Person.__table__  # type: ignore[attr-defined]
Column = ColumnElement[Any]
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
    "reason",
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


def write_findings(granted: Catalogue, area: str, run_id: int) -> Insert:
    """Return INSERT … SELECT of an area; a finding that stands already is confirmed instead of doubled."""
    found = _Comparison(granted, area).findings()
    rows = select(found).distinct(*_key(found)).subquery("rows")
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
            "as_of": new.as_of,
            "paid_amount": new.paid_amount,
            "due_amount": new.due_amount,
            "reason": new.reason,
            "updated_at": func.now(),
        },
    )


class _Comparison:
    """The parts of one area's statement."""

    def __init__(self, granted: Catalogue, area: str) -> None:
        self._granted = granted
        self._area = area
        self._day = literal(granted.as_of, Date())
        facts = facts_of(granted.words, granted.as_of, [area], prefix=area)
        paid_here = select(B.c.household_id).where(starts_with(B.c.division_code, area), being_paid(B.c, self._day))
        self._due: CTE = match(granted.projects, facts).cte("due").prefix_with("MATERIALIZED")
        judged = explain(granted.projects, facts, [facts.household_id.in_(paid_here)]).subquery("explained")
        self._judged = (
            select(judged.c.household_id, judged.c.person_id, judged.c.project_code, judged.c.eligible, judged.c.amount)
            .cte("judged")
            .prefix_with("MATERIALIZED")
        )
        self._offers = self._table_of_offers()
        self._exclusive = self._table_of_exclusions()

    def findings(self) -> CTE:
        parts = [self._wrong(), self._missed(), self._two_households(), self._dead(), self._dead_member()]
        if self._exclusive is not None:
            parts.append(self._both_paid(self._exclusive))
        return union_all(*parts).cte("found")

    def _table_of_offers(self) -> CTE:
        rows = [
            (literal(o.code, String()), literal(o.version.name, String()), literal(_monthly(o), Boolean()))
            for o in self._granted.offers
            if o.project is not None
        ]
        table = values(column("code", String()), column("name", String()), column("monthly", Boolean()), name="offer")
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

    def _paid(self, benefit: Any) -> ColumnElement[bool]:
        return and_(starts_with(benefit.c.division_code, self._area), being_paid(benefit.c, self._day))

    def _wrong(self) -> Select[Any]:
        j, o = self._judged, self._offers
        differs = and_(j.c.eligible, j.c.amount != B.c.monthly_amount, o.c.monthly)
        reason = func.concat("在享“", o.c.name, "”每月", B.c.monthly_amount, "元，按现有资料核算为", j.c.amount, "元")
        gone = func.concat("在享“", o.c.name, "”，但按现有资料不再符合条件")
        is_wrong = case((j.c.household_id.is_(None), True), else_=j.c.eligible.is_(False))
        return (
            select(
                *self._row(
                    FindingKind.WRONG,
                    case((is_wrong, FindingCause.NOT_ELIGIBLE.value), else_=FindingCause.AMOUNT_DIFFERS.value),
                    B.c.division_code,
                    household_id=B.c.household_id,
                    person_id=B.c.person_id,
                    project_code=B.c.project_code,
                    paid_amount=B.c.monthly_amount,
                    due_amount=case((is_wrong, null()), else_=j.c.amount),
                    reason=case((is_wrong, gone), else_=reason),
                )
            )
            .select_from(
                B.join(o, o.c.code == B.c.project_code)
                .outerjoin(P, P.c.id == B.c.person_id)
                .outerjoin(
                    j,
                    and_(
                        j.c.household_id == B.c.household_id,
                        j.c.project_code == B.c.project_code,
                        func.coalesce(j.c.person_id, 0) == func.coalesce(B.c.person_id, 0),
                    ),
                )
            )
            .where(self._paid(B), B.c.once.is_(False), P.c.dead_on.is_(None), or_(is_wrong, differs))
        )

    def _missed(self) -> Select[Any]:
        d, o, paid = self._due, self._offers, B.alias("paid")
        same = and_(
            paid.c.household_id == d.c.household_id,
            paid.c.project_code == d.c.project_code,
            func.coalesce(paid.c.person_id, 0) == func.coalesce(d.c.person_id, 0),
            being_paid(paid.c, self._day),
        )
        wanted = [~exists().where(same)]
        if self._exclusive is not None:
            x, other = self._exclusive, B.alias("other")
            wanted.append(
                ~exists().where(
                    x.c.code == d.c.project_code,
                    other.c.project_code == x.c.other,
                    other.c.household_id == d.c.household_id,
                    being_paid(other.c, self._day),
                    or_(
                        x.c.among == "household",
                        func.coalesce(other.c.person_id, 0) == func.coalesce(d.c.person_id, 0),
                        and_(other.c.person_id.is_(None), _insured(d.c.household_id, d.c.person_id)),
                    ),
                )
            )
        reason = func.concat(
            "符合“", o.c.name, "”的条件但未享受", func.coalesce("，核算金额" + cast(d.c.amount, String()) + "元", "")
        )
        return (
            select(
                *self._row(
                    FindingKind.MISSED,
                    FindingCause.ELIGIBLE_UNPAID,
                    H.c.division_code,
                    household_id=d.c.household_id,
                    person_id=d.c.person_id,
                    project_code=d.c.project_code,
                    due_amount=d.c.amount,
                    reason=reason,
                )
            )
            .select_from(d.join(H, H.c.id == d.c.household_id).join(o, o.c.code == d.c.project_code))
            .where(*wanted)
        )

    def _both_paid(self, x: CTE) -> Select[Any]:
        b, c = B.alias("one"), B.alias("another")
        who = func.coalesce(b.c.person_id, c.c.person_id)
        together = or_(
            x.c.among == "household",
            func.coalesce(b.c.person_id, 0) == func.coalesce(c.c.person_id, 0),
            and_(or_(b.c.person_id.is_(None), c.c.person_id.is_(None)), _insured(b.c.household_id, who)),
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
                    paid_amount=c.c.monthly_amount,
                    reason=func.concat("同时享受互斥的项目 ", b.c.project_code, " 和 ", c.c.project_code),
                )
            )
            .select_from(
                b.join(x, x.c.code == b.c.project_code).join(
                    c, and_(c.c.household_id == b.c.household_id, c.c.project_code == x.c.other)
                )
            )
            .where(
                self._paid(b),
                being_paid(c.c, self._day),
                b.c.project_code < c.c.project_code,
                together,
                b.c.once.is_(False),
                c.c.once.is_(False),
            )
        )

    def _two_households(self) -> Select[Any]:
        m, n, b, c = M.alias("m"), M.alias("n"), B.alias("here"), B.alias("there")
        there = H.alias("other_household")

        def covers(benefit: Any, member: Any) -> ColumnElement[bool]:
            return and_(
                benefit.c.household_id == member.c.household_id,
                func.coalesce(benefit.c.person_id, member.c.person_id) == member.c.person_id,
                being_paid(benefit.c, self._day),
                benefit.c.once.is_(False),
            )

        return (
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
                    reason=func.concat("同一人同时是家庭 ", there.c.number, " 的成员，两户都在享受待遇"),
                )
            )
            .select_from(
                m.join(n, and_(n.c.person_id == m.c.person_id, n.c.household_id < m.c.household_id))
                .join(b, covers(b, m))
                .join(c, covers(c, n))
                .join(there, there.c.id == n.c.household_id)
            )
            .where(self._paid(b), _present(m), _present(n))
        )

    def _dead(self) -> Select[Any]:
        return self._of_dead(B.join(P, P.c.id == B.c.person_id))

    def _dead_member(self) -> Select[Any]:
        joined = B.join(M, and_(M.c.household_id == B.c.household_id, B.c.person_id.is_(None))).join(
            P, P.c.id == M.c.person_id
        )
        return self._of_dead(joined).where(_present(M))

    def _of_dead(self, source: Any) -> Select[Any]:
        # The month of death is still paid (DOMAIN §3.4).
        since = func.date_trunc("month", self._day)
        return (
            select(
                *self._row(
                    FindingKind.DUPLICATE,
                    FindingCause.DEAD,
                    B.c.division_code,
                    household_id=B.c.household_id,
                    person_id=P.c.id,
                    project_code=B.c.project_code,
                    paid_amount=B.c.monthly_amount,
                    reason=func.concat("人员已于 ", P.c.dead_on, " 死亡，仍在发放 ", B.c.project_code),
                )
            )
            .select_from(source)
            .where(self._paid(B), B.c.once.is_(False), P.c.dead_on < since)
        )


def _monthly(offer: Any) -> bool:
    return bool(offer.version.benefit_form is BenefitForm.CASH_M)


def _present(member: Any) -> ColumnElement[bool]:
    return and_(member.c.left_on.is_(None), member.c.included)


def _insured(household_id: Column, person_id: Column) -> ColumnElement[bool]:
    member = M.alias("insured_member")
    return exists().where(
        member.c.household_id == household_id, member.c.person_id == person_id, _present(member), member.c.insured
    )
