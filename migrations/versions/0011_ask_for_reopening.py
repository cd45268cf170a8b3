"""Keep who asks for a closed month to be opened again, and why.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Nobody has asked yet."""
    op.add_column("ledger_period", sa.Column("reopening_asked_by", sa.BigInteger))
    op.add_column("ledger_period", sa.Column("reopening_reason", sa.String(200)))
