"""An application before it is filled in: what the project asks, which papers, who has to sign."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import intake, repository
from backend.cases.answers import choices_of
from backend.cases.path.definition import is_urgent
from backend.cases.permissions import CasePermission
from backend.cases.schemas import Blank
from backend.catalogue import repository as catalogue
from backend.catalogue.rules.vocabulary import Vocabulary
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.i18n import say
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.registry.models import Household
from backend.registry.permissions import RegistryPermission


async def blank(session: AsyncSession, actor: Actor, project_code: str, household_id: int | None) -> Blank:
    """Return the application of a project for a household that the actor may see."""
    today = now().astimezone(CHINA).date()
    version = await intake.version_of(session, project_code, today)
    household = None
    if household_id is not None:
        household = await get_visible(session, actor, Household, household_id, RegistryPermission.READ)
        actor.require(CasePermission.CREATE, household.division_code)
    words = await catalogue.vocabulary(session)
    adults = await repository.adults(session, household_id, today) if household_id else []
    earlier = await repository.open_case(session, household_id, project_code) if household_id else None
    return Blank(
        project_code=project_code,
        project_name=version.name,
        target=version.target,
        urgent=is_urgent(version),
        household_id=household_id,
        household_name=household.head_name if household else None,
        division_code=household.division_code if household else None,
        fields=[_field(words, field) for field in version.definition.get("form") or ()],
        papers=[
            {name: paper.get(name) for name in ("code", "name", "obtain_mode", "note")}
            | {"required": paper.get("required", True)}
            for paper in version.definition.get("materials") or ()
        ],
        adults=[
            {"person_id": person.id, "name": person.name, "id_number": person.id_number_masked} for person in adults
        ],
        open_case={"id": earlier.key, "number": earlier.number, "state": earlier.state.label} if earlier else None,
    )


def _field(words: Vocabulary, field: dict[str, Any]) -> dict[str, Any]:
    """Return a field with its choices, taken from the fact it answers when it names none of its own."""
    return dict(field) | {"options": {value: say(label) for value, label in choices_of(words, field).items()}}
