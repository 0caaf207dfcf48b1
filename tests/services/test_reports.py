"""The report of a month and of a year: one value that every file is made of, read back from each of them."""

import csv
import io
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from flask_babel import force_locale
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.services.test_closing import close, enter, exams_of, on
from tests.support.department import account_id, at
from tracker.db import read_session
from tracker.queries.volume import VolumeFilter, volume
from tracker.reports.closed_columns import closing_words
from tracker.reports.report import Report, month_report, year_report
from tracker.reports.report_files import report_file
from tracker.reports.volume_table import volume_table
from tracker.services.exams import void
from tracker.services.targets import set_targets

pytestmark = pytest.mark.usefixtures("app_context")

OCTOBER = date(2026, 10, 1)
MEASURES = [
    "Exams",
    "Visits",
    "Parts",
    "Minutes",
    "Exams clicked live",
    "Minutes clicked live",
    "Points",
]
LATER = at(11)


@pytest.fixture(autouse=True)
def exams(app_context: None) -> list[int]:
    """Five in October, closed; then one was voided and one entered."""
    ids = [
        enter(date(2026, 10, day), device=device, operator=doctor, stream=stream, parts=day % 3 + 1)
        for day, device, doctor, stream in (
            (5, "US01", "D01", "outpatient"),
            (6, "US01", "D02", "outpatient"),
            (7, "US02", "D01", "cadre_ward"),
            (8, "P01", "D03", "medical_exam"),
            (31, "US02", "D02", "outpatient"),
        )
    ]
    enter(date(2026, 9, 30))
    set_targets(2026, {None: 2480}, by=account_id("head"), now=at(8))
    close()
    void(ids[0], reason="重复登记", by=account_id("head"), now=at(10))
    enter(date(2026, 10, 9), now=at(10, 1), reason="=补录", device="US01")
    return ids


def october(locale: str = "en") -> Report:
    with force_locale(locale), read_session() as session:
        return month_report(session, OCTOBER, now=LATER)


def written(report: Report, kind: str, locale: str = "en") -> bytes:
    with force_locale(locale):
        return report_file(report, kind)


def text_of_pdf(content: bytes) -> str:
    reader = PdfReader(io.BytesIO(content))
    return "\n".join(page.extract_text() for page in reader.pages)


def test_a_report_says_what_the_volume_says() -> None:
    report = october()
    with read_session() as session:
        total = volume(session, VolumeFilter(OCTOBER, date(2026, 10, 31))).total
    assert report.total == total
    for lines in report.tables.values():
        assert sum(line.amounts.exams for line in lines) == total.exams == 5
        assert sum(line.amounts.points_hundredths for line in lines) == total.points_hundredths
    assert report.closed is not None
    assert exams_of(report.closed.total) == (5, 0, 5)
    assert [change.kind for change in report.changes] == ["voided", "entered"]
    assert [line.month.month for line in report.months] == list(range(1, 11))


def test_the_months_of_a_year_add_up_to_its_target() -> None:
    with force_locale("en"), read_session() as session:
        report = year_report(session, 2026, now=LATER)
    assert sum(line.planned or 0 for line in report.months) == report.planned == 2480
    assert sum(line.exams for line in report.months) == report.total.exams == 6
    assert [line.closed for line in report.months if line.closed is not None] == [5]
    assert all(before.month < after.month for before, after in pairwise(report.months))


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", ("Volume of October 2026", "By doctor", "Changes since closing", "Closed figure")),
        ("zh", ("2026年10月", "按医生", "结账后的变动", "结账数", "超声科", "重复登记")),
    ],
)
def test_the_pdf_holds_the_figures_as_text(locale: str, words: tuple[str, ...]) -> None:
    report = october(locale)
    content = written(report, "pdf", locale)
    text = text_of_pdf(content)
    assert content.startswith(b"%PDF")
    for word in words:
        assert word in text
    for lines in report.tables.values():
        for line in lines:
            assert line.name in text
    assert "=补录" in text
    assert f"{report.total.points_hundredths / 100:,.2f}".removesuffix("0") in text


@pytest.mark.engines("sqlite")
def test_the_workbook_gives_the_figures_back() -> None:
    report = october()
    with CalamineWorkbook.from_filelike(io.BytesIO(written(report, "xlsx"))) as book:
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets) == [
        "Summary",
        "By stream",
        "By exam type",
        "By device",
        "By doctor",
        "Months",
        "Closed figures",
        "Changes since closing",
        "Definitions",
    ]
    header, *lines, total = sheets["By device"]
    assert header[1:5] == ["Closed figure", "Changes", "Present figure", "Exams"]
    assert {line[0]: line[1:5] for line in lines} == {
        "US01": [2, 0, 2, 2],
        "US02": [2, 0, 2, 2],
        "P01": [1, 0, 1, 1],
    }
    assert total[:5] == ["All", 5, 0, 5, 5]
    header, *changes = sheets["Changes since closing"]
    assert header[5:] == MEASURES
    assert changes[1][4] == "=补录"
    of_all = {line[0]: line[1:] for line in sheets["Closed figures"][1:]}
    assert list(of_all) == MEASURES
    for place, name in enumerate(MEASURES, start=5):
        closed, change, present = of_all[name]
        assert change == sum(float(line[place]) for line in changes)
        assert closed + change == pytest.approx(present)
    by_device = {line[0]: dict(zip(sheets["By device"][0], line, strict=True)) for line in lines}
    one = by_device["US01"]
    assert (one["Parts, closed"], one["Parts, changes"], one["Parts"]) == (4, -2, 2)
    assert (one["Visits, closed"], one["Visits, changes"], one["Visits"]) == (2, 0, 2)


