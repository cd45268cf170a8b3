"""The registry's answer to every word of the vocabulary, as SQL columns: set-based, for one household or the county.

What is registered positively (a certificate, a status, a place at a school) is false without a record; amounts, ages,
ability to work and obligors are unknown (NULL) without one. No declaration of income is unknown, a declaration of
nothing is 0. Members are those counted in the household and alive on the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Numeric,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    type_coerce,
)

from backend.kernel.identifiers import Sex
from backend.kernel.labels import EnumText
from backend.kernel.scope import starts_with
from backend.registry.codes import Evidence, HouseholdStatus, StatusKind
from backend.registry.listings import H, P, S, table_of
from backend.registry.models import DeductionItem, ExpenseItem, HouseholdMember, IncomeItem, PropertyItem

Column = ColumnElement[Any]
M, I, D, W, E = (table_of(t) for t in (HouseholdMember, IncomeItem, DeductionItem, PropertyItem, ExpenseItem))  # noqa: E741
ADULT, ELDERLY, WORKING = 18, 60, 16
ALL_OF_A_SMALL_INCOME = 100
_STATUS_WORDS = {
    "in_dibao": StatusKind.DIBAO,
    "in_tekun": StatusKind.TEKUN,
    "in_margin": StatusKind.LOW_INCOME,
    "in_rigid": StatusKind.RIGID_EXPENSE,
    "is_orphan": StatusKind.ORPHAN,
    "is_unattended_child": StatusKind.UNATTENDED_CHILD,
    "is_monitored": StatusKind.MONITORED,
    "in_disaster": StatusKind.DISASTER,
}
_EVIDENCE = (Evidence.VERIFIED, Evidence.RECEIPT, Evidence.PROMISE, Evidence.IMPUTED)


@dataclass(frozen=True, slots=True)
class FactsSource:
    """Two relations whose columns are named as the words: households by `household_id`, persons also by `person_id`."""

    as_of: date | Column
    households: FromClause
    persons: FromClause


@dataclass(frozen=True, slots=True)
class _Area:
    """Which households are asked about; each table is narrowed by itself, since joins do not pass a range on."""

    prefix: str | None = None
    households: Sequence[int] | Column | None = None

    def of(self, division: Column, household: Column) -> list[ColumnElement[bool]]:
        found = []
        if self.prefix is not None:
            found.append(starts_with(division, self.prefix))
        if isinstance(self.households, ColumnElement):
            found.append(household == self.households)
        elif self.households is not None:
            ids = list(self.households)
            found.append(household == ids[0] if len(ids) == 1 else household.in_(ids))
        return found


def facts_source(as_of: date, *, prefix: str | None = None, household_ids: Sequence[int] | None = None) -> FactsSource:
    """Return the facts on a day; of one area by code prefix, of some households, or of all that are active."""
    day, area = literal(as_of, Date), _Area(prefix, household_ids)
    persons = _persons(day, area).subquery("person_facts")
    return FactsSource(as_of, _households(day, area, persons).subquery("household_facts"), persons)


def facts_of_one(as_of: Column, household_id: Column) -> FactsSource:
    """Return the facts of one household, both as parameters: gathered once, however often a statement reads them."""
    area = _Area(households=household_id)
    persons = _persons(as_of, area).cte("person_facts").prefix_with("MATERIALIZED")
    households = _households(as_of, area, persons).cte("household_facts").prefix_with("MATERIALIZED")
    return FactsSource(as_of, households, persons)


def person_rows(as_of: date, prefix: str) -> Select[Any]:
    """Return the rows of an area's members, to be laid down for many readers."""
    return _persons(literal(as_of, Date), _Area(prefix))


def household_rows(as_of: date, prefix: str, persons: FromClause) -> Select[Any]:
    """Return the rows of an area's households, from members that were laid down before."""
    return _households(literal(as_of, Date), _Area(prefix), persons)


def _word(column: Column) -> Column:
    """Return a fact in the type that rules expect: numbers as NUMERIC, since integers would divide without a rest."""
    if isinstance(column.type, EnumText):
        return type_coerce(column, Text)
    return cast(column, Numeric) if isinstance(column.type, Integer) else column


def _in_force(day: Column) -> ColumnElement[bool]:
    return and_(S.c.valid_from <= day, or_(S.c.valid_to.is_(None), S.c.valid_to > day))


