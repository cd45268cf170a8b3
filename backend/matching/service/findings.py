"""Follow a finding up, once: as a lead for discovery, or as a review of the case."""

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.events import publish
from backend.kernel.models import now
from backend.kernel.scope import check_version, get_visible
from backend.matching.errors import FindingNotOpen
from backend.matching.events import FindingTurned
from backend.matching.listings import told
from backend.matching.models import Finding, FindingStatus
from backend.matching.permissions import MatchingPermission
from backend.matching.schemas import TurnIn, Turning
from backend.matching.wording import sentence


async def turn(session: AsyncSession, actor: Actor, finding_id: int, into: Turning, form: TurnIn) -> Finding:
    """Turn an open finding into a lead or a review; discovery and cases hear of it in this transaction."""
    actor.require(MatchingPermission.TURN)
    finding = await get_visible(session, actor, Finding, finding_id, MatchingPermission.TURN, lock=True)
    if finding.status is not FindingStatus.OPEN:
        raise FindingNotOpen(status=finding.status.label)
    finding.status, finding.turned_into = FindingStatus.TURNED, into
    finding.turned_by, finding.turned_at = actor.user_id, now()
    check_version(finding, None)
    await session.flush()
    # Cases and leads are written in Chinese, whatever language was clicked in.
    said = sentence(dict((await session.execute(told(finding_id))).mappings().one()), "zh")
    await publish(
        session,
        FindingTurned(
            finding_id=finding_id,
            into=into,
            kind=finding.kind.value,
            cause=finding.cause.value,
            household_id=finding.household_id,
            person_id=finding.person_id,
            project_code=finding.project_code,
            division_code=finding.division_code,
            paid_amount=finding.paid_amount,
            due_amount=finding.due_amount,
            as_of=finding.as_of,
            user_id=actor.user_id,
            note="；".join(part for part in (said, form.note) if part),
        ),
    )
    await audit.record(
        session,
        actor,
        f"finding.{into}",
        subject=("finding", finding_id),
        division_code=finding.division_code,
        details={"note": form.note},
    )
    return finding
