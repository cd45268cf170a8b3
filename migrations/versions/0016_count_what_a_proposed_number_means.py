"""Keep of a what-if which proposed number it was counted for.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """What-ifs of before were counted for none."""
    op.add_column("scenario", sa.Column("change_id", sa.BigInteger))
    op.create_foreign_key("scenario_change_id_fkey", "scenario", "parameter_change", ["change_id"], ["id"])
    op.create_index("ix_scenario_change_id", "scenario", ["change_id"])


def downgrade() -> None:
    """Forget which what-if belongs to which proposal."""
    op.drop_column("scenario", "change_id")
