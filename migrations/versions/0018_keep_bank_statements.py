"""Keep bank statements, and what their lines were matched with.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Nothing was recorded before."""
    op.create_table(
        "bank_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("fund_id", sa.BigInteger(), nullable=False),
        sa.Column("account_code", sa.String(length=10), nullable=False),
        sa.Column("division_code", sa.String(length=15, collation="C"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("bank_name", sa.String(length=60), nullable=False),
        sa.Column("number_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("number_masked", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opening_balance", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("opened_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_code"], ["ledger_account.code"], name=op.f("fk_bank_account_account_code")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_bank_account_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint("fund_id", "account_code", name=op.f("uq_bank_account_fund_id_account_code")),
        sa.UniqueConstraint("number_index", name=op.f("uq_bank_account_number_index")),
    )
    op.create_index("ix_bank_account_division_code", "bank_account", ["division_code"], unique=False)
    op.create_table(
        "bank_match",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.String(length=15, collation="C"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("bank_count", sa.Integer(), nullable=False),
        sa.Column("book_count", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 100", name=op.f("ck_bank_match_confidence")),
        sa.ForeignKeyConstraint(["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_match_bank_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
    )
    op.create_index("ix_bank_match_account", "bank_match", ["bank_account_id", "status", "id"], unique=False)
    op.create_index("ix_bank_match_area", "bank_match", ["division_code", "id"], unique=False)
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.String(length=15, collation="C"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=False),
        sa.Column("opening_balance", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("received", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("paid", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("closing_balance", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("from_date <= to_date", name=op.f("ck_bank_statement_order_of_days")),
        sa.CheckConstraint("opening_balance + received - paid = closing_balance", name=op.f("ck_bank_statement_sums")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_statement_bank_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("bank_account_id", "digest", name=op.f("uq_bank_statement_bank_account_id_digest")),
        sa.UniqueConstraint("bank_account_id", "sequence", name=op.f("uq_bank_statement_bank_account_id_sequence")),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.String(length=15, collation="C"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("balance", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("counter_name", sa.String(length=100), nullable=True),
        sa.Column("counter_tail", sa.String(length=4), nullable=True),
        sa.Column("memo", sa.String(length=200), nullable=True),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_bank_line_amount")),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("statement_id", "seq", name=op.f("uq_bank_line_statement_id_seq")),
    )
    op.create_index("ix_bank_line_area", "bank_line", ["division_code", "id"], unique=False)
    op.create_index("ix_bank_line_day", "bank_line", ["bank_account_id", "booked_on"], unique=False)
    op.create_index(
        "uq_bank_line_serial",
        "bank_line",
        ["bank_account_id", "serial"],
        unique=True,
        postgresql_where=sa.text("serial IS NOT NULL"),
    )
    op.create_table(
        "bank_match_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_bank_match_step_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match_step")),
    )
    op.create_index("ix_bank_match_step_match_id", "bank_match_step", ["match_id"], unique=False)
    op.create_table(
        "bank_match_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_line_id", sa.BigInteger(), nullable=True),
        sa.Column("journal_id", sa.BigInteger(), nullable=True),
        sa.Column("line_no", sa.Integer(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(bank_line_id IS NULL) = (journal_id IS NOT NULL AND line_no IS NOT NULL)",
            name=op.f("ck_bank_match_item_one_side"),
        ),
        sa.ForeignKeyConstraint(["bank_line_id"], ["bank_line.id"], name=op.f("fk_bank_match_item_bank_line_id")),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_bank_match_item_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match_item")),
    )
    op.create_index("ix_bank_match_item_match_id", "bank_match_item", ["match_id"], unique=False)
    op.create_index(
        "uq_bank_match_item_bank_line",
        "bank_match_item",
        ["bank_line_id"],
        unique=True,
        postgresql_where=sa.text("held AND bank_line_id IS NOT NULL"),
    )
    op.create_index(
        "uq_bank_match_item_book_line",
        "bank_match_item",
        ["journal_id", "line_no"],
        unique=True,
        postgresql_where=sa.text("held AND journal_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Only what was recorded here is lost."""
    op.drop_table("bank_match_item")
    op.drop_table("bank_match_step")
    op.drop_table("bank_line")
    op.drop_table("bank_statement")
    op.drop_table("bank_match")
    op.drop_table("bank_account")