def _statuses(day: Column, area: _Area) -> Subquery:
    known = {word: func.bool_or(S.c.kind == kind.value) for word, kind in _STATUS_WORDS.items()}
    known |= {
        "certified": func.bool_or(S.c.kind == StatusKind.DISABLED.value),
        "ill": func.bool_or(S.c.kind == StatusKind.SERIOUS_ILLNESS.value),
        "is_imprisoned": func.bool_or(S.c.kind.in_([StatusKind.IMPRISONED.value, StatusKind.DETOX.value])),
    }
    amount = func.max(S.c.amount).filter(S.c.kind == StatusKind.DIBAO.value).label("dibao_amount")
    statement = select(S.c.person_id, amount, *(c.label(n) for n, c in known.items())).where(_in_force(day))
    if area.households is not None:
        here = select(M.c.person_id).where(*area.of(M.c.division_code, M.c.household_id))
        statement = statement.where(S.c.person_id.in_(here))
    # By area the range is not repeated here: a person's status may have been given elsewhere.
    return statement.group_by(S.c.person_id).subquery("status")


def _own_income(area: _Area) -> Subquery:
    earned = I.c.category.in_(["wage", "business"])
    return (
        select(
            I.c.household_id,
            I.c.person_id,
            func.sum(I.c.annual_amount).label("year"),
            func.coalesce(func.sum(I.c.annual_amount).filter(earned), 0).label("earned"),
        )
        .where(I.c.excluded.is_(False), I.c.person_id.is_not(None), *area.of(I.c.division_code, I.c.household_id))
        .group_by(I.c.household_id, I.c.person_id)
        .subquery("own")
    )


def _disability(status: Subquery) -> tuple[Column, Column]:
    """Return whether somebody is disabled, and severely so; a grade nobody recorded is unknown."""
    disabled = or_(
        P.c.disability_type.is_not(None),
        P.c.disability_level.is_not(None),
        func.coalesce(P.c.health == "disabled", False),
        func.coalesce(status.c.certified, False),
    )
    severe = case(
        (P.c.disability_level <= 2, true()),  # noqa: PLR2004 - the standard's own grades
        (and_(P.c.disability_level == 3, P.c.disability_type.in_(["intellectual", "mental"])), true()),  # noqa: PLR2004
        (P.c.disability_level.is_not(None), false()),
        (disabled, null()),
        else_=false(),
    )
    return disabled, cast(severe, Boolean)


def _person_words(status: Subquery, own: Subquery, age: Column) -> dict[str, Column]:
    disabled, severe = _disability(status)
    able = case(
        (P.c.labor_capacity.is_not(None), P.c.labor_capacity.in_(["full", "partial"])),
        (or_(age < WORKING, age >= ELDERLY), false()),
        else_=null(),
    )
    student = func.coalesce(P.c.is_student, False)
    income = case((H.c.income_declared, func.coalesce(own.c.year, 0)))
    return {
        "age": age,
        "sex": case((P.c.sex.in_([Sex.MALE.value, Sex.FEMALE.value]), P.c.sex)),
        "relation": M.c.relation,
        "is_head": M.c.relation == "head",
        "marital_status": P.c.marital,
        "health": P.c.health,
        "disability_type": P.c.disability_type,
        "disability_level": P.c.disability_level,
        "is_disabled": disabled,
        "is_severely_disabled": severe,
        "has_serious_illness": or_(
            func.coalesce(P.c.health == "serious_illness", False), func.coalesce(status.c.ill, False)
        ),
        "labor_capacity": P.c.labor_capacity,
        "is_able_bodied": cast(able, Boolean),
        "is_unemployed": case((H.c.income_declared, and_(func.coalesce(own.c.earned, 0) == 0, ~student))),
        "self_care_level": P.c.self_care,
        "is_student": student,
        "education_stage": P.c.student_stage,
        "own_income_month": income / cast(12, Numeric),
        "has_support_obligor": P.c.has_support_obligor,
        "obligor_able": case((P.c.has_support_obligor.is_(False), false()), else_=P.c.obligor_able),
        "in_institution": func.coalesce(P.c.in_institution, False),
        # 特困 excludes 低保 (民发〔2021〕43号), whatever the household's record says.
        "is_insured": and_(M.c.insured, ~func.coalesce(status.c.in_tekun, False)),
        "is_imprisoned": func.coalesce(status.c.is_imprisoned, False),
        "job_refusals": func.coalesce(P.c.job_refusals, 0),
        **{word: func.coalesce(status.c[word], False) for word in _STATUS_WORDS},
    }


