"""What if a number were another (DOMAIN §3.7): counted over the live registry, written to the scenario's rows only."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Numeric, and_, case, cast, func, insert, literal, literal_column, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue import repository as catalogue
from backend.catalogue.content_terms import BenefitForm
from backend.catalogue.errors import UnknownParameter
from backend.catalogue.models import Residence
from backend.catalogue.rules.evaluation import match
from backend.catalogue.rules.parameters import WhatIf
from backend.catalogue.rules.vocabulary import UnitOf
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.errors import invalid
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.matching import repository
from backend.matching.engine import Catalogue, catalogue_on, facts_of
from backend.matching.models import Scenario, ScenarioLine
from backend.matching.permissions import MatchingPermission
from backend.matching.repository import TOWN
from backend.matching.schemas import WhatIfIn, WhatIfLine, WhatIfOut
from backend.matching.service.households import today
from backend.registry.models import Household

H: Any = Household.__table__  # type: ignore[attr-defined]
L: Any = ScenarioLine.__table__  # type: ignore[attr-defined]
MONTHS = 12
WRITTEN = (
    "scenario_id",
    "town_code",
    "project_code",
    "before_count",
    "after_count",
    "entrants",
    "leavers",
    "raised",
    "lowered",
    "before_amount",
    "after_amount",
)


async def suppose(session: AsyncSession, actor: Actor, form: WhatIfIn) -> Scenario:
    """Compare the whole area under the numbers in force and under the supposed one."""
    area = form.division_code or actor.division_code or settings().county_code
    actor.require(MatchingPermission.WHAT_IF, area)
    day = form.from_day or today()
    granted = await catalogue_on(session, day)
    word = granted.words.find(form.parameter)
    if word is None or word.unit_of is not UnitOf.PARAMETER:
        raise UnknownParameter(code=form.parameter)
    if word.positive and form.value <= 0:
        raise invalid("value", "该参数必须大于零")
    current = await catalogue.parameter_values(session, day, area, form.residence)
    scenario = Scenario(
        division_code=area,
        user_id=actor.user_id,
        parameter=word.name,
        residence=form.residence,
        value=form.value,
        current_value=current.get(word.name),
        from_day=day,
        as_of=now(),
    )
    session.add(scenario)
    await session.flush()
    if granted.projects:
        key: Any = (word.name, form.residence.value) if form.residence else word.name
        await session.execute(await _lines(session, granted, area, scenario.id or 0, {key: form.value}, numbers_on=day))
    await audit.record(
        session,
        actor,
        "scenario.suppose",
        subject=("scenario", scenario.id or 0),
        division_code=area,
        details=form.model_dump(mode="json"),
    )
    return scenario


async def _lines(
    session: AsyncSession, granted: Catalogue, area: str, scenario_id: int, what_if: WhatIf, *, numbers_on: date
) -> Any:
    areas = await repository.areas_within(session, area) or [area]
    sides = [
        match(granted.projects, facts_of(granted.words, today(), areas, prefix=area, what_if=w, numbers_on=numbers_on))
        for w in (None, what_if)
    ]
    before, after = sides[0].subquery("before"), sides[1].subquery("after")
    together = before.join(
        after,
        and_(
            before.c.household_id == after.c.household_id,
            func.coalesce(before.c.person_id, 0) == func.coalesce(after.c.person_id, 0),
            before.c.project_code == after.c.project_code,
        ),
        full=True,
    )
    household = func.coalesce(before.c.household_id, after.c.household_id)
    old, new = before.c.household_id.is_not(None), after.c.household_id.is_not(None)
    zero = literal(Decimal(0), Numeric())

    def count(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    town = func.left(H.c.division_code, literal_column(str(TOWN)))
    code = func.coalesce(before.c.project_code, after.c.project_code)
    statement = (
        select(
            literal_column(str(int(scenario_id))),
            town,
            code,
            count(old),
            count(new),
            count(and_(new, ~old)),
            count(and_(old, ~new)),
            count(after.c.amount > before.c.amount),
            count(after.c.amount < before.c.amount),
            cast(func.coalesce(func.sum(before.c.amount), zero), Numeric(14, 2)),
            cast(func.coalesce(func.sum(after.c.amount), zero), Numeric(14, 2)),
        )
        .select_from(together.join(H, H.c.id == household))
        .group_by(town, code)
    )
    return insert(L).from_select(WRITTEN, statement)


async def read(session: AsyncSession, actor: Actor, scenario_id: int) -> WhatIfOut:
    """Return a what-if with its lines; the cost counts monthly benefits only."""
    scenario = await get_visible(session, actor, Scenario, scenario_id, MatchingPermission.READ_SCENARIO)
    lines = await repository.lines_of(session, scenario_id)
    granted = await catalogue_on(session, scenario.from_day)
    monthly = {offer.code for offer in granted.offers if offer.version.benefit_form is BenefitForm.CASH_M}
    cost = sum(
        (line.after_amount - line.before_amount for line in lines if line.project_code in monthly), Decimal("0.00")
    )
    return WhatIfOut(
        **scenario.model_dump(
            include={"id", "parameter", "value", "current_value", "from_day", "division_code", "as_of"}
        ),
        residence=Residence(scenario.residence) if scenario.residence else None,
        entrants=sum(line.entrants for line in lines),
        leavers=sum(line.leavers for line in lines),
        monthly_cost=cost,
        annual_cost=cost * MONTHS,
        lines=[WhatIfLine(**line.model_dump(exclude={"id", "created_at", "scenario_id"})) for line in lines],
    )
