"""The rows of the demand forecast: those of the coming days are replaced as a whole."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from tracker.domain.forecast import Expected
from tracker.models import DemandForecast

_VALUES = (
    DemandForecast.local_date,
    DemandForecast.part,
    DemandForecast.stream_id,
    DemandForecast.exam_type_id,
    DemandForecast.exams,
    DemandForecast.minutes,
    DemandForecast.spread,
)


def replace_forecast(
    session: Session, expected: Iterable[Expected], *, first: date, made_at: datetime
) -> bool:
    """Put these rows in the place of all from `first` on; whether that changed any but when it was made.

    Two that forecast at once wait for each other: both would insert the same keys.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE demand_forecast IN EXCLUSIVE MODE"))
    ahead = DemandForecast.local_date >= first
    before = {tuple(row) for row in session.execute(select(*_VALUES).where(ahead))}
    rows = [_row(each, made_at) for each in expected]
    session.execute(delete(DemandForecast).where(ahead))
    if rows:
        session.execute(insert(DemandForecast.__table__), rows)  # type: ignore[arg-type]
    return before != {tuple(row[column.key] for column in _VALUES) for row in rows}


def _row(each: Expected, made_at: datetime) -> dict[str, Any]:
    return {
        "local_date": each.local_date,
        "part": each.cell.part,
        "stream_id": each.cell.stream_id,
        "exam_type_id": each.cell.exam_type_id,
        "exams": each.exams,
        "minutes": each.minutes,
        "spread": each.spread,
        "made_at": made_at,
    }
