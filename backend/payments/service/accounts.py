"""Payees' accounts: checked, sealed, confirmed by a second person before money follows."""

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.cases.events import AccountStated
from backend.kernel.actor import Actor
from backend.kernel.errors import NotFound, invalid
from backend.kernel.i18n import say
from backend.kernel.identifiers import InvalidIdentifier, mask_card, parse_account_number, parse_bank_card, parse_cnaps
from backend.kernel.models import now
from backend.kernel.scope import get_visible
from backend.kernel.sealing import field_cipher, seal, unseal
from backend.payments.errors import AccountNotPending, ConfirmedByTheSame, NotAMember, SameAccountTooOften
from backend.payments.models import AccountKind, AccountStatus, PaymentAccount
from backend.payments.permissions import PaymentPermission
from backend.payments.schemas import AccountCreate
from backend.registry.models import Household, HouseholdMember, Person

CONTEXT = "payment_account.number"
MOST_HOUSEHOLDS = 3


def _checked(form: AccountCreate) -> str:
    parse = parse_account_number if form.kind is AccountKind.PASSBOOK else parse_bank_card
    try:
        number = parse(form.number)
    except InvalidIdentifier as refusal:
        raise invalid("number", refusal.said()) from None
    try:
        if form.cnaps:
            parse_cnaps(form.cnaps)
    except InvalidIdentifier as refusal:
        raise invalid("cnaps", refusal.said()) from None
    return number


async def enter(session: AsyncSession, actor: Actor, form: AccountCreate) -> PaymentAccount:
    """Enter an account; it waits for a second person. 57号 第26条: at most three households share one."""
    household = await get_visible(session, actor, Household, form.household_id, PaymentPermission.ACCOUNT_CREATE)
    number = _checked(form)
    person = await session.get(Person, form.person_id)
    if person is None:
        raise NotFound
    if form.agreement is None and not await _is_member(session, form):
        raise NotAMember
    await _check_sharing(session, number, form)
    return await _keep(session, actor, form, household, person, number)


async def state(session: AsyncSession, actor: Actor, event: AccountStated) -> PaymentAccount | None:
    """Enter the account that an application named; one that is known already is not entered twice."""
    indexes = field_cipher().blind_indexes(event.number, CONTEXT)
    known = await session.exec(
        select(PaymentAccount.id).where(
            PaymentAccount.person_id == event.person_id,
            PaymentAccount.number_index.in_(indexes),  # type: ignore[attr-defined]
            PaymentAccount.status != AccountStatus.CLOSED,
        )
    )
    if known.first() is not None:
        return None
    household = await session.get_one(Household, event.household_id)
    person = await session.get_one(Person, event.person_id)
    form = AccountCreate(
        household_id=event.household_id,
        person_id=event.person_id,
        kind=_kind_of(event.number),
        number=event.number,
        bank_name=event.bank_name or say("申请时未填写"),
    )
    await _check_sharing(session, event.number, form)
    return await _keep(session, actor, form, household, person, event.number)


def _kind_of(number: str) -> AccountKind:
    try:
        parse_bank_card(number)
    except InvalidIdentifier:
        return AccountKind.PASSBOOK
    return AccountKind.CARD


async def _keep(
    session: AsyncSession, actor: Actor, form: AccountCreate, household: Household, person: Person, number: str
) -> PaymentAccount:
    """Store an account sealed, waiting for a second person."""
    sealed = seal(number, CONTEXT, mask_card(number))
    account = PaymentAccount(
        person_id=form.person_id,
        household_id=form.household_id,
        division_code=household.division_code,
        holder_name=person.name,
        kind=form.kind,
        bank_name=form.bank_name,
        cnaps=parse_cnaps(form.cnaps) if form.cnaps else None,
        number_cipher=sealed.cipher,
        number_index=sealed.index,
        number_masked=sealed.masked,
        agreement=form.agreement,
        entered_by=actor.user_id,
    )
    session.add(account)
    await session.flush()
    await _witness(session, actor, account, "payment_account.enter")
    return account


async def _is_member(session: AsyncSession, form: AccountCreate) -> bool:
    found = await session.exec(
        select(HouseholdMember.id).where(
            HouseholdMember.household_id == form.household_id,
            HouseholdMember.person_id == form.person_id,
            HouseholdMember.left_on == None,  # noqa: E711
        )
    )
    return found.first() is not None


async def _check_sharing(session: AsyncSession, number: str, form: AccountCreate) -> None:
    indexes = field_cipher().blind_indexes(number, CONTEXT)
    others = await session.exec(
        select(func.count(func.distinct(PaymentAccount.household_id))).where(
            PaymentAccount.number_index.in_(indexes),  # type: ignore[attr-defined]
            PaymentAccount.status != AccountStatus.CLOSED,
            PaymentAccount.household_id != form.household_id,
        )
    )
    count = others.one()
    if count >= MOST_HOUSEHOLDS and form.agreement is None:
        raise SameAccountTooOften(count=count)


async def confirm(session: AsyncSession, actor: Actor, account: PaymentAccount) -> PaymentAccount:
    """Let money follow; the account used until now is closed (§7.3-11: another person)."""
    if account.status is not AccountStatus.PENDING:
        raise AccountNotPending(status=account.status.label)
    if account.entered_by == actor.user_id:
        raise ConfirmedByTheSame
    earlier = await session.exec(
        select(PaymentAccount)
        .where(PaymentAccount.person_id == account.person_id, PaymentAccount.status == AccountStatus.ACTIVE)
        .with_for_update()
    )
    for old in earlier:
        old.status = AccountStatus.CLOSED
    await session.flush()
    account.status, account.confirmed_by, account.confirmed_at = AccountStatus.ACTIVE, actor.user_id, now()
    account.version += 1
    await session.flush()
    await _witness(session, actor, account, "payment_account.confirm")
    return account


def number_of(account: PaymentAccount) -> str:
    """Read the number; whoever calls writes the audit."""
    return unseal(bytes(account.number_cipher), CONTEXT)


async def _witness(session: AsyncSession, actor: Actor, account: PaymentAccount, action: str) -> None:
    await audit.record(
        session,
        actor,
        action,
        subject=("payment_account", account.id or 0),
        division_code=account.division_code,
        details={"person": account.person_id, "masked": account.number_masked},
    )
