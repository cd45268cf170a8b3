"""Keep recovery codes, which stand in once for a lost device

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("recovery_indexes", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    op.add_column("user_account", column)
    # New rows bring their own; the default served those already there.
    op.alter_column("user_account", "recovery_indexes", server_default=None)


def downgrade() -> None:
    op.drop_column("user_account", "recovery_indexes")
