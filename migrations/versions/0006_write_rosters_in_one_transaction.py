"""Write rosters in one transaction: no staging table is left, and each household names the roster it came from

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_household",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["roster_import.id"], name=op.f("fk_roster_household_import_id")),
        sa.PrimaryKeyConstraint("import_id", "household_id", name=op.f("pk_roster_household")),
    )
    op.create_index("ix_roster_household_household", "roster_household", ["household_id"])
    op.drop_table("roster_row")
    op.execute("DROP FUNCTION IF EXISTS roster_money(text)")
    op.execute("DROP FUNCTION IF EXISTS roster_date(text)")
    # What was under way begins anew.
    op.execute("UPDATE roster_import SET status = 'waiting' WHERE status IN ('reading', 'checking', 'writing')")


def downgrade() -> None:
    raise NotImplementedError
