"""Plan visits to households in force, and keep what was found.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Nothing was recorded before."""
    op.create_table(
        "household_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("head_name", sa.String(length=50), nullable=False),
        sa.Column("division_code", sa.String(length=15, collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("projects", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("visitors", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("findings", sa.String(length=2000), nullable=True),
        sa.Column("file_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("review_numbers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("user_name", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_household_visit_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_visit")),
    )
    op.create_index("ix_household_visit_area", "household_visit", ["division_code", "id"], unique=False)
    op.create_index(
        "ix_household_visit_due",
        "household_visit",
        ["division_code", "due_at"],
        unique=False,
        postgresql_where=sa.text("result IS NULL"),
    )
    op.create_index(op.f("ix_household_visit_household_id"), "household_visit", ["household_id"], unique=False)
    op.create_index(
        "uq_household_visit_open",
        "household_visit",
        ["household_id", "kind"],
        unique=True,
        postgresql_where=sa.text("result IS NULL"),
    )


def downgrade() -> None:
    """Only what was recorded here is lost."""
    op.drop_table("household_visit")
