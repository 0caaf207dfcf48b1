"""The device plan: drafts, who is away, runs of the optimiser, the forecast of demand, wards and theatres, the lowest
title for an exam type.

No downgrade: it would throw away plans, absences and reasons without a word. The way back is the backup that `migrate`
makes first (docs/operations.md), and a test restores it.
"""

import sqlalchemy as sa
from alembic import op

import tracker.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_member_id", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.Column("cancelled_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('leave', 'sick', 'teaching', 'duty', 'other')", name=op.f("ck_absence_kind")
        ),
        sa.CheckConstraint("last_date >= first_date", name=op.f("ck_absence_span")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["account.id"], name=op.f("fk_absence_recorded_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_member_id"], ["staff_member.id"], name=op.f("fk_absence_staff_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index("ix_absence_dates", ["first_date", "last_date"], unique=False)

    op.create_table(
        "plan_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('', 'published', 'dropped')", name=op.f("ck_plan_draft_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["account.id"], name=op.f("fk_plan_draft_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_draft")),
    )
    with op.batch_alter_table("plan_draft", schema=None) as batch_op:
        batch_op.create_index(
            "uq_plan_draft_open",
            ["monday"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "plan_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("asked_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("started_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", tracker.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("is_repeatable", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("proposal", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'cancelled', 'failed')",
            name=op.f("ck_plan_run_state"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_plan_run_asked_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_run")),
    )
    with op.batch_alter_table("plan_run", schema=None) as batch_op:
        batch_op.create_index("ix_plan_run_monday", ["monday", "id"], unique=False)

    op.create_table(
        "planned_week",
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("published_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["account.id"], name=op.f("fk_planned_week_published_by_id")
        ),
        sa.PrimaryKeyConstraint("monday", name=op.f("pk_planned_week")),
    )
    op.create_table(
        "block_overrule",
        sa.Column("block_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"], ["block.id"], name=op.f("fk_block_overrule_block_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_block_overrule_by_id")),
        sa.PrimaryKeyConstraint("block_id", "code", name=op.f("pk_block_overrule")),
    )
    op.create_table(
        "draft_day",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_draft_day_device_id")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["plan_draft.id"], name=op.f("fk_draft_day_draft_id")
        ),
        sa.PrimaryKeyConstraint("draft_id", "device_id", "local_date", name=op.f("pk_draft_day")),
    )
    op.create_table(
        "draft_step",
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["account.id"], name=op.f("fk_draft_step_by_id")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["plan_draft.id"], name=op.f("fk_draft_step_draft_id")
        ),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_draft_step")),
    )
    op.create_table(
        "demand_forecast",
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("exam_type_id", sa.Integer(), nullable=False),
        sa.Column("exams", sa.Double(), nullable=False),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.Column("made_at", tracker.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("exams >= 0", name=op.f("ck_demand_forecast_exams")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_demand_forecast_minutes")),
        sa.CheckConstraint("spread >= 0", name=op.f("ck_demand_forecast_spread")),
        sa.ForeignKeyConstraint(
            ["exam_type_id"], ["exam_type.id"], name=op.f("fk_demand_forecast_exam_type_id")
        ),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name=op.f("fk_demand_forecast_stream_id")
        ),
        sa.PrimaryKeyConstraint(
            "local_date", "part", "stream_id", "exam_type_id", name=op.f("pk_demand_forecast")
        ),
    )
    with op.batch_alter_table("block", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("place", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("transport_minutes", sa.Integer(), server_default="0", nullable=False)
        )

    with op.batch_alter_table("exam_type", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("least_title", sa.String(length=40), server_default="", nullable=False)
        )

    with op.batch_alter_table("weekly_block", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("place", sa.String(length=80), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("transport_minutes", sa.Integer(), server_default="0", nullable=False)
        )
    # as the starting data has it; a department that needs no such title takes it out again
    op.execute(
        "UPDATE exam_type SET least_title = 'attending' WHERE code IN ('contrast', 'intraoperative')"
    )
