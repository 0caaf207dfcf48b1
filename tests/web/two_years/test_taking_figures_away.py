"""What is taken away holds the numbers of the pages: workbooks, CSV, PDF and JSON read again, held against the rows."""

import csv
import io
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from pypdf import PdfReader

from tests.support.api import caller
from tests.support.recount import Recount, Sums
from tests.support.two_years import CLOSED, NOW
from tests.web.figures.reading import cells
from tests.web.room.test_exporting_volume import sheets
from tests.web.two_years.asking import (
    STRETCHES,
    address,
    chosen_by,
    crosses,
    keys_of,
    points,
    signed,
    word,
)
from tracker import clock
from tracker.queries.exams import ExamFilter
from tracker.reports.exam_rows import exam_table

pytestmark = pytest.mark.engines("sqlite")

SHEETS = {
    "By stream": "stream",
    "By exam type": "exam_type",
    "By device": "device",
    "By doctor": "operator",
}


def line_of(sums: Sums) -> tuple[float, ...]:
    """What a line of a table says: exams, visits, parts, minutes, those clicked live, their share, points."""
    share = round(sums.live_exams / sums.exams, 4) if sums.exams else 0.0
    return (sums.exams, sums.visits, sums.parts, sums.minutes, sums.live_minutes, share, sums.points / 100)  # fmt: skip


def read_line(given: Iterable[object]) -> tuple[float, ...]:
    """The same from a file, whose cells are numbers, or texts in a CSV; closed figures follow."""
    return tuple(round(float(str(each or 0)), 4) for each in [*given][:7])


def rows_of_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_workbook_of_any_days_has_their_tables(head: FlaskClient, told: Recount) -> None:
    for first, last in STRETCHES:
        found = sheets(head.get(address("/volume/stretch.xlsx", first, last)).data)
        chosen = told.chosen(first, last)
        for title, key in SHEETS.items():
            *lines, total = found[title][1:]
            assert {word(str(line[0])): read_line(line[1:]) for line in lines} == {
                told.names[key][code]: line_of(sums)
                for (code,), sums in told.by(chosen, key).items()
            }
            assert read_line(total[1:]) == line_of(told.sums(chosen))


def test_what_was_explored_is_the_same_in_files_and_for_programs(
    app: Flask, head: FlaskClient, told: Recount
) -> None:
    program = caller(app, "head")
    for asked in crosses(random.Random(2), told, 22):
        chosen, by = chosen_by(told, asked), keys_of(asked)
        groups = told.by(chosen, *by)
        question = urlencode(asked, doseq=True)
        comma = rows_of_csv(head.get(f"/volume/explore.csv?{question}").data)
        book = sheets(head.get(f"/volume/explore.xlsx?{question}").data)["Volume"]
        for table in (comma, book):
            *lines, total = ([*line[len(by) :]] for line in table[1:])
            shown = Counter(
                line for line in map(read_line, lines) if line[0]
            )  # 0: closed once, nothing now
            assert shown == Counter(map(line_of, groups.values())), asked
            assert read_line(total) == line_of(told.sums(chosen))
        codes = {key: ",".join(given) for key, given in asked.items() if isinstance(given, list)}
        days = {"from_": asked["from"], "to": asked["to"]}
        answer = program.get("/volume", by=",".join(by), **days, **codes).json
        assert {tuple(row[key] for key in by): of_program(row) for row in answer["rows"]} == {
            tuple(str(each) if by[place] == "day" else each for place, each in enumerate(key)): sums
            for key, sums in groups.items()
        }
        assert of_program(answer["total"]) == told.sums(chosen)


def of_program(row: dict[str, float]) -> Sums:
    whole = {name: int(row[name]) for name in Sums.__dataclass_fields__ if name != "points"}
    return Sums(**whole, points=round(row["points"] * 100))


