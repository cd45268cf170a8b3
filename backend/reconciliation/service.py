"""Every change of the reconciliation: open an account, take a statement, match by rule and by hand, decide."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit import service as audit
from backend.kernel.actor import Actor
from backend.kernel.errors import invalid
from backend.kernel.i18n import say
from backend.kernel.identifiers import InvalidIdentifier, mask_card, parse_account_number
from backend.kernel.inserting import Batch, insert_together
from backend.kernel.models import ZERO
from backend.kernel.sealing import seal, unseal
from backend.ledger import service as ledger
from backend.ledger.models import Fund
from backend.reconciliation import content, matching, reading, repository
from backend.reconciliation.errors import (
    AmountsDiffer,
    GapBetweenStatements,
    LineNotOpen,
    MatchNotWaiting,
    NothingChosen,
    OpeningDiffers,
    OtherAccount,
    SamePerson,
    UnreadableStatement,
    WrongKindOfAccount,
)
from backend.reconciliation.models import (
    BankAccount,
    BankLine,
    BankMatch,
    BankMatchItem,
    BankMatchStep,
    BankStatement,
    MatchRule,
    MatchStatus,
    StepKind,
)
from backend.reconciliation.reading.shape import TAIL, ReadLine, ReadStatement
from backend.reconciliation.schemas import BankAccountCreate, MatchCreate, MatchingRead

CONTEXT = "bank_account.number"
AT_BANK = ("1002", "1011")
STEPS = {
    StepKind.CONFIRM: (MatchStatus.SUGGESTED, MatchStatus.PROPOSED),
    StepKind.REJECT: (MatchStatus.SUGGESTED, MatchStatus.PROPOSED),
    StepKind.UNDO: (MatchStatus.MATCHED,),
}


async def open_account(session: AsyncSession, actor: Actor, fund: Fund, form: BankAccountCreate) -> BankAccount:
    """Begin to reconcile a money account of a book, on a day before which bank and book agree."""
    if form.account_code not in AT_BANK:
        raise WrongKindOfAccount(code=form.account_code)
    if form.template not in content.templates():
        raise invalid("template", "没有这个对账单模板，请从列表中选择")
    if form.opened_on > ledger.today():
        raise invalid("opened_on", "对账启用日期不能晚于今天")
    book = await repository.book_balance(session, fund.id or 0, form.account_code, form.opened_on)
    if book != form.opening_balance:
        raise OpeningDiffers(bank=f"{form.opening_balance:.2f}", book=f"{book:.2f}")
    try:
        number = parse_account_number(form.number)
    except InvalidIdentifier as refusal:
        raise invalid("number", refusal.said()) from None
    sealed = seal(number, CONTEXT, mask_card(number))
    account = BankAccount(
        fund_id=fund.id or 0,
        account_code=form.account_code,
        division_code=fund.division_code,
        organization_id=fund.organization_id,
        bank_name=form.bank_name,
        number_cipher=sealed.cipher,
        number_index=sealed.index,
        number_masked=sealed.masked,
        template=form.template,
        opened_on=form.opened_on,
        opening_balance=form.opening_balance,
        opened_by=actor.user_id,
    )
    session.add(account)
    await session.flush()
    await _witness(session, actor, "bank_account.open", account, account.id, {"fund": fund.code})
    return account


async def take(
    session: AsyncSession,
    actor: Actor,
    account: BankAccount,
    content_: bytes,
    file_name: str,
    to_date: date | None = None,
) -> tuple[BankStatement, bool]:
    """Take a statement for an account that the caller has locked; return it and whether it had been taken before."""
    digest = hashlib.sha256(content_).hexdigest()
    earlier = await repository.statement_of_digest(session, account.id or 0, digest)
    if earlier is not None:
        return earlier, True
    found = reading.read(content_, content.templates()[account.template], to_date)
    last = await repository.last_statement(session, account.id or 0)
    _require_own(account, found)
    _require_next(account, last, found)
    await _require_new(session, account, found.lines)
    statement = BankStatement(
        bank_account_id=account.id or 0,
        division_code=account.division_code,
        organization_id=account.organization_id,
        sequence=(last.sequence if last else 0) + 1,
        format=found.format,
        file_name=file_name[:200],
        digest=digest,
        from_date=found.from_date,
        to_date=found.to_date,
        opening_balance=found.opening,
        received=sum((line.amount for line in found.lines if line.amount > 0), ZERO),
        paid=-sum((line.amount for line in found.lines if line.amount < 0), ZERO),
        closing_balance=found.closing,
        line_count=len(found.lines),
        imported_by=actor.user_id,
    )
    session.add(statement)
    await session.flush()
    rows = [_row(account, statement, seq, line) for seq, line in enumerate(found.lines, start=1)]
    await insert_together(session, [Batch(BankLine, rows, {"created_at": "now()"})] if rows else [])
    details = {"lines": len(rows), "digest": digest, "closing": f"{found.closing:.2f}"}
    await _witness(session, actor, "bank_statement.import", account, statement.id, details)
    return statement, False


def _require_own(account: BankAccount, found: ReadStatement) -> None:
    if found.account is None:
        return
    own = unseal(account.number_cipher, CONTEXT)
    digits = "".join(c for c in found.account if c.isalnum())
    if not digits.endswith(own) and not own.endswith(digits):
        raise OtherAccount(found=digits[-TAIL:], own=own[-TAIL:])


def _require_next(account: BankAccount, last: BankStatement | None, found: ReadStatement) -> None:
    """Refuse a gap or an overlap: a statement begins where the one before it, or the account, ended."""
    until = last.to_date if last else account.opened_on - timedelta(days=1)
    closing = last.closing_balance if last else account.opening_balance
    if found.opening != closing or found.from_date < until or (last is None and found.from_date < account.opened_on):
        raise GapBetweenStatements(
            last=until, closing=f"{closing:.2f}", first=found.from_date, opening=f"{found.opening:.2f}"
        )
    if found.to_date > ledger.today():
        raise UnreadableStatement(reason=say("截止日期 {day} 晚于今天", day=found.to_date))


async def _require_new(session: AsyncSession, account: BankAccount, lines: Sequence[ReadLine]) -> None:
    known = await repository.known_serials(session, account.id or 0, [x.serial for x in lines if x.serial])
    for line in lines:
        if line.serial in known:
            said = say("{place}：银行流水号 {serial} 此前已导入", place=line.place, serial=line.serial)
            raise UnreadableStatement(reason=said)


def _row(account: BankAccount, statement: BankStatement, seq: int, line: ReadLine) -> dict[str, Any]:
    return {
        "statement_id": statement.id,
        "bank_account_id": account.id,
        "division_code": account.division_code,
        "organization_id": account.organization_id,
        "seq": seq,
        "booked_on": line.day.isoformat(),
        "amount": str(line.amount),
        "balance": str(line.balance),
        "serial": line.serial,
        "reference": line.reference,
        "counter_name": line.counter_name,
        "counter_tail": line.counter_tail,
        "memo": line.memo,
    }


async def match_by_rules(session: AsyncSession, actor: Actor, account: BankAccount) -> MatchingRead:
    """Apply M1 to M4 to all that stands open of an account that the caller has locked."""
    made = await matching.run(session, actor, account)
    bank, book = await repository.open_counts(session, account.id or 0)
    if any(made.values()):
        await _witness(
            session, actor, "bank_match.run", account, account.id, {rule.value: n for rule, n in made.items()}
        )
    return MatchingRead(
        reversal=made[MatchRule.REVERSAL],
        exact=made[MatchRule.EXACT],
        group=made[MatchRule.GROUP],
        party=made[MatchRule.PARTY],
        suggested=made[MatchRule.LIKELY],
        open_bank=bank,
        open_book=book,
    )


async def propose(session: AsyncSession, actor: Actor, account: BankAccount, form: MatchCreate) -> BankMatch:
    """Bring lines together by hand (M5); they are held until another person confirms."""
    bank = list(dict.fromkeys(form.bank_line_ids))
    pairs = [(int(a), int(b)) for a, b in (key.split("-") for key in dict.fromkeys(form.book_lines))]
    if len(bank) + len(pairs) < 2:  # noqa: PLR2004 - a pair is two
        raise NothingChosen
    of_bank, of_book = await repository.chosen_lines(session, account.id or 0, bank, pairs)
    for side, chosen, found in (("银行流水", bank, of_bank), ("账面分录", pairs, of_book)):
        missing = next((place for place, key in enumerate(chosen, start=1) if key not in found), None)
        if missing is not None:
            raise LineNotOpen(place=missing, side=side)
    left, right = sum(of_bank.values(), ZERO), sum(of_book.values(), ZERO)
    if left != right:
        raise AmountsDiffer(bank=f"{left:.2f}", book=f"{right:.2f}", difference=f"{abs(left - right):.2f}")
    made = BankMatch(
        bank_account_id=account.id or 0,
        division_code=account.division_code,
        organization_id=account.organization_id,
        rule=MatchRule.MANUAL,
        confidence=100,
        status=MatchStatus.PROPOSED,
        amount=left,
        bank_count=len(bank),
        book_count=len(pairs),
        note=form.note,
        made_by=actor.user_id,
    )
    session.add(made)
    await session.flush()
    items: list[dict[str, Any]] = [{"bank_line_id": key, "journal_id": None, "line_no": None} for key in bank]
    items += [{"bank_line_id": None, "journal_id": journal, "line_no": line} for journal, line in pairs]
    rows = [item | {"match_id": made.id} for item in items]
    await insert_together(session, [Batch(BankMatchItem, rows, {"created_at": "now()"})])
    await _witness(session, actor, "bank_match.propose", account, made.id, {"amount": f"{left:.2f}"})
    return made


async def decide(session: AsyncSession, actor: Actor, found: BankMatch, kind: StepKind, note: str | None) -> BankMatch:
    """Confirm, reject or undo a match that the caller has locked: a new step, from which its state follows."""
    if found.status not in STEPS[kind]:
        raise MatchNotWaiting(status=found.status.label, action=kind.label)
    if kind is StepKind.CONFIRM and found.rule is MatchRule.MANUAL and found.made_by == actor.user_id:
        raise SamePerson
    session.add(BankMatchStep(match_id=found.id or 0, kind=kind, user_id=actor.user_id, note=note))
    await session.flush()
    await session.refresh(found)
    await audit.record(
        session,
        actor,
        f"bank_match.{kind.value}",
        subject=("bank_match", found.id or 0),
        division_code=found.division_code,
        details={"note": note, "amount": f"{found.amount:.2f}"},
    )
    return found


async def _witness(
    session: AsyncSession, actor: Actor, action: str, account: BankAccount, key: int | None, details: dict[str, Any]
) -> None:
    subject = (action.partition(".")[0], key or 0)
    await audit.record(session, actor, action, subject=subject, division_code=account.division_code, details=details)
