"""The shipped chart of accounts and posting templates: files beside the code, rows in the database."""

import csv
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.ledger.models import LedgerAccount, PostingTemplate

FOLDER = Path(__file__).parent / "content"


@cache
def accounts() -> list[dict[str, Any]]:
    """Return the chart (DOMAIN §5.4)."""
    with (FOLDER / "accounts.csv").open(encoding="utf-8") as file:
        return [
            row | {"may_be_negative": row["may_be_negative"] == "1", "is_money": row["is_money"] == "1"}
            for row in csv.DictReader(file)
        ]


@cache
def templates() -> list[dict[str, Any]]:
    """Return the events (DOMAIN §5.5)."""
    found: list[dict[str, Any]] = yaml.safe_load((FOLDER / "templates.yaml").read_text("utf-8"))
    return found


@cache
def expense_accounts() -> tuple[dict[str, Any], ...]:
    """Return the accounts that a grant may be booked to: those that the accrual of a batch debits."""
    accrual = next(template for template in templates() if template["code"] == "E02")["legs"][0]
    codes = {accrual["debit"], *accrual["or"]}
    return tuple(account for account in accounts() if account["code"] in codes)


async def load(session: AsyncSession) -> None:
    """Put the shipped accounts and templates in place; those a county added stay."""
    for model, rows, key in ((LedgerAccount, accounts(), "code"), (PostingTemplate, templates(), "code")):
        statement = insert(model).values(rows)
        changed = {name: statement.excluded[name] for name in rows[0] if name != key}
        await session.execute(statement.on_conflict_do_update(index_elements=[key], set_=changed))