@pytest.mark.engines("sqlite")
def test_the_csv_gives_the_figures_back() -> None:
    content = written(october("zh"), "csv", "zh")
    assert content.startswith("\ufeff".encode())
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    changes = [dict(zip(header, row, strict=True)) for row in rows if row[0] == "结账后的变动"]
    assert [(each["变动"], each["人次，变动"], each["结账数"]) for each in changes] == [
        ("-1", "-1", ""),
        ("1", "1", ""),
    ]
    assert "重复登记" in changes[0]["项目"]
    devices = {row[1]: row[2:5] for row in rows if row[0] == "按设备"}
    assert header[2:5] == ["结账数", "变动", "现数"]
    assert devices["US01"] == ["2", "0", "2"]
    assert devices["全部"] == ["5", "0", "5"]


def test_a_year_says_what_is_closed_of_it_and_what_is_not() -> None:
    with force_locale("en"), read_session() as session:
        report = year_report(session, 2026, now=LATER)
    with CalamineWorkbook.from_filelike(io.BytesIO(written(report, "xlsx"))) as book:
        found = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    header, *lines = found["Closed figures"]
    assert header[1:] == ["Closed figure", "Changes", "Not closed", "Present figure"]
    assert lines[0] == ["Exams", 5, 0, 1, 6]
    for _name, closed, change, left, present in lines:
        assert closed + change + left == pytest.approx(present)
    assert found["By stream"][0][1:6] == [
        "Closed figure",
        "Changes",
        "Not closed",
        "Present figure",
        "Exams",
    ]
    assert found["By stream"][-1][1:6] == [5, 0, 1, 6, 6]
    assert "Not closed" in text_of_pdf(written(report, "pdf"))


def asked(first: date, by: list[str], **codes: object) -> list[dict[str, object]]:
    chosen = VolumeFilter(first, date(2026, 10, 31), **codes)  # type: ignore[arg-type]
    with force_locale("en"), read_session() as session:
        table = volume_table(session, chosen, by)
        titles = [column.title for column in table.columns]
        return [dict(zip(titles, row, strict=True)) for row in table.rows]


def exams_in(line: dict[str, object]) -> list[object]:
    return [line.get(f"Exams{more}") for more in (", closed", ", changes", ", not closed", "")]


def test_any_table_of_closed_months_has_their_figures() -> None:
    september = date(2026, 9, 1)
    *devices, total = asked(OCTOBER, ["device"])
    assert [exams_in(line) for line in (*devices, total)] == [
        [2, 0, None, 2],
        [2, 0, None, 2],
        [1, 0, None, 1],
        [5, 0, None, 5],
    ]
    assert (devices[0]["Parts, closed"], devices[0]["Parts, changes"]) == (4, -2)
    months = asked(september, ["month"])
    assert [exams_in(line) for line in months] == [[None, None, 1, 1], [5, 0, 0, 5], [5, 0, 1, 6]]
    [quarter, *_rest] = asked(september, ["quarter", "title"], device="US01")
    assert quarter["Quarter"] == "2026-Q3"
    days = asked(september, ["day"])
    assert {tuple(exams_in(line)[:3]) for line in days[:-1]} == {(None, None, None)}
    assert exams_in(days[-1]) == [5, 0, 1, 6]
    assert "Exams, closed" not in asked(OCTOBER, ["device"], part_of_day="morning")[0]
    assert "Exams, closed" not in asked(date(2026, 10, 2), ["device"])[0]
    with force_locale("en"), read_session() as session:
        chosen = VolumeFilter(september, date(2026, 10, 31))
        told = {each.word: each.meaning for each in closing_words(session, chosen, ["day"])}
        halves = replace(chosen, part_of_day="morning")
        assert closing_words(session, halves, ())[1].meaning == "not kept by half-day"
    assert (told["Closed months"], told["Closed figure, exams"]) == ("October 2026", "5")
    assert "sum of all lines" in told["Closed figure"]


def test_what_was_voided_altogether_keeps_its_closed_line(exams: list[int]) -> None:
    void(exams[3], reason="重复登记", by=account_id("head"), now=at(10, 2))
    lines = {line["Device"]: exams_in(line) for line in asked(OCTOBER, ["device"])}
    assert lines["P01"] == [1, -1, None, 0]
    assert lines["All"] == [5, -1, None, 4]


@pytest.mark.engines("sqlite")
def test_a_month_without_exams_or_target_is_a_report_too() -> None:
    set_targets(2026, {None: None}, by=account_id("head"), now=at(12))
    with force_locale("zh"), read_session() as session:
        report = month_report(session, date(2026, 3, 1), now=LATER)
    assert (report.total.exams, report.planned) == (0, None)
    assert "2026年3月" in text_of_pdf(written(report, "pdf", "zh"))
    assert on(OCTOBER) < LATER
