"""The national indicators: numerators and denominators counted again from the rows; what is missing is said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.support.catalogue import device
from tests.support.databases import Template
from tests.support.department import SYSTEM, at
from tests.support.known_weeks import KNOWN_WEEKS, LAST
from tests.support.rows import COUNTS, LIVE, instant, rows
from tracker.db import read_session, transaction
from tracker.domain.indicators import (
    CHECKED,
    INDICATORS,
    INPATIENT,
    INPATIENT_HOURS,
    REPORTS,
    Indicator,
)
from tracker.queries.indicators import IndicatorYear, indicators
from tracker.queries.staff_standing import staff_standing
from tracker.queries.wait_rows import WaitFilter, waiting_exams
from tracker.services.devices import note_check

pytestmark = pytest.mark.usefixtures("app_context")
TODAY = date(2026, 11, 23)


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS


def read(
    year: int = 2026, *, today: date = TODAY, inpatient: tuple[str, ...] = ("cadre_ward",)
) -> IndicatorYear:
    with read_session() as session:
        return indicators(session, year, inpatient=inpatient, today=today)


def one(code: str, **asked: object) -> Indicator:
    found = read(**asked)  # type: ignore[arg-type]
    return next(each for each in found.indicators if each.code == code)


def test_every_indicator_of_the_set_is_there_and_says_what_is_missing() -> None:
    found = read().indicators
    assert [each.code for each in found] == list(INDICATORS)
    for each in found:
        assert (each.value is None) == bool(each.missing)
    assert [each.code for each in found if not each.missing] == [REPORTS, INPATIENT]


def test_reports_per_doctor_are_of_the_months_that_are_over() -> None:
    doctors = rows("SELECT count(*) FROM staff_member WHERE kind = 'doctor'")[0][0]
    sheets = rows(f"SELECT count(*) FROM exam WHERE {COUNTS} AND local_date <= '2026-11-30'")[0][0]
    november = one(REPORTS, today=date(2026, 12, 1))
    assert (november.numerator, november.denominator) == (sheets, doctors * 11)
    assert november.value == sheets / (doctors * 11)
    whole = one(REPORTS, today=date(2027, 2, 3))
    assert (whole.numerator, whole.denominator) == (sheets, doctors * 12)
    assert one(REPORTS).numerator == 0  # november is not over
    assert one(REPORTS, year=2027, today=date(2027, 1, 31)).value is None


def test_who_left_before_the_end_is_no_doctor_of_it() -> None:
    with transaction() as session:
        session.execute(text("UPDATE staff_member SET retired_at = '2026-10-20 00:00:00+00:00' WHERE code = 'D03'"))  # fmt: skip
    after, before = read(today=date(2026, 11, 1)).doctors, read(today=date(2026, 10, 1)).doctors
    assert after == before - 1
    with read_session() as session:  # the page of the doctors counts them alike
        for last, doctors in ((date(2026, 9, 30), before), (date(2026, 10, 31), after)):
            standing = staff_standing(session, last.replace(day=1), last, today=date(2026, 11, 1))
            assert standing.doctors == doctors


def test_inpatients_within_48_hours_are_those_of_the_rows() -> None:
    spans = rows(
        "SELECT b.created_at, e.ended_at FROM exam e JOIN booking b ON b.id = e.booking_id JOIN "
        f"stream s ON s.id = e.stream_id WHERE {LIVE.replace('voided', 'e.voided')} "
        f"AND s.code = 'cadre_ward' AND e.local_date <= '{LAST}'"
    )
    within = [each for each in spans if instant(each[1]) - instant(each[0]) <= timedelta(hours=48)]
    found = one(INPATIENT)
    assert (found.numerator, found.denominator) == (len(within), len(spans))
    assert 0 < len(within) < len(spans)
    left = rows(
        "SELECT count(*) FROM exam e JOIN stream s ON s.id = e.stream_id "
        f"WHERE {COUNTS} AND entered_later AND s.code = 'cadre_ward'"
    )
    assert read().left_out == left[0][0]
    ward = WaitFilter(date(2026, 1, 1), TODAY, stream="cadre_ward")
    with read_session() as session:
        listed = [
            len(waiting_exams(session, each).places)
            for each in (replace(ward, hours_to=INPATIENT_HOURS), ward, replace(ward, is_measured=False))
        ]  # fmt: skip
    assert listed == [found.numerator, found.denominator, read().left_out]
    assert one(INPATIENT, inpatient=()).missing
    assert one(INPATIENT, year=2025).missing


def test_machines_count_as_checked_for_a_year() -> None:
    machines = rows("SELECT count(*) FROM device WHERE retired_at IS NULL")[0][0]
    for code, day in (("US01", date(2025, 11, 23)), ("US02", date(2025, 11, 24)), ("US03", TODAY)):
        note_check(device(code).id, day, by=SYSTEM, now=at(9))
    found = one(CHECKED)
    assert (found.numerator, found.denominator) == (2, machines)
    assert read().unchecked == machines - 3
    assert one(CHECKED, year=2025).missing
