"""What is expected to be asked for, as it was last forecast. Making a forecast is services/forecasting. No writes."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.models import DemandForecast, ExamType, PartOfDay, Stream


@dataclass(frozen=True, slots=True)
class ExpectedDemand:
    """Exams and planned minutes expected in a part of a day (code) of a stream and an exam type (ids and codes).

    `spread` is the standard deviation of the exams; those of several rows add as squares.
    """

    local_date: date
    part: str
    stream_id: int
    stream: str
    exam_type_id: int
    exam_type: str
    exams: float
    minutes: float
    spread: float


_ROWS = (
    select(
        DemandForecast.local_date,
        DemandForecast.part,
        DemandForecast.stream_id,
        Stream.code,
        DemandForecast.exam_type_id,
        ExamType.code,
        DemandForecast.exams,
        DemandForecast.minutes,
        DemandForecast.spread,
    )
    .join(PartOfDay, PartOfDay.code == DemandForecast.part)
    .join(Stream, Stream.id == DemandForecast.stream_id)
    .join(ExamType, ExamType.id == DemandForecast.exam_type_id)
    .order_by(
        DemandForecast.local_date,
        PartOfDay.sort_order,
        PartOfDay.id,
        Stream.sort_order,
        Stream.id,
        ExamType.sort_order,
        ExamType.id,
    )
)


def expected_demand(session: Session, first: date, last: date) -> tuple[ExpectedDemand, ...]:
    """The forecast of the days from `first` to `last` (inclusive), in the department's order. One statement.

    No rows for a week with working days: nobody has forecast it yet.
    """
    days = DemandForecast.local_date.between(first, last)
    return tuple(ExpectedDemand(*row) for row in session.execute(_ROWS.where(days)))


def forecast_made_at(session: Session, first: date, last: date) -> datetime | None:
    """When the forecast of these days was made; None for days without any. One statement."""
    days = DemandForecast.local_date.between(first, last)
    return session.scalar(select(func.max(DemandForecast.made_at)).where(days))


def furthest_forecast(session: Session) -> date | None:
    """The last day with a forecast. One statement."""
    return session.scalar(select(func.max(DemandForecast.local_date)))
