"""The year as a whole: what is usual on its days, and how it was expected to end. Targets are in models/calendar."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class YearProfile(Base):
    """The factors of weekdays, months and breaks by which a year's target is spread, for all streams (null) or one.

    They are learnt from `history_days` working days before the year, the last one `learnt_through`.
    """

    __tablename__ = "year_profile"
    __table_args__ = (
        Index(
            "uq_year_profile_stream",
            "year",
            "stream_id",
            unique=True,
            postgresql_where=text("stream_id IS NOT NULL"),
            sqlite_where=text("stream_id IS NOT NULL"),
        ),
        Index(
            "uq_year_profile_all",
            "year",
            unique=True,
            postgresql_where=text("stream_id IS NULL"),
            sqlite_where=text("stream_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    learnt_through: Mapped[date]
    history_days: Mapped[int]
    factors: Mapped[dict[str, dict[str, float]]] = mapped_column(JSON)


class YearForecast(Base):
    """How a year was expected to end, of all streams (null) or one, by what was known on a day; low to high: 80 %.

    `months` has [expected, low, high] from January on: exams reached at the end of each. The errors are parts of the
    year's exams, means over `past_years` years held back, of which `past_inside` ended between low and high.
    """

    __tablename__ = "year_forecast"
    __table_args__ = (
        CheckConstraint("low <= expected AND expected <= high", name="interval"),
        CheckConstraint("past_inside BETWEEN 0 AND past_years", name="past"),
        Index(
            "uq_year_forecast_stream",
            "year",
            "stream_id",
            "made_on",
            unique=True,
            postgresql_where=text("stream_id IS NOT NULL"),
            sqlite_where=text("stream_id IS NOT NULL"),
        ),
        Index(
            "uq_year_forecast_all",
            "year",
            "made_on",
            unique=True,
            postgresql_where=text("stream_id IS NULL"),
            sqlite_where=text("stream_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    made_on: Mapped[date]
    expected: Mapped[int]
    low: Mapped[int]
    high: Mapped[int]
    months: Mapped[list[list[int]]] = mapped_column(JSON)
    past_years: Mapped[int]
    past_inside: Mapped[int]
    past_error: Mapped[float | None]
    naive_error: Mapped[float | None]
