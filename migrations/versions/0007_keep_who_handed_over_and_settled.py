"""Keep who handed a payment over and who settled an exception; four persons for a batch.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | None = None
depends_on: str | None = None

FOUR_PERSONS = (
    "checked_by <> made_by AND approved_by <> made_by AND approved_by <> checked_by"
    " AND sent_by <> made_by AND sent_by <> approved_by"
)


def upgrade() -> None:
    """Batches sent before by whoever checked them stay as they are."""
    for name in ("decided_by", "handed_by"):
        op.add_column("payment_order", sa.Column(name, sa.BigInteger))
    op.add_column("payment_order", sa.Column("handed_at", sa.DateTime(timezone=True)))
    op.add_column("payment_order", sa.Column("receipt_no", sa.String(60)))
    op.add_column("payment_exception", sa.Column("outcome", sa.Text))
    op.add_column("payment_exception", sa.Column("note", sa.String(300)))
    op.add_column("payment_exception", sa.Column("resolved_by", sa.BigInteger))
    op.add_column("payment_exception", sa.Column("resolved_at", sa.DateTime(timezone=True)))
    op.create_index("ix_payment_exception_area", "payment_exception", ["division_code", "id"])
    op.create_check_constraint(
        op.f("ck_payment_batch_four_persons"), "payment_batch", FOUR_PERSONS, postgresql_not_valid=True
    )
