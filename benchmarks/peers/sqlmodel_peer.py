"""A peer: FastAPI and SQLModel as their tutorials write them. A session per request, ORM objects, response models."""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.models import Division
from backend.registry.models import Household, HouseholdMember, IncomeItem, Person

CAP = 10_000
engine = create_async_engine(
    os.environ["EJIA_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"), pool_size=10, max_overflow=10
)
new_session = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
app = FastAPI()


class Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    number: str
    head_name: str
    member_count: int
    residence: str
    division_name: str | None = None
    division_code: str
    address: str | None
    phone_masked: str | None
    income_per_capita_month: Decimal | None
    review_class: str | None
    status: str
    created_at: datetime
    version: int


class Rows(BaseModel):
    items: list[Row]
    total: int


class MemberIn(BaseModel):
    name: str
    id_number: str
    relation: str


class IncomeIn(BaseModel):
    category: str
    annual_amount: Decimal


class HouseholdIn(BaseModel):
    division_code: str
    residence: str
    address: str
    members: list[MemberIn]
    incomes: list[IncomeIn]


class MemberRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    id_number_masked: str | None
    sex: str


class IncomeRow(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    category: str
    annual_amount: Decimal


class Detail(Row):
    members: list[MemberRow] = []
    incomes: list[IncomeRow] = []


async def open_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(open_session)]


@app.get("/healthz")
async def alive() -> dict[str, str]:
    return {}


@app.get("/api/v1/households", response_model=Rows)
async def list_households(
    session: SessionDep, division_code: str, residence: str, status: str, page: int = 1, page_size: int = 20
) -> Rows:
    wanted = (
        col(Household.division_code) >= division_code,
        col(Household.division_code) < division_code + ":",
        col(Household.residence) == residence,
        col(Household.status) == status,
    )
    statement = (
        select(Household, Division.name)
        .join(Division, col(Division.code) == col(Household.division_code), isouter=True)
        .where(*wanted)
        .order_by(col(Household.income_per_capita_month), col(Household.id))
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    rows = (await session.exec(statement)).all()
    counted = select(Household.id).where(*wanted).limit(CAP + 1).subquery()
    total = (await session.exec(select(func.count()).select_from(counted))).one()
    items = [Row.model_validate(household).model_copy(update={"division_name": name}) for household, name in rows]
    return Rows(items=items, total=min(total, CAP))


@app.get("/api/v1/households/{household_id}", response_model=Detail)
async def read_household(session: SessionDep, household_id: int) -> Detail:
    household = await session.get(Household, household_id)
    if household is None:
        raise HTTPException(404)
    detail = Detail.model_validate(household)
    people = select(Person).join(HouseholdMember, col(HouseholdMember.person_id) == col(Person.id))
    found = (await session.exec(people.where(HouseholdMember.household_id == household_id))).all()
    incomes = (await session.exec(select(IncomeItem).where(IncomeItem.household_id == household_id))).all()
    detail.members = [MemberRow.model_validate(person) for person in found]
    detail.incomes = [IncomeRow.model_validate(income) for income in incomes]
    return detail


@app.post("/api/v1/households", status_code=201, response_model=Row)
async def create_household(session: SessionDep, form: HouseholdIn) -> Household:
    area = form.division_code
    household = Household(number="P" + form.members[0].id_number, **form.model_dump(exclude={"members", "incomes"}))
    household.head_name = form.members[0].name
    session.add(household)
    await session.flush()
    for member in form.members:
        person = Person(name=member.name, division_code=area, id_number_index=member.id_number.encode())
        session.add(person)
        await session.flush()
        session.add(
            HouseholdMember(
                household_id=household.id or 0,
                person_id=person.id or 0,
                relation=member.relation,
                joined_on=datetime.now().astimezone().date(),
                division_code=area,
            )
        )
    session.add_all(IncomeItem(**i.model_dump(), household_id=household.id, division_code=area) for i in form.incomes)
    await session.commit()
    await session.refresh(household)
    return household
