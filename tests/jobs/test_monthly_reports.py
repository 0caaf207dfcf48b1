"""The report of a month is written on the first working day after it, once, and kept."""

from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook

from tests.services.test_closing import enter, on
from tracker.domain.months import month_before
from tracker.jobs.monthly_reports import write_last_month
from tracker.reports.kept import kept_reports

pytestmark = pytest.mark.usefixtures("app_context")

NOVEMBER_ENDS = date(2026, 11, 30)


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "REPORTS_DIR", str(tmp_path / "reports"))
    return tmp_path / "reports"


def names(folder: Path) -> list[str]:
    return [each.name for each in kept_reports(folder)]


def at_night(day: date) -> datetime:
    return on(day, 6)


def test_it_is_written_on_the_first_working_day_and_stays_as_it_was(folder: Path) -> None:
    enter(date(2026, 10, 5))
    sunday, monday = date(2026, 11, 1), date(2026, 11, 2)
    assert write_last_month(at_night(sunday))[1] == "no working day of 2026-11 has come yet"
    assert names(folder) == []
    assert write_last_month(at_night(monday)) == (
        "done",
        "the report of 2026-10 is written: pdf, xlsx",
    )
    assert names(folder) == ["volume-2026-10.xlsx", "volume-2026-10.pdf"]
    before = [each.path.read_bytes() for each in kept_reports(folder)]
    enter(date(2026, 10, 6))
    assert write_last_month(at_night(date(2026, 11, 3)))[1] == "the report of 2026-10 is there"
    assert [each.path.read_bytes() for each in kept_reports(folder)] == before


@pytest.mark.engines("sqlite")
def test_it_is_in_the_departments_language(folder: Path) -> None:
    enter(date(2026, 10, 5))
    write_last_month(at_night(date(2026, 11, 10)))
    with CalamineWorkbook.from_path(str(folder / "volume-2026-10.xlsx")) as book:
        assert "按设备" in book.sheet_names


@pytest.mark.engines("sqlite")
def test_a_month_without_exams_has_no_report(folder: Path) -> None:
    month = month_before(date(2026, 11, 1))
    assert month == date(2026, 10, 1)
    assert write_last_month(at_night(date(2026, 11, 2))) == ("done", "2026-10 has no exams")
    assert names(folder) == []
