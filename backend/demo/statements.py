"""Three months of bank statements for the county's account and one town's, with the differences there always are."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo.months import month_ago
from backend.identity.models import User
from backend.kernel.actor import Actor
from backend.ledger import repository as books
from backend.ledger.models import Fund
from backend.reconciliation import repository, service
from backend.reconciliation.models import BankAccount
from backend.reconciliation.schemas import BankAccountCreate

MONTHS = 3
# Book, account, bank, number: no bank issues this prefix (DOMAIN §10.3).
ACCOUNTS = (
    ("BK01", "1011", "惠民农商银行国库集中支付专户", "9990010371623001"),
    ("BK12", "1002", "惠民农商银行信阳支行", "9990010371623109"),
)
HEAD = "日期,流水号,业务编号,对方户名,对方账号,摘要,收入,支出,余额"
# One line per case, one per batch or voucher otherwise; `place` counts within the month, from its end.
_MOVED = text("""
SELECT j.occurred_on AS day, sum(l.debit - l.credit) AS amount, max(j.memo) AS memo, max(o.payee_name) AS payee,
       coalesce(l.case_ref, l.batch_ref, max(l.doc_no)) AS reference,
       row_number() OVER (PARTITION BY date_trunc('month', j.occurred_on) ORDER BY j.occurred_on DESC, min(j.id) DESC)
           AS place
FROM journal_line l
JOIN journal j ON j.id = l.journal_id
LEFT JOIN LATERAL (SELECT payee_name FROM payment_order p WHERE p.case_ref = l.case_ref LIMIT 1) o ON true
WHERE l.fund_id = :fund AND l.account_code = :code AND j.occurred_on >= :since AND j.occurred_on < :until
GROUP BY j.occurred_on, j.posting_id, l.case_ref, l.batch_ref HAVING sum(l.debit - l.credit) <> 0
ORDER BY j.occurred_on, min(j.id)
""")


async def load(session: AsyncSession) -> None:
    """Open both accounts, import their statements and match them; again changes nothing."""
    if (await session.exec(select(BankAccount.id).limit(1))).first() is not None:
        return
    user = (await session.exec(select(User).where(User.username == "county_finance"))).one()
    actor = Actor(user.id or 0, user.username, user.name, division_code=user.division_code)
    since = month_ago(MONTHS)
    for code, account_code, bank, number in ACCOUNTS:
        fund = await books.fund_of_code(session, code)
        if fund is None:
            continue
        opening = await repository.book_balance(session, fund.id or 0, account_code, since)
        form = BankAccountCreate(
            fund_id=fund.id or 0,
            account_code=account_code,
            bank_name=bank,
            number=number,
            opened_on=since,
            opening_balance=opening,
        )
        account = await service.open_account(session, actor, fund, form)
        await _import(session, actor, account, fund)


async def _import(session: AsyncSession, actor: Actor, account: BankAccount, fund: Fund) -> None:
    until = month_ago(0)
    values = {"fund": fund.id, "code": account.account_code, "since": account.opened_on, "until": until}
    moved = (await session.execute(_MOVED, values)).all()
    lines = sorted((line for row in moved for line in _at_bank(row)), key=lambda line: line[0])
    balance, number = account.opening_balance, 0
    for back in range(MONTHS, 0, -1):
        first, after = month_ago(back), month_ago(back - 1)
        written = [HEAD]
        own = [line for line in lines if first <= line[0] < after] + _of_the_bank(first)
        for day, amount, reference, payee, memo in sorted(own, key=lambda line: line[0]):
            balance, number = balance + amount, number + 1
            sides = f"{amount}," if amount > 0 else f",{-amount}"
            serial = f"NS{account.id}{number:06d}"
            written.append(f"{day},{serial},{reference},{payee},,{memo},{sides},{balance}")
        name = f"{fund.code}-{first:%Y%m}.csv"
        content = "\n".join(written).encode()
        await service.take(session, actor, account, content, name, after - timedelta(days=1))
        await service.match_by_rules(session, actor, account)


def _at_bank(row: Any) -> list[tuple[date, Decimal, str, str, str]]:
    """Return the line as the bank has it: the last of a month comes days later, some without their number."""
    late = timedelta(days=9) if row.place == 1 else timedelta(days=row.place % 2)
    nameless = row.place % 5 == 2  # noqa: PLR2004 - every fifth
    words = (row.payee or "", str(row.memo).replace(",", " "))
    return [(row.day + late, row.amount, "" if nameless else row.reference or "", *words)]


def _of_the_bank(month: date) -> list[tuple[date, Decimal, str, str, str]]:
    """Return what the bank does by itself, and the book hears of from the statement: fees, interest by the quarter."""
    fee = (month + timedelta(days=27), Decimal("-12.00"), "", "", "账户管理费")
    interest = (month + timedelta(days=20), Decimal("186.35"), "", "", "季度结息")
    return [fee, interest] if month.month % 3 == 0 else [fee]
