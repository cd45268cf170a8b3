"""Keep findings and what-ifs in parts

A finding's sentence is composed when it is read, in the reader's language; only the conditions that failed are kept.
A what-if may change several numbers, runs as a job, and tells urban from rural and the newly eligible from the others.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTS = ("before_count", "after_count", "entrants", "leavers", "raised", "lowered", "unclaimed")


def upgrade() -> None:
    json = postgresql.JSONB(astext_type=sa.Text())
    op.add_column("finding", sa.Column("why", json, nullable=True))
    # The words that stood there were Chinese and mixed cause, amounts and conditions; the next run says them anew.
    op.drop_column("finding", "reason")
    op.add_column("scenario", sa.Column("changes", json, nullable=True))
    op.execute(
        "UPDATE scenario s SET changes = jsonb_build_array(jsonb_build_object('parameter', s.parameter, 'label',"
        " coalesce((SELECT n.label FROM parameter_name n WHERE n.code = s.parameter), s.parameter), 'unit',"
        " coalesce((SELECT n.unit FROM parameter_name n WHERE n.code = s.parameter), ''), 'residence', s.residence,"
        " 'value', s.value::text, 'current', s.current_value::text))"
    )
    op.alter_column("scenario", "changes", nullable=False)
    for name in ("parameter", "residence", "value", "current_value"):
        op.drop_column("scenario", name)
    op.add_column("scenario", sa.Column("take_up", sa.Numeric(5, 4), nullable=False, server_default="1"))
    op.add_column("scenario", sa.Column("basis", sa.Text(), nullable=False, server_default="eligible"))
    for name in ("take_up", "basis"):
        op.alter_column("scenario", name, server_default=None)
    op.add_column("scenario", sa.Column("annual_budget", sa.Numeric(14, 2), nullable=True))
    op.add_column("scenario", sa.Column("job_id", sa.BigInteger(), nullable=True))
    op.add_column("scenario", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE scenario SET finished_at = as_of")
    op.create_index(op.f("ix_scenario_job_id"), "scenario", ["job_id"])
    _lines()


def _lines() -> None:
    op.add_column("scenario_line", sa.Column("residence", sa.String(length=10), nullable=False, server_default=""))
    op.add_column("scenario_line", sa.Column("monthly", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("scenario_line", sa.Column("unclaimed", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("scenario_line", sa.Column("entrant_amount", sa.Numeric(14, 2), nullable=False, server_default="0"))
    for name in ("residence", "monthly", "unclaimed", "entrant_amount"):
        op.alter_column("scenario_line", name, server_default=None)
    op.drop_index("uq_scenario_line", table_name="scenario_line")
    op.create_index(
        "uq_scenario_line", "scenario_line", ["scenario_id", "town_code", "project_code", "residence"], unique=True
    )


def downgrade() -> None:
    raise NotImplementedError("what was composed from parts cannot be put back into one sentence")
