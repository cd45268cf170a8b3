"""Count the households of an area by status and residence from an index alone.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """The total of a town's list walked the rows of the town, or the entries of the whole county."""
    op.create_index("ix_household_kind_area", "household", ["status", "residence", "division_code"])


def downgrade() -> None:
    """Count by the other indexes again."""
    op.drop_index("ix_household_kind_area", "household")
