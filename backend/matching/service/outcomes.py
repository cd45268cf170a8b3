"""Read a what-if: its lines added up for towns, projects and residences, and the tests a standard must pass."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import ParameterChange, Residence
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.rules.formula.nodes import words_of
from backend.kernel.actor import Actor
from backend.kernel.i18n import say
from backend.kernel.jobs import Job, JobStatus
from backend.kernel.models import ZERO
from backend.kernel.money import CENT
from backend.kernel.scope import get_visible
from backend.ledger.models import FundSource
from backend.matching import repository
from backend.matching.engine import Catalogue, catalogue_on
from backend.matching.errors import NotYetCounted
from backend.matching.models import Scenario, ScenarioLine
from backend.matching.permissions import MatchingPermission
from backend.matching.scenario_schemas import (
    ChangeOut,
    Effect,
    FloorTest,
    OneOff,
    ProjectEffect,
    ResidenceEffect,
    Sensitivity,
    SourceShare,
    TownEffect,
    WhatIfLine,
    WhatIfOut,
)
from backend.matching.supposing import AMOUNTS, CONSUMPTION, COUNTS, FLOOR, INCOME, STANDARD
from backend.matching.wording import supposed

MONTHS = 12
# The sensitivity that DOMAIN §3.7 asks for.
TAKE_UP_STEP = Decimal("0.1")
RATIO = Decimal("0.0001")


async def read(session: AsyncSession, actor: Actor, scenario_id: int) -> WhatIfOut:
    """Return a what-if with its progress, or its outcome."""
    scenario = await get_visible(session, actor, Scenario, scenario_id, MatchingPermission.READ_SCENARIO)
    job = await session.get(Job, scenario.job_id) if scenario.job_id else None
    lines = await repository.lines_of(session, scenario_id)
    names = {scenario.division_code, *(line.town_code for line in lines)}
    towns = await repository.division_names(session, names)
    granted = await catalogue_on(session, scenario.from_day)
    outcome = outcome_of(scenario, lines, scenario.summary, granted, towns)
    if scenario.finished_at is None and job is not None:
        outcome.status, outcome.message = job.status, job.message
        outcome.progress = round(job.done / job.total, 3) if job.total else 0.0
        working = job.status in {JobStatus.WAITING, JobStatus.RUNNING}
        outcome.allowed_actions = ["cancellation"] if working and scenario.user_id == actor.user_id else []
    return outcome


async def of_change(session: AsyncSession, actor: Actor, change_id: int) -> WhatIfOut:
    """Return the last preview of a proposed number."""
    await get_visible(session, actor, ParameterChange, change_id, CataloguePermission.PARAMETER_READ)
    scenario = await repository.latest_of_change(session, change_id)
    if scenario is None:
        raise NotYetCounted
    return await read(session, actor, scenario.id or 0)


def outcome_of(
    scenario: Scenario,
    lines: Sequence[ScenarioLine],
    summary: Mapping[str, Any],
    granted: Catalogue,
    towns: Mapping[str, str],
) -> WhatIfOut:
    """Add the lines up."""
    names = {offer.code: say(offer.name) for offer in granted.offers}
    total = Effect(**_effect(_monthly(lines), scenario.take_up))
    after, budget = (total.before_amount + total.monthly_cost) * MONTHS, scenario.annual_budget
    done = scenario.finished_at is not None
    return WhatIfOut(
        **scenario.model_dump(include={"id", "from_day", "division_code", "take_up", "as_of", "finished_at", "job_id"}),
        basis=scenario.basis,
        division_name=towns.get(scenario.division_code, scenario.division_code),
        title=supposed(scenario.changes),
        changes=[
            ChangeOut(**each | {"label": say(each["label"]), "unit": say(each["unit"])}) for each in scenario.changes
        ],
        status=JobStatus.DONE if done else JobStatus.WAITING,
        progress=1.0 if done else 0.0,
        message=None,
        households=summary.get("households", 0),
        total=total,
        entrants=total.entrants,
        leavers=total.leavers,
        monthly_cost=total.monthly_cost,
        annual_cost=total.monthly_cost * MONTHS,
        annual_after=after,
        annual_budget=budget,
        headroom=None if budget is None else budget - after,
        sensitivity=[_at(_monthly(lines), rate) for rate in _rates(scenario.take_up)],
        **_tests(scenario, summary, granted),
        **_filled(lines, summary, granted, scenario.take_up),
        sources=_sources(summary, total.monthly_cost * MONTHS),
        **_parts(lines, scenario.take_up, names, towns),
    )


def annual_cost(scenario: Scenario, lines: Sequence[ScenarioLine]) -> Decimal:
    """Return what the change costs a year, at its own take-up rate."""
    return Decimal(_effect(_monthly(lines), scenario.take_up)["monthly_cost"]) * MONTHS


def _monthly(lines: Sequence[ScenarioLine]) -> list[ScenarioLine]:
    return [line for line in lines if line.monthly]


def _tests(scenario: Scenario, summary: Mapping[str, Any], granted: Catalogue) -> dict[str, Any]:
    """Return what DOMAIN §3.7 measures a standard by, and the effects that hang on it."""
    standards = _standards(scenario, summary)
    return {
        "margin_in": summary.get("margin_in"),
        "margin_out": summary.get("margin_out"),
        "gap_before": _gap(standards, 0),
        "gap_after": _gap(standards, 1),
        "floors": _floors(summary, standards),
        "one_off": _one_off(summary, granted, standards),
    }


def _filled(
    lines: Sequence[ScenarioLine], summary: Mapping[str, Any], granted: Catalogue, take_up: Decimal
) -> dict[str, Decimal | None]:
    """Return what households lack of the supposed standard, and how much of it payments fill before and after.

    Those payments count whose formula measures income against the standard.
    """
    shortfall = Decimal(summary.get("shortfall", 0))
    if not shortfall:
        return {}
    filling = set()
    for offer in granted.offers:
        amount = offer.project.amount if offer.project else None
        if offer.monthly and amount is not None and {STANDARD, INCOME} <= {w.name for w in words_of(amount.node)}:
            filling.add(offer.code)
    effect = _effect([line for line in lines if line.project_code in filling], take_up)
    before, after = (min(effect[n] / shortfall, Decimal(1)).quantize(RATIO) for n in ("before_amount", "after_amount"))
    return {"shortfall": shortfall, "filled_before": before, "filled_after": after}


def _sources(summary: Mapping[str, Any], annual: Decimal) -> list[SourceShare]:
    """Split the cost as the grants were split; the last source takes what rounding leaves."""
    grants = [(FundSource(each["source"]), Decimal(each["amount"])) for each in summary.get("sources", ())]
    whole, left = sum((amount for _, amount in grants), ZERO), annual
    found = []
    for place, (source, amount) in enumerate(grants, 1):
        part = left if place == len(grants) else (annual * amount / whole).quantize(CENT)
        left -= part
        found.append(SourceShare(fund_source=source, share=(amount / whole).quantize(RATIO), annual_cost=part))
    return found


def _parts(
    lines: Sequence[ScenarioLine], share: Decimal, names: Mapping[str, str], towns: Mapping[str, str]
) -> dict[str, Any]:
    """Return the same effects for towns, projects and residences, and line by line."""
    paid = _monthly(lines)

    def project(of: Sequence[ScenarioLine]) -> dict[str, Any]:
        code = of[0].project_code
        return {"project_code": code, "project_name": names.get(code, code), "monthly": of[0].monthly}

    def town(of: Sequence[ScenarioLine]) -> dict[str, Any]:
        return {"town_code": of[0].town_code, "town_name": towns.get(of[0].town_code, of[0].town_code)}

    def residence(of: Sequence[ScenarioLine]) -> dict[str, Any]:
        return {"residence": Residence(of[0].residence) if of[0].residence else None}

    return {
        "towns": [TownEffect(**_effect(of, share), **town(of)) for of in _by(paid, lambda line: line.town_code)],
        "projects": [
            ProjectEffect(**_effect(of, share), **project(of)) for of in _by(lines, lambda line: line.project_code)
        ],
        "residences": [
            ResidenceEffect(**_effect(of, share), **residence(of))
            for of in _by(paid, lambda line: line.residence)
            if of[0].residence
        ],
        "lines": [
            WhatIfLine(**_effect([line], share), **town([line]), **project([line]), **residence([line]))
            for line in lines
        ],
    }


def _by(lines: Sequence[ScenarioLine], key: Callable[[ScenarioLine], str]) -> list[list[ScenarioLine]]:
    groups: dict[str, list[ScenarioLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return [groups[name] for name in sorted(groups)]


def _effect(lines: Sequence[ScenarioLine], take_up: Decimal) -> dict[str, Any]:
    counts = {name: sum(getattr(line, name) for line in lines) for name in COUNTS}
    amounts = {name: sum((getattr(line, name) for line in lines), ZERO) for name in AMOUNTS}
    joining = (amounts["entrant_amount"] * take_up).quantize(CENT)
    return counts | {
        "expected": (counts["entrants"] * take_up).quantize(Decimal("0.1")),
        "before_amount": amounts["before_amount"],
        "after_amount": amounts["after_amount"] + joining,
        "monthly_cost": amounts["after_amount"] + joining - amounts["before_amount"],
    }


def _rates(take_up: Decimal) -> list[Decimal]:
    around = (take_up - TAKE_UP_STEP, take_up, take_up + TAKE_UP_STEP)
    return sorted({min(max(rate, Decimal(0)), Decimal(1)) for rate in around})


def _at(lines: Sequence[ScenarioLine], rate: Decimal) -> Sensitivity:
    effect = _effect(lines, rate)
    cost = effect["monthly_cost"]
    return Sensitivity(take_up=rate, expected=effect["expected"], monthly_cost=cost, annual_cost=cost * MONTHS)


def _standards(scenario: Scenario, summary: Mapping[str, Any]) -> dict[Residence, tuple[Decimal, Decimal]]:
    """Return the standard before and after by residence, as far as there is one."""
    found = {}
    for residence in Residence:
        numbers = summary.get("numbers", {}).get(residence.value, {})
        if STANDARD not in numbers:
            continue
        before = after = Decimal(numbers[STANDARD])
        for change in scenario.changes:
            if change["parameter"] == STANDARD and change["residence"] in (None, residence.value):
                after = Decimal(change["value"])
        found[residence] = (before, after)
    return found


def _gap(standards: Mapping[Residence, tuple[Decimal, Decimal]], side: int) -> Decimal | None:
    """Return the rural standard as a share of the urban one; the law wants it to rise."""
    if len(standards) < len(Residence) or not standards[Residence.URBAN][side]:
        return None
    return (standards[Residence.RURAL][side] / standards[Residence.URBAN][side]).quantize(RATIO)


def _floors(summary: Mapping[str, Any], standards: Mapping[Residence, tuple[Decimal, Decimal]]) -> list[FloorTest]:
    found = []
    for residence, (before, after) in standards.items():
        numbers = summary["numbers"][residence.value]
        if CONSUMPTION not in numbers or FLOOR not in numbers:
            continue
        consumption, floor = Decimal(numbers[CONSUMPTION]), Decimal(numbers[FLOOR])
        shares = [(standard * MONTHS / consumption).quantize(RATIO) for standard in (before, after)]
        found.append(
            FloorTest(
                residence=residence,
                consumption=consumption,
                standard_before=before,
                standard_after=after,
                ratio_before=shares[0],
                ratio_after=shares[1],
                floor=floor,
                passed=shares[1] >= floor,
            )
        )
    return found


def _one_off(
    summary: Mapping[str, Any], granted: Catalogue, standards: Mapping[Residence, tuple[Decimal, Decimal]]
) -> list[OneOff]:
    """Return one-off aid whose formula uses the standard: what it would cost more if every payment rose with it."""
    found = {}
    for offer in granted.offers:
        amount = offer.project.amount if offer.project else None
        if offer.monthly or amount is None or all(word.name != STANDARD for word in words_of(amount.node)):
            continue
        payments, paid, more = 0, ZERO, ZERO
        for row in summary.get("once", ()):
            if row["project_code"] != offer.code or Residence(row["residence"]) not in standards:
                continue
            before, after = standards[Residence(row["residence"])]
            payments += row["payments"]
            paid += Decimal(row["paid"])
            more += (Decimal(row["paid"]) * (after / before - 1)).quantize(CENT)
        if payments:
            found[offer.code] = OneOff(
                project_code=offer.code, project_name=say(offer.name), payments=payments, paid=paid, at_most=more
            )
    return list(found.values())
