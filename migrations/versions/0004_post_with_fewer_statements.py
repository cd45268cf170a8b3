"""Post with fewer statements: the head of a book tells all that a posting must know, lines carry no key of their own.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None

ONE_SIDE = "debit >= 0 AND credit >= 0 AND (debit > 0) <> (credit > 0) AND debit < 'NaN' AND credit < 'NaN'"


def upgrade() -> None:
    """Fill the heads from books and vouchers, then drop what the statements of `database.sql` check themselves."""
    _heads()
    _lines()
    for table in ("journal", "ledger_posting"):
        name = f"uq_{table}_reverses_id"
        op.drop_constraint(name, table)
        op.create_index(name, table, ["reverses_id"], unique=True, postgresql_where=sa.text("reverses_id IS NOT NULL"))
    for name in ("fk_journal_fund_id", "fk_journal_template", "uq_journal_id_fund_id"):
        op.drop_constraint(name, "journal")
    op.drop_index("ix_journal_organization_id", "journal")
    op.create_index(
        "ix_journal_organization_id",
        "journal",
        ["organization_id"],
        postgresql_where=sa.text("organization_id IS NOT NULL"),
    )
    op.execute("DROP FUNCTION IF EXISTS ledger_require_open(bigint, date)")


def _heads() -> None:
    op.add_column("fund_head", sa.Column("division_code", sa.String(15)))
    op.add_column("fund_head", sa.Column("organization_id", sa.BigInteger))
    op.add_column("fund_head", sa.Column("year", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("fund_head", sa.Column("number", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("fund_head", sa.Column("open_month", sa.Date))
    op.execute(
        "UPDATE fund_head h SET division_code = f.division_code, organization_id = f.organization_id"
        " FROM fund f WHERE f.id = h.fund_id"
    )
    op.execute(
        "UPDATE fund_head h SET year = j.year, number = (SELECT max(n.number) FROM journal n"
        " WHERE n.fund_id = j.fund_id AND n.year = j.year)"
        " FROM journal j WHERE j.fund_id = h.fund_id AND j.sequence = h.sequence"
    )
    op.alter_column("fund_head", "division_code", nullable=False)
    for column in ("year", "number"):
        op.alter_column("fund_head", column, server_default=None)
    op.drop_table("journal_number")


def _lines() -> None:
    op.drop_constraint("fk_journal_line_book", "journal_line")
    op.drop_constraint("fk_journal_line_account_code", "journal_line")
    op.drop_constraint("uq_journal_line_journal_id_line_no", "journal_line")
    op.drop_index("ix_journal_line_fund_account", "journal_line")
    op.drop_column("journal_line", "id")
    op.create_primary_key("pk_journal_line", "journal_line", ["journal_id", "line_no"])
    op.create_index("ix_journal_line_fund_account", "journal_line", ["fund_id", "account_code", "journal_id"])
    op.drop_constraint("ck_journal_line_one_side", "journal_line")
    op.create_check_constraint(op.f("ck_journal_line_one_side"), "journal_line", ONE_SIDE)
