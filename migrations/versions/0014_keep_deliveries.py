"""Keep how each letter reached the person.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Nothing was recorded before."""
    op.create_table(
        "case_letter_delivery",
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recipient", sa.String(length=50), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=True),
        sa.Column("witness", sa.String(length=50), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.String(length=15, collation="C"), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_letter_delivery_case_id")),
        sa.ForeignKeyConstraint(["file_id"], ["attachment.id"], name=op.f("fk_case_letter_delivery_file_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["case_letter.id"], name=op.f("fk_case_letter_delivery_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_letter_delivery")),
    )
    op.create_index(op.f("ix_case_letter_delivery_case_id"), "case_letter_delivery", ["case_id"], unique=False)
    op.create_index(op.f("ix_case_letter_delivery_letter_id"), "case_letter_delivery", ["letter_id"], unique=False)


def downgrade() -> None:
    """Only what was recorded here is lost."""
    op.drop_table("case_letter_delivery")
