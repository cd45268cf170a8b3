"""Keep why the receiving area sent a household back, where both areas can read it.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Earlier decisions keep their reason in the audit only."""
    op.add_column("household_transfer", sa.Column("decision_reason", sa.String(300)))
    op.create_index("ix_household_transfer_from_division", "household_transfer", ["from_division"])


def downgrade() -> None:
    """Forget the reasons; the audit keeps them."""
    op.drop_index("ix_household_transfer_from_division", "household_transfer")
    op.drop_column("household_transfer", "decision_reason")
