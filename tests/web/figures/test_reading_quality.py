"""The pages about waits and durations: their numbers are the queries', add up, and belong to the head."""

import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.support.known_weeks import FIRST, LAST, REASONS
from tests.web.figures.reading import cells, number, table
from tracker import clock
from tracker.db import transaction
from tracker.queries import read_session
from tracker.queries.durations import durations
from tracker.queries.exam_types import exam_types
from tracker.queries.morning_openings import OUT_OF_REACH
from tracker.queries.streams import streams
from tracker.queries.waits import days_waited, minutes_waited
from tracker.writes.morning_openings import MorningRow, insert_morning

pytestmark = pytest.mark.engines("sqlite")

WEEKS = f"from={FIRST}&to={LAST}"
NOW = at(7)


def test_waits_are_shown_with_their_goals_and_what_was_left_out(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), read_session() as session:
        days, minutes = days_waited(session, FIRST, LAST), minutes_waited(session, FIRST, LAST)
    with clock.at(NOW):
        page = client_of("head").get(f"/volume/quality?{WEEKS}").text
    assert [line[1] for line in table(page, "wait-days")[1:]] == [
        "3 working days", "24 working hours", "the day agreed",
    ]  # fmt: skip
    for line, each in zip(table(page, "wait-days")[1:], days, strict=True):
        within, median, p90, measured, left, exams = line[2:]
        shown = "–" if each.within is None else f"{each.share_within:.0%} {each.within}"
        assert within == shown
        assert (number(median), number(p90)) == (each.days.median, each.days.p90)
        assert number(measured) + number(left.split()[0]) == number(exams)
        assert number(measured) == each.days.number
    histogram = table(page, "wait-histogram")
    for place, each in enumerate(days, start=1):
        assert sum(number(line[place]) for line in histogram[1:]) == each.days.number
    for line, wait in zip(table(page, "wait-minutes")[1:], minutes, strict=True):
        assert (number(line[1]), number(line[2])) == (wait.minutes.median, wait.minutes.p90)


def test_bookings_that_came_to_nothing_add_up(client_of: ClientOf) -> None:
    with clock.at(NOW):
        page = client_of("head").get(f"/volume/quality?{WEEKS}").text
    totals = []
    for key in ("by-lead", "by-stream"):
        _head, *lines, total = table(page, key)
        for place in (1, 2, 4):
            assert sum(number(line[place]) for line in lines) == number(total[place])
        totals.append(total)
    assert totals[0] == totals[1]
    reasons = table(page, "reasons-cancelled")[1:]
    assert {line[0] for line in reasons} == set(REASONS)
    assert sum(number(line[1]) for line in reasons) == number(totals[0][2])


def test_the_third_next_openings_are_of_now(client_of: ClientOf) -> None:
    with clock.at(NOW):
        page = client_of("head").get("/volume/quality").text
    lines = table(page, "third-next")
    assert lines[0] == ["Exam type", "Outpatient", "Cadre ward", "Medical examination"]
    assert len(lines) == 1 + 12
    assert re.match(r"0 days Mon 23 Nov \d\d:\d\d", lines[1][1])


def test_every_number_of_exams_of_a_stream_is_the_length_of_its_list(client_of: ClientOf) -> None:
    with clock.at(NOW):
        client = client_of("head")
        page = client.get(f"/volume/quality?from={LAST}&to={LAST}").text
        links = re.findall(r'<a href="(/exams\?[^"]+)" data-row>([\d,]+)</a>', page)
        assert len(links) == 3
        for href, shown in links:
            rows = client.get(unescape(href)).text
            assert len(set(re.findall(r'href="(/exams/\d+)" data-row', rows))) == number(shown)


def test_planned_and_actual_minutes_stand_beside_each_other(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), read_session() as session:
        found = durations(session, FIRST, LAST)
    with clock.at(NOW):
        page = client_of("head").get(f"/volume/quality/minutes?{WEEKS}").text
    assert any(each.suggested for each in found)
    for line, each in zip(table(page, "durations")[1:], found, strict=True):
        assert line[1] == (f"{each.suggested} min" if each.suggested else "–")
        assert number(line[2]) == each.exam_type.minutes
        assert number(line[6]) == each.whole.planned_minutes
        assert number(line[7]) == each.whole.actual_minutes
    head, *rows = table(page, "by-device")
    assert head[1:] == ["US01", "US04", "P01"]
    assert len(rows) == len(found)
    assert "/admin/exam-types/" not in page  # a head changes none


@pytest.mark.parametrize("path", ["/volume/quality", "/volume/quality/minutes"])
@pytest.mark.parametrize(
    ("name", "status"), [("head", 200), ("sonographer", 403), ("reception", 403), ("admin", 403), ("stranger", 303)]
)  # fmt: skip
def test_they_are_the_heads_pages(client_of: ClientOf, name: str, status: int, path: str) -> None:
    assert client_of(name).get(path).status_code == status


def test_the_course_of_the_openings_is_told_morning_by_morning(
    app: Flask, client_of: ClientOf
) -> None:
    mornings = [LAST - timedelta(days=3), LAST - timedelta(days=1), LAST]
    with app.app_context():
        with read_session() as session:
            kinds = {each.code: each.id for each in exam_types(session)}
            first, *others = [each.id for each in streams(session)]
        with transaction() as session:
            rows = [
                MorningRow(day, kinds["abdominal"], stream, 0)
                for day in mornings
                for stream in (first, *others)
            ]
            far = zip(mornings, (3, None, 5), strict=True)
            rows += [MorningRow(day, kinds["contrast"], first, days) for day, days in far]
            insert_morning(session, rows)
    with clock.at(NOW):
        head = client_of("head")
        page = head.get(f"/volume/quality?{WEEKS}").text
        other = head.get(f"/volume/quality?{WEEKS}&exam_type=abdominal").text
        unknown = head.get(f"/volume/quality?{WEEKS}&exam_type=nothing").status_code
        nothing = head.get("/volume/quality?from=2020-01-01&to=2020-01-31&exam_type=contrast").text
    # the one that was farthest away is told in full, unless another is asked for
    assert [line[1:] for line in table(page, "morning-course")[1:]] == [
        ["3", "–", "–"], ["none", "–", "–"], ["5", "–", "–"],
    ]  # fmt: skip
    assert [cell.value for cell in cells(page, "morning-course")[1]] == ["", str(OUT_OF_REACH), "", ""]  # fmt: skip
    assert [line[1:] for line in table(other, "morning-course")[1:]] == [["0"] * 3] * 3
    shown = {line[0]: line[1:] for line in table(page, "mornings")[1:]}
    assert shown == {"Abdominal": ["0 0"] * 3, "Contrast-enhanced": ["5 none", "–", "–"]}
    links = [line[0].href for line in cells(page, "mornings")]
    assert all(f"exam_type={code}#course" in href for code, href in zip(("abdominal", "contrast"), links, strict=True))  # fmt: skip
    assert unknown == 422
    assert "Nothing was noted on the mornings of these days" in nothing
