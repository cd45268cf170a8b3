"""One certificate: everything about the holder of a number, for a stated purpose, on record."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid
from backend.kernel.i18n import say
from backend.kernel.labels import LabelledEnum
from backend.kernel.scope import get_visible
from backend.matching import providers, repository
from backend.matching.engine import catalogue_on
from backend.matching.errors import PersonUnknown
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import LookupIn, LookupOut
from backend.matching.service.households import benefit_out, match_household, today
from backend.registry import repository as registry
from backend.registry.codes import Health, Residence, StatusKind
from backend.registry.models import Household, Person
from backend.registry.numbers import index_of_number


async def look_up(session: AsyncSession, actor: Actor, form: LookupIn) -> LookupOut:
    """Return person, household, statuses, benefits, open cases and matches; every attempt is on record."""
    actor.require(MatchingPermission.LOOKUP)
    index = index_of_number(form.id_number)
    if index is None:
        raise invalid("id_number", "证件号码不正确，请核对每一位数字")
    found = await repository.person_by_index(session, index)
    if found is None:
        raise PersonUnknown
    household = await repository.household_of(session, found.id or 0)
    await _require_reach(session, actor, found, household)
    await audit.record_access(
        session,
        actor,
        "lookup.read",
        subject=("person", found.id or 0),
        purpose=form.purpose,
        division_code=found.division_code,
    )
    person = await registry.person_detail(session, actor, found.id or 0)
    household_id = household.id if household else None
    benefits = []
    detail, matches = None, []
    if household is not None and household_id is not None:
        detail = await registry.household_detail(session, actor, household_id)
        names = {offer.code: say(offer.name) for offer in (await catalogue_on(session, today())).offers}
        paid = await repository.benefits_of(session, household_id, today())
        benefits = [benefit_out(b) | {"project_name": names.get(b.project_code, b.project_code)} for b in paid]
        matches = (await match_household(session, actor, household_id)).items
    return LookupOut(
        person=_worded(person, health=Health),
        household=_worded(detail, residence=Residence) if detail else None,
        statuses=[_worded(status, kind=StatusKind) for status in person["statuses"]],
        benefits=benefits + await providers.ask(session, actor, "benefits", found.id, household_id),
        open_cases=await providers.ask(session, actor, "open_cases", found.id, household_id),
        matches=matches,
    )


def _worded(row: dict[str, Any], **enums: type[LabelledEnum]) -> dict[str, Any]:
    """Put the words of stored values beside them: the answer has no schema that would tell them."""
    words = {f"{name}_name": say(enum(row[name]).label) for name, enum in enums.items() if row.get(name)}
    return row | words


async def _require_reach(session: AsyncSession, actor: Actor, person: Person, household: Household | None) -> None:
    """Answer an outsider as if nobody were registered."""
    try:
        if household is not None:
            await get_visible(session, actor, Household, household.id or 0, MatchingPermission.LOOKUP)
        else:
            await get_visible(session, actor, Person, person.id or 0, MatchingPermission.LOOKUP)
    except NotFound:
        raise PersonUnknown from None
