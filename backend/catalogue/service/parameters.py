"""Change the dated numbers: one proposes, another approves, nothing that was in force is rewritten."""

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.catalogue.errors import (
    ChangeDecided,
    NoSuchParameter,
    ParameterTooEarly,
    SamePersonDecides,
    UnknownParameter,
)
from backend.catalogue.events import ParameterChanged
from backend.catalogue.models import ChangeStatus, Parameter, ParameterChange, ParameterName
from backend.catalogue.permissions import CataloguePermission
from backend.catalogue.rules.vocabulary import NUMERIC, fact_words
from backend.catalogue.schemas import ChangeCreate, DecisionIn, ParameterNameCreate
from backend.kernel.actor import Actor
from backend.kernel.config import settings
from backend.kernel.errors import invalid
from backend.kernel.events import publish
from backend.kernel.models import now
from backend.kernel.scope import check_version, get_visible


async def name(session: AsyncSession, actor: Actor, form: ParameterNameCreate) -> ParameterName:
    """Make a new word for a dated number; it may not be called like a fact."""
    actor.require(CataloguePermission.PARAMETER_PROPOSE)
    if form.kind not in NUMERIC:
        raise invalid("kind", "参数必须是金额、个数或小数")
    taken = {part for word in fact_words() for part in (word.name, word.label)}
    for field in ("code", "label"):
        if getattr(form, field) in taken:
            raise invalid(field, "与已有的事实重名，请换一个名称")
    word = ParameterName.model_validate(form.model_dump())
    session.add(word)
    await session.flush()
    await audit.record(session, actor, "parameter.name", subject=("parameter_name", form.code))
    return word


async def named(session: AsyncSession, code: str) -> ParameterName:
    """Return what is known of a word for a dated number."""
    word = await _word(session, code)
    if word is None:
        raise NoSuchParameter(code=code)
    return word


async def propose(session: AsyncSession, actor: Actor, form: ChangeCreate) -> ParameterChange:
    """Propose a number from a day on."""
    actor.require(CataloguePermission.PARAMETER_PROPOSE)
    if not await _word(session, form.code):
        raise UnknownParameter(code=form.code)
    division = form.division_code or settings().county_code
    if not division.startswith(settings().county_code):
        raise invalid("division_code", "适用区划必须在本县范围内")
    change = ParameterChange(
        **form.model_dump(exclude={"division_code"}),
        division_code=division,
        proposed_by=actor.user_id,
        proposer=actor.name,
    )
    await _refuse_if_early(session, change)
    session.add(change)
    await session.flush()
    await audit.record(
        session, actor, "parameter.propose", subject=("parameter_change", change.id or 0), details=_said(change)
    )
    return change


async def decide(session: AsyncSession, actor: Actor, change_id: int, form: DecisionIn) -> ParameterChange:
    """Approve or refuse another's proposal; approved, it ends the number before it on its first day."""
    actor.require(CataloguePermission.PARAMETER_APPROVE)
    change = await get_visible(
        session, actor, ParameterChange, change_id, CataloguePermission.PARAMETER_READ, lock=True
    )
    if change.status is not ChangeStatus.PROPOSED:
        raise ChangeDecided(status=change.status.label)
    if change.proposed_by == actor.user_id:
        raise SamePersonDecides
    change.status = ChangeStatus.APPROVED if form.approved else ChangeStatus.REFUSED
    change.decided_by, change.decider, change.decided_at = actor.user_id, actor.name, now()
    change.opinion = form.opinion
    check_version(change, None)
    await session.flush()
    if form.approved:
        await _put_in_force(session, change)
    await audit.record(
        session,
        actor,
        "parameter.approve" if form.approved else "parameter.refuse",
        subject=("parameter_change", change_id),
        details=_said(change),
    )
    return change


async def withdraw(session: AsyncSession, actor: Actor, change_id: int) -> ParameterChange:
    """Take one's own proposal back."""
    actor.require(CataloguePermission.PARAMETER_PROPOSE)
    change = await get_visible(
        session, actor, ParameterChange, change_id, CataloguePermission.PARAMETER_READ, lock=True
    )
    if change.status is not ChangeStatus.PROPOSED:
        raise ChangeDecided(status=change.status.label)
    if change.proposed_by != actor.user_id:
        raise invalid("id", "只能撤回自己提出的变更")
    change.status = ChangeStatus.WITHDRAWN
    check_version(change, None)
    await audit.record(session, actor, "parameter.withdraw", subject=("parameter_change", change_id))
    return change


async def _put_in_force(session: AsyncSession, change: ParameterChange) -> None:
    await _refuse_if_early(session, change)
    word = await _word(session, change.code)
    current = (
        await session.exec(_same(change).where(col(Parameter.valid_to).is_(None)).with_for_update())
    ).one_or_none()
    if current is not None:
        current.valid_to = change.valid_from
        await session.flush()
    session.add(
        Parameter(
            **change.model_dump(
                include={"code", "division_code", "residence", "value", "valid_from", "basis", "uncertain"}
            ),
            unit=word.unit if word else "",
            change_id=change.id,
        )
    )
    await session.flush()
    await publish(
        session,
        ParameterChanged(change.code, change.division_code, change.residence, change.value, change.valid_from),
    )


async def _refuse_if_early(session: AsyncSession, change: ParameterChange) -> None:
    later = (await session.exec(_same(change).where(col(Parameter.valid_from) >= change.valid_from))).first()
    if later is not None:
        raise ParameterTooEarly(later=later.valid_from.isoformat())


def _same(change: ParameterChange):  # type: ignore[no-untyped-def]  # noqa: ANN202  (a Select of SQLModel's own kind)
    return select(Parameter).where(
        Parameter.code == change.code,
        Parameter.division_code == change.division_code,
        col(Parameter.residence).is_not_distinct_from(change.residence),
    )


async def _word(session: AsyncSession, code: str) -> ParameterName | None:
    return (await session.exec(select(ParameterName).where(ParameterName.code == code))).one_or_none()


def _said(change: ParameterChange) -> dict[str, object]:
    return change.model_dump(
        mode="json", include={"code", "division_code", "residence", "value", "valid_from", "basis", "opinion"}
    )
