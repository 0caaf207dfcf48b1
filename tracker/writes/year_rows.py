"""The rows of a year's profile and forecast: those of the same year, stream and day are replaced."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from tracker.models import YearForecast, YearProfile


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """What is usual on the days of a year, for a stream (id) or for all (None)."""

    year: int
    stream_id: int | None
    learnt_through: date
    history_days: int
    factors: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """How a year is expected to end, as models/year.YearForecast says."""

    year: int
    stream_id: int | None
    made_on: date
    expected: int
    low: int
    high: int
    months: list[list[int]]
    past_years: int
    past_inside: int
    past_error: float | None
    naive_error: float | None


def replace_profiles(session: Session, rows: Iterable[ProfileRow], *, year: int) -> bool:
    """Put these rows in the place of all of the year; whether that changed any."""
    return _replace(session, YearProfile, rows, [YearProfile.year == year])


def replace_forecasts(
    session: Session, rows: Iterable[ForecastRow], *, year: int, made_on: date
) -> bool:
    """Put these rows in the place of those made on the same day for the year; whether that changed any."""
    which = [YearForecast.year == year, YearForecast.made_on == made_on]
    return _replace(session, YearForecast, rows, which)


def _replace(session: Session, model: Any, rows: Iterable[Any], which: list[Any]) -> bool:
    """Two that do this at once wait for each other: both would insert the same keys."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {model.__tablename__} IN EXCLUSIVE MODE"))
    after = [asdict(row) for row in rows]
    names = [column.key for column in model.__table__.columns if column.key != "id"]
    found = session.execute(select(*(getattr(model, name) for name in names)).where(*which))
    before = [dict(zip(names, row, strict=True)) for row in found]
    if _sorted(before) == _sorted(after):
        return False
    session.execute(delete(model).where(*which))
    if after:
        session.execute(insert(model), after)
    return True


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["stream_id"] is not None, row["stream_id"] or 0))
