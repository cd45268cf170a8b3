"""A book of the demo county with a bank account of its own, whose statements a test writes."""

import itertools
from datetime import date
from decimal import Decimal

import httpx
import pytest

from backend.ledger import service as ledger
from backend.ledger.models import Fund, FundKind
from tests.conftest import committed

_counter = itertools.count(1)
OPENED = date(2026, 9, 1)
HEAD = "日期,流水号,业务编号,对方户名,对方账号,摘要,收入,支出,余额"


class Desk:
    """A town's book at the bank: posts vouchers, writes statements, asks the API."""

    def __init__(self, sign_in, town: str = "371623109") -> None:
        self.sign_in, self.town = sign_in, town
        self.number = next(_counter)
        self.balance = Decimal("0.00")
        self.account: dict = {}
        self.fund: Fund | None = None
        self.lines = 0

    async def open(self, **changes) -> dict:
        async with committed() as session:
            self.fund = Fund(
                code=f"BT{self.number}", name=f"购买服务专户{self.number}", kind=FundKind.PURCHASED_SERVICES,
                division_code=self.town,
            )  # fmt: skip
            session.add(self.fund)
            await session.flush()
        form = {
            "fund_id": self.fund.id, "bank_name": "惠民农商银行", "number": f"9371623{self.number:010d}",
            "opened_on": OPENED.isoformat(), "opening_balance": "0.00",
        }  # fmt: skip
        self.account = await self.post("county_finance", "/bank-accounts", 201, json=form | changes)
        return self.account

    async def voucher(self, amount: str, doc: str, day: str = "2026-09-10", memo: str = "收款", **more) -> int:
        """Post a grant received, or a service fee paid, through the bank."""
        value = Decimal(amount)
        events = ("E01S",) if value > 0 else ("E21", "E22")
        async with committed() as session:
            done = await ledger.post_together(
                session,
                [
                    ledger.Posting(
                        template=event,
                        fund_id=self.fund.id,
                        amount=abs(value),
                        accounts={"1011": "1002"},
                        dimensions={"doc_no": doc} | more,
                        occurred_on=date.fromisoformat(day),
                        memo=memo,
                    )
                    for event in events
                ],
                key=f"{self.fund.code}:{doc}:{day}:{amount}:{memo}",
            )
        return done.journal_ids[0]

    def line(self, amount: str, reference: str = "", day: str = "2026-09-10", name: str = "", **more) -> str:
        """Write one line of the statement and move the balance."""
        self.lines += 1
        value = Decimal(amount)
        self.balance += value
        serial = more.get("serial", f"S{self.number}-{self.lines}")
        sides = f"{value}," if value > 0 else f",{-value}"
        tail, memo = more.get("account", ""), more.get("memo", "转账")
        return f"{day},{serial},{reference},{name},{tail},{memo},{sides},{self.balance}"

    async def give(self, *lines: str, status: int = 201, who: str = "county_finance", to: str = "2026-09-30") -> dict:
        return await self.upload("\n".join([HEAD, *lines]).encode(), status, who=who, to=to)

    async def upload(self, content: bytes, status: int = 201, *, who: str = "county_finance", to: str = "") -> dict:
        return await self.post(
            who,
            f"/bank-accounts/{self.account['id']}/statements",
            status,
            files={"file": ("对账单.csv", content)},
            data={"to_date": to} if to else {},
        )

    async def post(self, who: str, path: str, status: int = 200, **options) -> dict:
        answer = await (await self.sign_in(who)).post(f"/api/v1{path}", **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def ask(self, who: str, path: str) -> httpx.Response:
        return await (await self.sign_in(who)).get(f"/api/v1{path}")

    async def matches(self, **query) -> list[dict]:
        asked = "&".join(f"{k}={v}" for k, v in query.items())
        path = f"/bank-matches?bank_account_id={self.account['id']}&order_by=id&page_size=200&{asked}"
        return (await self.ask("county_finance", path)).json()["items"]

    async def open_lines(self) -> dict[str, list[dict]]:
        return (await self.ask("county_finance", f"/bank-accounts/{self.account['id']}/open-lines")).json()

    async def sheet(self, month: str = "2026-09") -> dict:
        answer = await self.ask("county_finance", f"/bank-accounts/{self.account['id']}/balance-sheet?month={month}")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def desk(sign_in) -> Desk:
    made = Desk(sign_in)
    await made.open()
    return made
