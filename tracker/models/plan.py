"""The device plan before it is published, who is away, and the optimiser's runs. Published blocks are in block.py."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, UtcDateTime


class Absence(Base):
    """Days on which a doctor is not at a machine; `part` is a part of day's code, empty for whole days."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("last_date >= first_date", name="span"),
        CheckConstraint("kind IN ('leave', 'sick', 'teaching', 'duty', 'other')", name="kind"),
        Index("ix_absence_dates", "first_date", "last_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_member_id: Mapped[int] = mapped_column(ForeignKey("staff_member.id"))
    first_date: Mapped[date]
    last_date: Mapped[date]
    part: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(200), default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class BlockOverrule(Base):
    """Why a published block may break a rule of the plan (codes: domain/planrules)."""

    __tablename__ = "block_overrule"

    block_id: Mapped[int] = mapped_column(ForeignKey("block.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    reason: Mapped[str] = mapped_column(String(400))
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlannedWeek(Base):
    """A week whose plan was published: the weekly pattern opens nothing more in it. `monday` names it."""

    __tablename__ = "planned_week"

    monday: Mapped[date] = mapped_column(primary_key=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))


class PlanDraft(Base):
    """A week's plan that is being made; at most one is open (`closed_at` null) for a week."""

    __tablename__ = "plan_draft"
    __table_args__ = (
        CheckConstraint("outcome IN ('', 'published', 'dropped')", name="outcome"),
        Index(
            "uq_plan_draft_open",
            "monday",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    monday: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(10), default="")


class DraftDay(Base):
    """A device day as the draft has it; all others are as published. JSON as domain/plan writes it.

    `base` is what was published when the day was first edited: when that is no longer so, the draft says it.
    """

    __tablename__ = "draft_day"

    draft_id: Mapped[int] = mapped_column(ForeignKey("plan_draft.id"), primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    base: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class DraftStep(Base):
    """One edit of a draft; `before` holds the device days it touched, so that it can be undone."""

    __tablename__ = "draft_step"

    draft_id: Mapped[int] = mapped_column(ForeignKey("plan_draft.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(String(20))
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PlanRun(Base):
    """A run of the optimiser for a week: asked for in a page, made by the jobs process, read as a proposal."""

    __tablename__ = "plan_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'cancelled', 'failed')", name="state"
        ),
        Index("ix_plan_run_monday", "monday", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    monday: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    seed: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    is_repeatable: Mapped[bool] = mapped_column(default=False)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    proposal: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
