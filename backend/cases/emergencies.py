"""An emergency of somebody without a file: the least is registered and the urgent case opened in one go (§4.5)."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cases import intake, repository
from backend.cases.models import Case
from backend.cases.path.definition import is_urgent
from backend.cases.schemas import CaseCreate, EmergencyCreate
from backend.kernel.actor import Actor
from backend.kernel.clocks import CHINA
from backend.kernel.errors import invalid
from backend.kernel.models import now
from backend.registry import service as registry
from backend.registry.codes import IdType, Relation
from backend.registry.models import Household
from backend.registry.numbers import index_of_number
from backend.registry.schemas import HouseholdCreate, MemberCreate


async def register(session: AsyncSession, actor: Actor, form: EmergencyCreate, at: datetime | None = None) -> Case:
    """Open the urgent case; the 24 hours run from first contact, whatever is still unknown."""
    at = at or now()
    version = await intake.version_of(session, form.project_code, at.astimezone(CHINA).date())
    if not is_urgent(version):
        raise invalid("project_code", "该项目不是急难救助项目，请选择先行救助的项目，或从“帮助申请”办理")
    wanted = CaseCreate(
        project_code=form.project_code,
        household_id=await _household(session, actor, form),
        applicant_name=form.name,
        division_code=form.division_code,
        channel=form.channel,
        reason=form.reason,
        first_contact_at=form.first_contact_at,
    )
    return await intake.submit(session, actor, wanted, at)


async def _household(session: AsyncSession, actor: Actor, form: EmergencyCreate) -> int | None:
    """Return the household of the person, registered if nobody knew it; none where they live in another area.

    Somebody from elsewhere is helped where the need is, without a second file that would count them twice.
    """
    index = index_of_number(form.id_number) if form.id_number else None
    if form.id_number and index is None:
        raise invalid("id_number", "身份证号不正确，请核对18位号码和校验码；不清楚的请先不填")
    known = await repository.household_of_number(session, index) if index else None
    if known is not None:
        return known.id if _near(known, form.division_code) else None
    member = MemberCreate(
        name=form.name,
        id_type=IdType.CITIZEN if form.id_number else IdType.TEMPORARY,
        id_number=form.id_number,
        relation=Relation.HEAD,
        phone=form.phone,
    )
    household = HouseholdCreate(
        division_code=form.division_code,
        residence=form.residence,
        address=form.address,
        phone=form.phone,
        members=[member],
    )
    return int((await registry.register(session, actor, household))["id"])


def _near(household: Household, division_code: str) -> bool:
    """Tell whether the household belongs to the town in which the emergency is."""
    return household.division_code[:9] == division_code[:9]
