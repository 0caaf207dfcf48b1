"""What the order of a search depends on: the department's weights, scarce exam types, the stream's goal."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.db import core
from tracker.domain.ranking import DeviceStanding, Ranking, RankingWeights
from tracker.domain.settings import RANKING_KEYS, DepartmentSettings, settings_from
from tracker.domain.workcalendar import minute_of
from tracker.models.audit import Setting
from tracker.queries.calendar import work_calendar

SCARCITY = "exam_type_scarcity"
"""The setting that holds, by exam type, how scarce its minutes are (‰). Derived: nobody edits it."""

_setting = Setting.__table__.c
_STORED = select(_setting.key, _setting.value).where(
    _setting.key.in_(bindparam("keys", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal of a request whose stream has one in working hours, and when it was asked."""

    working_hours: int
    asked_at: datetime


def ranking_of(
    session: Session,
    standing: Mapping[int, DeviceStanding],
    *,
    is_fasting: bool,
    goal: Goal | None,
) -> Ranking:
    """The ranking of a request: one statement, with a goal in working hours the calendar besides."""
    rows = core(session).execute(_STORED, {"keys": [*RANKING_KEYS, SCARCITY]}).all()
    stored = {row[0]: row[1] for row in rows}
    scarcity = {int(each): share for each, share in stored.pop(SCARCITY, {}).items()}
    settings = settings_from(stored)
    due = None
    if goal is not None:
        due = work_calendar(session).add_working_hours(goal.asked_at, goal.working_hours)
    return Ranking(
        standing,
        weights=weights_of(settings),
        scarcity=scarcity,
        is_fasting=is_fasting,
        fasting_ends=minute_of(settings.fasting_ends),
        due=due,
    )


def weights_of(settings: DepartmentSettings) -> RankingWeights:
    """The weights that the department has set."""
    return RankingWeights(
        scarce_minutes=settings.rank_scarce_minutes,
        scrap_minutes=settings.rank_scrap_minutes,
        fasting_minutes=settings.rank_fasting_minutes,
        fasting_release=minute_of(settings.rank_fasting_release),
        margin_minutes=settings.rank_margin_minutes,
    )