@pytest.mark.parametrize("month", [CLOSED[1], "2026-01"])
def test_every_report_of_a_month_has_the_numbers_of_its_page(
    head: FlaskClient, told: Recount, month: str
) -> None:
    page = head.get(f"/volume/months/{month}").text
    reports = {kind: head.get(f"/volume/months/{month}/report.{kind}").data for kind in ("xlsx", "csv", "pdf")}  # fmt: skip
    book, text = sheets(reports["xlsx"]), text_of_pdf(reports["pdf"])
    chosen = [exam for exam in told.exams if exam.month == month]
    threes = 3 if month in CLOSED else 0
    comma = rows_of_csv(reports["csv"])[1:]
    assert chosen
    for title, key in SHEETS.items():
        shown = {word(line[0].text): [cell.text for cell in line[1:]] for line in cells(page, f"by-{key}")}  # fmt: skip
        sums = {told.names[key][code]: each for (code,), each in told.by(chosen, key).items()}
        sums["All"] = told.sums(chosen)
        in_files = {word(str(line[0])): line[1:] for line in book[title][1:]}
        assert {word(line[1]): read_line(line[2:]) for line in comma if line[0] == title} == {
            name: read_line(line) for name, line in in_files.items()
        }
        assert in_files.keys() == {*shown, "All"}
        for name, line in in_files.items():
            assert read_line(line[threes:]) == line_of(sums.get(name, Sums()))
            if threes and name != "All":
                assert [int(float(str(each))) for each in line[:threes]] == [signed(each) for each in shown[name]]  # fmt: skip
            assert in_a_row(text, name, sums.get(name, Sums())), (title, name)


def text_of_pdf(content: bytes) -> list[str]:
    """Its cells and lines in order."""
    reader = PdfReader(io.BytesIO(content))
    return [line.strip() for page in reader.pages for line in page.extract_text().split("\n")]


def in_a_row(text: Sequence[str], name: str, sums: Sums) -> bool:
    """Whether the name stands in a table, and within the next cells the sums one after the other."""
    line = [f"{each:,}" for each in (sums.exams, sums.visits, sums.parts, sums.minutes, sums.live_minutes)]  # fmt: skip
    places = [place for place, cell in enumerate(text) if word(cell) == name]
    found = [[*text[place + 1 : place + 11]] for place in places]
    return any(
        row[skipped : skipped + 5] == line and row[skipped + 6] == points(sums.points)
        for row in found
        for skipped in (0, 3)
        if len(row) > skipped + 6
    )


def test_the_report_of_a_year_has_its_months(head: FlaskClient, told: Recount) -> None:
    for year in (2025, 2026):
        book = sheets(head.get(f"/volume/months/{year}/annual.xlsx").data)
        exams = [exam for exam in told.exams if exam.year == year]
        by_month = told.by(exams, "month")
        assert [int(float(str(line[1]))) for line in book["Months"][1:]] == [
            by_month.get((f"{year}-{number:02}",), Sums()).exams for number in range(1, 13)
        ]
        header, *_lines, total = book["By device"]
        assert read_line(total[header.index("Exams") :]) == line_of(told.sums(exams))
    page = head.get("/volume/months?year=2026").text
    of_page = [line[4].text for line in cells(page, "months")]
    assert of_page[::-1] == [str(int(float(str(line[1])))) for line in sheets(head.get("/volume/months/2026/annual.xlsx").data)["Months"][1:]]  # fmt: skip


def test_the_exported_rows_are_those_that_count(app: Flask, told: Recount) -> None:
    first, last = STRETCHES[-1]
    with app.app_context(), clock.at(NOW), force_locale("en"):
        exported = [*exam_table(ExamFilter(first, last)).rows]
    chosen = sorted(told.chosen(first, last), key=lambda exam: (exam.day, exam.id))
    assert [(row[1], row[4], row[8], row[10], row[12], row[15]) for row in exported] == [
        (exam.day, exam.minutes, exam.parts, exam.device, exam.operator, exam.points / 100)
        for exam in chosen
    ]
