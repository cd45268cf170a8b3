"""Families who are owed money under a project code of their own, so that no test meets another's batch."""

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import httpx
import pytest

from backend.cases.events import CaseApproved
from backend.kernel.actor import SYSTEM
from backend.kernel.identifiers import check_digit, luhn_digit, mask_card, mask_id_number
from backend.kernel.sealing import seal
from backend.payments.models import AccountKind, AccountStatus, Entitlement, PaymentAccount
from backend.payments.service import accounts as accounts_service
from backend.payments.service import entitlements
from backend.registry.codes import Relation, Residence
from backend.registry.models import Household, HouseholdMember, Person
from backend.registry.numbers import ID_NUMBER
from tests.conftest import committed

VILLAGE = "371623109001001"
PERIOD = "2026-11"
MONTH = date(2026, 11, 1)
_codes = itertools.count(1)
_people = itertools.count(1)


@dataclass
class Family:
    household_id: int
    person_id: int
    entitlement_id: int
    name: str


async def add_family(session: object, *, village: str = VILLAGE, account: bool = True) -> tuple[Household, Person]:
    n = next(_people)
    body = f"371699{19500101 + n % 28}{n // 28 % 900 + 100}"
    number = body + check_digit(body)
    sealed = seal(number, ID_NUMBER, mask_id_number(number))
    person = Person(
        name=f"收款人{n}",
        division_code=village,
        id_number_cipher=sealed.cipher,
        id_number_index=sealed.index,
        id_number_masked=sealed.masked,
    )
    session.add(person)
    await session.flush()
    household = Household(
        number=f"P{n:08d}",
        division_code=village,
        residence=Residence.RURAL,
        head_person_id=person.id,
        head_name=person.name,
    )
    session.add(household)
    await session.flush()
    session.add(
        HouseholdMember(
            household_id=household.id,
            person_id=person.id,
            division_code=village,
            relation=Relation.HEAD,
            joined_on=date(2020, 1, 1),
        )
    )
    if account:
        card = card_of(f"622999{n:012d}")
        kept = seal(card, accounts_service.CONTEXT, mask_card(card))
        session.add(
            PaymentAccount(
                person_id=person.id,
                household_id=household.id,
                division_code=village,
                holder_name=person.name,
                kind=AccountKind.CARD,
                bank_name="惠民农商银行",
                number_cipher=kept.cipher,
                number_index=kept.index,
                number_masked=kept.masked,
                status=AccountStatus.ACTIVE,
                entered_by=0,
            )
        )
    await session.flush()
    return household, person


def approval(household: Household, person: Person, code: str, amount: str, **changes) -> CaseApproved:
    values = {
        "case_id": 10_000_000 + household.id,
        "household_id": household.id,
        "person_id": person.id,
        "project_code": code,
        "version_id": None,
        "amount": Decimal(amount),
        "form": "monthly",
        "start_month": date(2026, 10, 1),
        "division_code": household.division_code,
        "urgent": False,
    }
    return CaseApproved(**values | changes)


def card_of(body: str) -> str:
    return body + luhn_digit(body)


class County:
    """Drives a batch as the demo accounts."""

    def __init__(self, sign_in) -> None:
        self.sign_in = sign_in
        self.code = f"Z{next(_codes):02d}"

    async def families(self, amounts: list[str], **changes) -> list[Family]:
        found = []
        async with committed() as session:
            for amount in amounts:
                household, person = await add_family(session, **changes)
                entitlement = await entitlements.begin(
                    session, SYSTEM, approval(household, person, self.code, amount), f"案{household.id}"
                )
                found.append(Family(household.id, person.id, entitlement.id, person.name))
        return found

    async def entitlement(self, family: Family) -> Entitlement:
        async with committed() as session:
            return await session.get(Entitlement, family.entitlement_id)

    async def post(self, who: str, path: str, status: int = 200, **options) -> dict:
        answer = await (await self.sign_in(who)).post(f"/api/v1{path}", **options)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def get(self, who: str, path: str) -> httpx.Response:
        return await (await self.sign_in(who)).get(f"/api/v1{path}")

    async def make(self, status: int = 201, period: str = PERIOD, division: str = "371623") -> dict:
        form = {"project_codes": [self.code], "period": period, "division_code": division}
        return await self.post("county_clerk", "/payment-batches", status, json=form)

    async def act(self, who: str, batch: dict, action: str, status: int = 200, **more) -> dict:
        path = f"/payment-batches/{batch['id']}/actions"
        return await self.post(who, path, status, json={"action": action} | more)

    async def sent(self, **options) -> dict:
        batch = await self.make(**options)
        await self.act("county_finance", batch, "check")
        await self.act("county_admin", batch, "approve")
        return await self.act("county_finance2", batch, "send")

    async def lines(self, batch: dict) -> list[dict]:
        path = f"/payment-lines?batch_id={batch['id']}&page_size=200&order_by=seq"
        return (await self.get("county_finance", path)).json()["items"]

    async def give_back(self, batch: dict, rows: list[dict], status: int = 201, name: str = "回盘.csv") -> dict:
        columns = ("batch_no", "seq", "biz_no", "result", "fail_code", "actual_amount", "bank_serial")
        text = "\n".join([",".join(columns)] + [",".join(str(row.get(c, "")) for c in columns) for row in rows])
        return await self.post(
            "county_finance",
            f"/payment-batches/{batch['id']}/returns",
            status,
            files={"file": (name, text.encode(), "text/csv")},
        )

    def answer(self, batch: dict, line: dict, **changes) -> dict:
        row = {
            "batch_no": batch["number"],
            "seq": line["seq"],
            "biz_no": line["biz_no"],
            "result": 0,
            "actual_amount": line["amount"],
            "bank_serial": f"S{line['seq']}",
        }
        return row | changes


@pytest.fixture
def county(sign_in) -> County:
    return County(sign_in)