def _persons(day: Column, area: _Area) -> Select[Any]:
    status, own = _statuses(day, area), _own_income(area)
    age = cast(func.date_part("year", func.age(day, P.c.birth_date)), Integer)
    words = _person_words(status, own, age)
    source = (
        M.join(P, P.c.id == M.c.person_id)
        .join(H, H.c.id == M.c.household_id)
        .outerjoin(status, status.c.person_id == P.c.id)
        .outerjoin(own, and_(own.c.person_id == P.c.id, own.c.household_id == M.c.household_id))
    )
    return (
        select(
            M.c.household_id,
            M.c.person_id,
            M.c.division_code,
            P.c.name,
            status.c.dibao_amount,
            *(_word(c).label(n) for n, c in words.items()),
        )
        .select_from(source)
        .where(
            M.c.included,
            or_(M.c.left_on.is_(None), M.c.left_on > day),
            or_(P.c.dead_on.is_(None), P.c.dead_on > day),
            H.c.status == HouseholdStatus.ACTIVE.value,
            *area.of(M.c.division_code, M.c.household_id),
        )
    )


def _number_of(truth: Column) -> Column:
    """Count the members for whom something holds; unknown when it is unknown for one of them."""
    known = func.bool_or(truth.is_(None)).is_(False)
    return case((known, func.count().filter(truth)))


def _members(persons: FromClause) -> Subquery:
    p = persons.c
    known_age = func.bool_or(p.age.is_(None)).is_(False)
    words: dict[str, Column] = {
        "member_count": func.count(),
        "insured_count": func.count().filter(p.is_insured),
        "oldest_age": case((known_age, func.max(p.age))),
        "youngest_age": case((known_age, func.min(p.age))),
        "elderly_count": _number_of(p.age >= ELDERLY),
        "minor_count": _number_of(p.age < ADULT),
        "disabled_count": _number_of(p.is_disabled),
        "severely_disabled_count": _number_of(p.is_severely_disabled),
        "seriously_ill_count": _number_of(p.has_serious_illness),
        "student_count": _number_of(p.is_student),
        "able_bodied_count": _number_of(p.is_able_bodied),
        "has_dibao": func.bool_or(p.in_dibao, type_=Boolean),
        "has_tekun": func.bool_or(p.in_tekun, type_=Boolean),
        "has_margin": func.bool_or(p.in_margin, type_=Boolean),
        "has_rigid": func.bool_or(p.in_rigid, type_=Boolean),
        "has_monitored": func.bool_or(p.is_monitored, type_=Boolean),
        "has_disaster": func.bool_or(p.in_disaster, type_=Boolean),
        "dibao_amount": func.max(p.dibao_amount),
    }
    statement = select(p.household_id, *(c.label(n) for n, c in words.items()))
    return statement.group_by(p.household_id).subquery("members")


def _incomes(area: _Area) -> Subquery:
    counted = I.c.excluded.is_(False)
    rank = case({level.value: i for i, level in enumerate(_EVIDENCE)}, value=I.c.evidence)
    sums: dict[str, Column] = {
        f"{kind}_income": func.coalesce(func.sum(I.c.annual_amount).filter(counted, I.c.category == kind), 0)
        for kind in ("wage", "business", "property", "transfer")
    }
    sums["uncounted_income"] = func.coalesce(func.sum(I.c.annual_amount).filter(I.c.excluded), 0)
    sums["weakest"] = func.max(rank).filter(counted)
    statement = select(I.c.household_id, *(c.label(n) for n, c in sums.items()))
    return statement.where(*area.of(I.c.division_code, I.c.household_id)).group_by(I.c.household_id).subquery("incomes")


def _deductions(area: _Area) -> Subquery:
    statement = select(D.c.household_id, func.sum(D.c.annual_amount).label("total"))
    return (
        statement.where(*area.of(D.c.division_code, D.c.household_id)).group_by(D.c.household_id).subquery("deducted")
    )


def _holdings(area: _Area) -> Subquery:
    money = W.c.kind.in_(["deposit", "securities", "insurance"])
    pieces = func.sum(func.coalesce(W.c.quantity, 1))
    statement = select(
        W.c.household_id,
        # One holding without a value makes the sum unknown.
        case(
            (
                func.bool_or(and_(money, W.c.value.is_(None))).is_(False),
                func.coalesce(func.sum(W.c.value).filter(money), 0),
            )
        ).label("financial_assets"),
        func.coalesce(pieces.filter(W.c.kind == "vehicle"), 0).label("vehicle_count"),
        func.coalesce(pieces.filter(W.c.kind == "house"), 0).label("house_count"),
        func.bool_or(W.c.kind == "company").label("has_company"),
        func.bool_or(W.c.kind.in_(["shop", "boat"])).label("has_shop"),
    ).where(W.c.exempt.is_(False), *area.of(W.c.division_code, W.c.household_id))
    return statement.group_by(W.c.household_id).subquery("holdings")


