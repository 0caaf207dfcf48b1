"""The national quality indicators of a year as far as the rows here answer them. No writes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_
from tracker.domain.indicators import (
    CHECK_DAYS,
    CHECKED,
    INDICATORS,
    INPATIENT,
    INPATIENT_HOURS,
    MONTHS,
    REPORTS,
    Indicator,
)
from tracker.domain.workcalendar import DAY
from tracker.models import Booking, Device, Exam, Stream
from tracker.queries.counting import counts
from tracker.queries.staff import doctors_in_service
from tracker.queries.streams import StreamRow
from tracker.queries.waits import hours_to_end_at_most, is_measured


@dataclass(frozen=True, slots=True)
class IndicatorYear:
    """The indicators of a year, and what they were made of.

    `last` is the day through which reports are counted (None: no month is over), `months` how many that are;
    `unchecked` are machines without a day of their check, `left_out` exams of inpatients that say no times.
    """

    year: int
    indicators: tuple[Indicator, ...]
    doctors: int
    months: int
    last: date | None
    unchecked: int
    left_out: int


def indicators(
    session: Session, year: int, *, inpatient: Collection[str], today: date
) -> IndicatorYear:
    """The indicators of a year as far as it is over on `today`; `inpatient` are codes of streams. Four statements at most."""
    last, months = _months_over(year, today)
    doctors = doctors_in_service(session, last or today)
    checked, unchecked = _checked(session, year, today)
    within, left_out = _inpatient(session, year, inpatient, today)
    found = {
        REPORTS: _reports(session, year, last, doctors * months),
        CHECKED: checked,
        INPATIENT: within,
    }
    every = tuple(
        found.get(code) or Indicator(code, missing=terms.missing)
        for code, terms in INDICATORS.items()
    )
    return IndicatorYear(year, every, doctors, months, last, unchecked, left_out)


def usual_inpatient(known: Iterable[StreamRow], asked: Collection[str] | None = None) -> list[str]:
    """The codes of the inpatients' streams: those asked for; by themselves those whose goal is in working hours."""
    if asked:
        return [row.code for row in known if row.code in asked]
    return [row.code for row in known if row.goal_working_hours is not None]


def _months_over(year: int, today: date) -> tuple[date | None, int]:
    """The last day of the last month of the year that is over, and how many are."""
    months = MONTHS if today.year > year else today.month - 1 if today.year == year else 0
    if not months:
        return None, 0
    following = date(year + months // MONTHS, months % MONTHS + 1, 1)
    return following - DAY, months


def _reports(session: Session, year: int, last: date | None, doctor_months: int) -> Indicator:
    if last is None:
        return Indicator(REPORTS, missing=N_("No month of this year is over."))
    if not doctor_months:
        return Indicator(REPORTS, missing=N_("No doctor is entered."))
    sheets = session.scalar(
        select(func.count(Exam.id)).where(counts(), Exam.local_date.between(date(year, 1, 1), last))
    )
    return Indicator(REPORTS, sheets or 0, doctor_months)


def _checked(session: Session, year: int, today: date) -> tuple[Indicator, int]:
    if year != today.year:
        words = N_(
            "Only the last check of each machine is kept: this is known of the present year."
        )
        return Indicator(CHECKED, missing=words), 0
    passed = case((Device.checked_on > today - timedelta(days=CHECK_DAYS), 1), else_=0)
    row = session.execute(
        select(func.count(Device.id), func.count(Device.checked_on), func.sum(passed)).where(
            Device.retired_at.is_(None)
        )
    ).one()
    machines, known, within = row[0], row[1], int(row[2] or 0)
    if not known:
        words = N_("No machine has the day of its check; an administrator enters it on its page.")
        return Indicator(CHECKED, missing=words), machines
    return Indicator(CHECKED, within, machines), machines - known


def _inpatient(
    session: Session, year: int, codes: Collection[str], today: date
) -> tuple[Indicator, int]:
    if not codes:
        return Indicator(INPATIENT, missing=N_("No stream is chosen as that of inpatients.")), 0
    measured = is_measured()
    in_time = case((measured & hours_to_end_at_most(session, INPATIENT_HOURS), 1), else_=0)
    row = session.execute(
        select(func.count(Exam.id), func.sum(case((measured, 1), else_=0)), func.sum(in_time))
        .outerjoin(Booking, Booking.id == Exam.booking_id)
        .join(Stream, Stream.id == Exam.stream_id)
        .where(counts(), Stream.code.in_(sorted(codes)))
        .where(Exam.local_date.between(date(year, 1, 1), min(today, date(year, 12, 31))))
    ).one()
    every, live, within = row[0], int(row[1] or 0), int(row[2] or 0)
    if not live:
        words = N_("No exam of these streams has a booking and live times in this year.")
        return Indicator(INPATIENT, missing=words), every
    return Indicator(INPATIENT, within, live), every - live
