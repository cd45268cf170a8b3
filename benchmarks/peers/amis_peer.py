"""Stock fastapi-amis-admin: a table, a ModelAdmin, its own CRUD routes. It runs with its own pins, so it declares its tables."""

import os
from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi import FastAPI, Request
from fastapi_amis_admin.admin import admin
from fastapi_amis_admin.admin.settings import Settings
from fastapi_amis_admin.admin.site import AdminSite
from sqlalchemy import BigInteger, DateTime, Select
from sqlmodel import Field, SQLModel

TOWN = "371623109"


class Division(SQLModel, table=True):
    __tablename__ = "division"

    code: str = Field(primary_key=True)
    name: str


class Household(SQLModel, table=True):
    __tablename__ = "household"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    number: str
    head_name: str = ""
    head_pinyin: str = ""
    member_names: str = ""
    member_count: int = 0
    residence: str
    division_code: str
    address: str | None = None
    phone_masked: str | None = None
    income_per_capita_month: Decimal | None = None
    review_class: str | None = None
    status: str = "active"
    income_declared: bool = False
    property_declared: bool = False
    expense_declared: bool = False
    created_at: datetime = Field(default_factory=lambda: datetime.now().astimezone(), sa_type=DateTime(timezone=True))
    version: int = 1


site = AdminSite(settings=Settings(
    database_url_async=os.environ["EJIA_DATABASE_URL"].replace("postgresql://", "postgresql+asyncpg://"),
))  # fmt: skip


@site.register_admin
class HouseholdAdmin(admin.ModelAdmin):
    page_schema = "Households"
    model = Household
    list_display = [
        Household.id, Household.number, Household.head_name, Household.member_count, Household.residence, Division.name,
        Household.division_code, Household.address, Household.phone_masked, Household.income_per_capita_month,
        Household.review_class, Household.status, Household.created_at, Household.version,
    ]  # fmt: skip

    async def get_select(self, request: Request) -> Select[Any]:
        """Join what the list shows of another table, and keep to the town of who asks."""
        statement = await super().get_select(request)
        statement = statement.outerjoin(Division, Division.code == Household.division_code)
        return statement.where(Household.division_code >= TOWN, Household.division_code < TOWN + ":")


app = FastAPI()


@app.get("/healthz")
async def alive() -> dict[str, str]:
    return {}


site.mount_app(app)
