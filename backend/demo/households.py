"""Households of the demo county: about 2,300, by COPY in seconds, with the key of what was spoilt on purpose."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.demo import answer_key
from backend.demo.anomalies import sow
from backend.demo.copying import Tables
from backend.demo.families import DemoFamily, DemoMember, DemoPerson, Draw
from backend.kernel.config import settings
from backend.kernel.identifiers import mask_id_number
from backend.kernel.pinyin import sort_key
from backend.kernel.sealing import seal
from backend.registry.models.person import PersonFacts
from backend.registry.numbers import ID_NUMBER, sealed_phone

FACTS = tuple(PersonFacts.model_fields)


async def load(session: AsyncSession) -> None:
    """Fill the registry once."""
    if await session.scalar(text("SELECT 1 FROM household LIMIT 1")):
        return
    draw = Draw()
    families = list(draw.families())
    families += sow(draw, families)
    await _Writer(session, families, draw.on).write()


class _Writer:
    """Gives ids, turns families into records of each table, and copies them."""

    def __init__(self, session: AsyncSession, families: Sequence[DemoFamily], on: date) -> None:
        self._session = session
        self._on = on
        self._families = families
        self._tables = Tables(session)
        self._people: dict[int, int] = {}

    async def write(self) -> None:
        """Copy everything, compute the figures, and leave the answer key beside the data."""
        people = {id(m.person): (m.person, f) for f in self._families for m in f.members}
        ids = await self._tables.draw_ids("person", len(people))
        for (key, (person, family)), person_id in zip(people.items(), ids, strict=True):
            self._people[key] = person_id
            self._person(person, person_id, family)
        households = await self._tables.draw_ids("household", len(self._families))
        numbers = await self._numbers()
        for family, household_id, number in zip(self._families, households, numbers, strict=True):
            self._household(family, household_id, number)
        await self._tables.copy(_ORDER)
        await self._session.execute(text("SELECT registry_refresh(:ids)"), {"ids": households})
        self._leave_key(numbers)

    async def _numbers(self) -> list[str]:
        sql = text("SELECT household_number(:county) FROM generate_series(1, :count)")
        values = {"county": settings().county_code, "count": len(self._families)}
        return list((await self._session.execute(sql, values)).scalars())

    def _person(self, person: DemoPerson, person_id: int, family: DemoFamily) -> None:
        sealed = seal(person.number, ID_NUMBER, mask_id_number(person.number)) if person.number else None
        phone = sealed_phone(person.phone) if person.phone else None
        self._tables.add(
            "person", id=person_id, name=person.name, name_pinyin=sort_key(person.name),
            id_type="citizen" if person.number else "none", sex=person.sex, birth_date=person.born,
            dead_on=person.dead_on, division_code=person.division or family.division,
            id_number_cipher=sealed.cipher if sealed else None, id_number_index=sealed.index if sealed else None,
            id_number_masked=sealed.masked if sealed else None, phone_cipher=phone.cipher if phone else None,
            phone_index=phone.index if phone else None, phone_masked=phone.masked if phone else None,
            **{name: person.facts.get(name) for name in FACTS},
        )  # fmt: skip

    def _household(self, family: DemoFamily, household_id: int, number: str) -> None:
        phone = sealed_phone(family.phone) if family.phone else None
        self._tables.add(
            "household", id=household_id, number=number, division_code=family.division, residence=family.residence,
            address=family.address, hardship_cause=family.cause, head_name="", head_pinyin="", member_names="",
            member_count=0, income_declared=family.declared, property_declared=family.declared,
            expense_declared=family.declared, income_on=self._on if family.declared else None, status=family.status,
            review_class=family.review_class, next_review_on=family.next_review_on,
            phone_cipher=phone.cipher if phone else None, phone_index=phone.index if phone else None,
            phone_masked=phone.masked if phone else None,
        )  # fmt: skip
        for member in family.members:
            self._member(family, household_id, member)
        of = {"household_id": household_id, "person_id": None, "division_code": family.division}
        for kind, quantity, value in family.properties if family.declared else ():
            self._tables.add("property_item", **of, kind=kind, quantity=quantity, value=value, exempt=False)
        for kind, total, insured in family.expenses if family.declared else ():
            self._tables.add("expense_item", **of, kind=kind, annual_amount=total, insured_amount=insured)

    def _member(self, family: DemoFamily, household_id: int, member: DemoMember) -> None:
        of = {
            "household_id": household_id,
            "person_id": self._people[id(member.person)],
            "division_code": family.division,
        }
        joined = min((status[1] for status in member.statuses), default=self._on)
        self._tables.add(
            "household_member", **of, relation=member.relation, included=member.included, insured=member.insured,
            exclude_reason=member.exclude_reason, joined_on=joined, left_on=None, leave_reason=None,
        )  # fmt: skip
        for kind, since, until, amount, source in member.statuses:
            self._tables.add(
                "person_status", **of, kind=kind, valid_from=since, valid_to=until, amount=amount, source=source
            )
        for category, amount, evidence, source, out in member.incomes if family.declared else ():
            self._tables.add(
                "income_item", **of, category=category, annual_amount=amount, evidence=evidence, source=source,
                excluded=out is not None, exclude_reason=out,
            )  # fmt: skip

    def _leave_key(self, numbers: Sequence[str]) -> None:
        found: dict[str, list[dict[str, str]]] = {}
        for family, number in zip(self._families, numbers, strict=True):
            for rule in family.anomalies:
                said = {"household": number, "division_code": family.division, "head": family.members[0].person.name}
                found.setdefault(rule, []).append(said)
        answer_key.write(found)


_ORDER = ("person", "household", "household_member", "person_status", "income_item", "property_item", "expense_item")
