"""Mask the account numbers that closed applications kept as clear text; accounts are kept sealed by payments.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Running applications keep theirs until they end: nobody has entered the account yet; readers see it masked."""
    op.execute(
        sa.text(
            """
            UPDATE "case" SET form = jsonb_set(form, '{account_number}', to_jsonb(
                repeat('*', greatest(length(form ->> 'account_number') - 4, 0)) || right(form ->> 'account_number', 4)))
            WHERE NOT open AND form ->> 'account_number' <> ''
            """
        )
    )


def downgrade() -> None:
    """What was masked cannot be shown again."""