def _expenses(area: _Area) -> Subquery:
    own = func.sum(func.greatest(E.c.annual_amount - func.coalesce(E.c.insured_amount, 0), 0))
    kinds = ("living", "medical", "education", "rehabilitation")
    statement = select(
        E.c.household_id,
        own.label("total"),
        *(func.coalesce(own.filter(E.c.kind == kind), 0).label(kind) for kind in kinds),
    ).where(*area.of(E.c.division_code, E.c.household_id))
    return statement.group_by(E.c.household_id).subquery("spent")


def _household_words(m: Subquery, i: Subquery, d: Subquery, w: Subquery, e: Subquery) -> dict[str, Column]:
    n = cast(func.nullif(func.coalesce(m.c.member_count, 0), 0), Numeric)
    year = cast(H.c.income_year, Numeric)
    rigid = func.coalesce(e.c.total, 0)

    def if_income(value: Column) -> Column:
        return case((H.c.income_declared, func.coalesce(value, 0)))

    def if_property(value: Column, absent: Column) -> Column:
        return case((H.c.property_declared, case((w.c.household_id.is_(None), absent), else_=value)))

    def if_expense(value: Column) -> Column:
        return case((H.c.expense_declared, func.coalesce(value, 0)))

    zero = literal(0, Numeric)
    assets = if_property(w.c.financial_assets, zero)
    return {
        "residence": H.c.residence,
        "member_count": n,
        "single_person": n == 1,
        "income_year": year,
        "income_month": year / 12,
        "income_per_capita_month": year / 12 / n,
        "income_per_capita_year": year / n,
        **{name: if_income(i.c[name]) for name in i.c.keys() if name.endswith("_income")},  # noqa: SIM118
        "deductions": if_income(d.c.total),
        "income_evidence": case({k: level.value for k, level in enumerate(_EVIDENCE)}, value=i.c.weakest),
        "financial_assets": assets,
        "financial_assets_per_capita": assets / n,
        "vehicle_count": if_property(w.c.vehicle_count, zero),
        "house_count": if_property(w.c.house_count, zero),
        "has_company": if_property(w.c.has_company, false()),
        "has_shop": if_property(w.c.has_shop, false()),
        "property_result": H.c.property_result,
        "housing_grade": H.c.housing_grade,
        "rigid_expense": if_expense(e.c.total),
        **{f"rigid_expense_{k}": if_expense(e.c[k]) for k in ("living", "medical", "education", "rehabilitation")},
        "rigid_expense_ratio": case(
            (and_(H.c.expense_declared, year > 0), rigid / year),
            (and_(H.c.expense_declared, year == 0), case((rigid > 0, ALL_OF_A_SMALL_INCOME), else_=0)),
        ),
        "dibao_class": case((m.c.has_dibao, H.c.review_class)),
        "employment_rise": func.coalesce(H.c.employment_rise, False),
        "gradual_exit_months": func.coalesce(H.c.gradual_exit_months, 0),
        "hardship_cause": H.c.hardship_cause,
    }


def _households(day: Column, area: _Area, persons: FromClause) -> Select[Any]:
    m, i, d, w, e = _members(persons), _incomes(area), _deductions(area), _holdings(area), _expenses(area)
    words = {"as_of": day} | _household_words(m, i, d, w, e)
    words["insured_count"] = func.coalesce(m.c.insured_count, 0)  # everybody left: nobody, not unknown
    counts = [_word(c).label(c.name) for c in m.c if c.name not in {"household_id", *words}]
    source = (
        H.outerjoin(m, m.c.household_id == H.c.id)
        .outerjoin(i, i.c.household_id == H.c.id)
        .outerjoin(d, d.c.household_id == H.c.id)
        .outerjoin(w, w.c.household_id == H.c.id)
        .outerjoin(e, e.c.household_id == H.c.id)
    )
    return (
        select(
            H.c.id.label("household_id"),
            H.c.number,
            H.c.head_name,
            H.c.head_person_id,
            H.c.division_code,
            *(_word(c).label(name) for name, c in words.items()),
            *counts,
        )
        .select_from(source)
        .where(H.c.status == HouseholdStatus.ACTIVE.value, *area.of(H.c.division_code, H.c.id))
    )
