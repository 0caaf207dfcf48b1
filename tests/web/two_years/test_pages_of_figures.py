"""Every figure of every page, taken from the page and counted again from rows by the tests' own query.

Each number is held against the rows of the very list it leads to, and each table against all that there is: so two
pages that show the same thing cannot disagree.
"""

import random
import re
from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, at
from tests.support.recount import Counted, Recount, grouped
from tests.support.two_years import CLOSED, RETIRED
from tests.web.figures.reading import card, cells, number
from tests.web.two_years.asking import (
    STRETCHES,
    TABLES,
    address,
    behind,
    chosen_by,
    code_in,
    crosses,
    keys_of,
    measured,
    points,
    signed,
    word,
)
from tracker import clock

HEADINGS: Mapping[str, Callable[[Any], str]] = {
    "week": lambda week: f"{week[:4]} week {int(week[6:])}",
    "month": lambda month: f"{date.fromisoformat(month + '-01'):%B %Y}",
    "quarter": lambda quarter: quarter.replace("-", " "),
    "year": str,
}
"""How a page calls periods, in their order."""


def test_today_this_month_this_year_and_the_tables_of_any_days(
    head: FlaskClient, told: Recount
) -> None:
    today = date(2027, 2, 3)
    for first, last in STRETCHES:
        page = head.get(address("/volume", first, last)).text
        chosen = told.chosen(first, last)
        assert ("No exams in these days" in page) is not bool(chosen)
        for key in TABLES if chosen else ():
            *lines, foot = cells(page, f"by-{key}")
            assert {code_in(line[1].href, key) for line in lines} == {getattr(each, key) for each in chosen}  # fmt: skip
            for line in (*lines, foot):
                exams = behind(told, line[1].href)
                sums = told.sums(exams)
                assert [cell.text for cell in line[3:]] == [f"{sums.parts:,}", f"{sums.minutes:,}", points(sums.points)]  # fmt: skip
                assert number(line[1].text) == len(exams)
            for line in lines:
                code = code_in(line[1].href, key)
                assert word(line[0].text) == told.names[key][code]
                assert line[2].text == f"{number(line[1].text) / len(chosen):.0%}"
            assert number(foot[1].text) == len(chosen)
    assert card(page, "Today") == str(len(told.chosen(today, today)))
    assert card(page, "This year") == str(len(told.chosen(date(2027, 1, 1), date(2027, 12, 31))))
    january, *others = cells(page, "months")
    assert number(january[1].text) == len(behind(told, january[1].href)) > 0
    assert {line[1].text for line in others[:-1]} == {"0"}


def test_the_turn_of_the_year_is_at_midnight_of_the_hospital(
    client_of: ClientOf, head: FlaskClient, told: Recount
) -> None:
    """Half an hour into the new year it is still the old one in UTC."""
    new_year = date(2027, 1, 1)
    assert told.chosen(date(2026, 12, 31), date(2026, 12, 31))
    with clock.at(at(0, 30, day=(new_year - MONDAY).days)):
        client = client_of("head")
        page = client.get("/volume").text
        year = client.get("/volume/year").text
    of_day = told.sums(told.chosen(new_year, new_year))
    assert (card(page, "Today"), card(year, "Today")) == (str(of_day.exams),) * 2
    by_stream = told.by(told.chosen(new_year, new_year), "stream")
    text = re.search(r'id="day-text"[^>]*>([^<]+)<', page)
    assert text is not None
    first, streams, *_more = text[1].split("\n")
    assert f": {of_day.exams} exam" in first
    assert {int(count) for count in re.findall(r" (\d+)", streams)} == {sums.exams for sums in by_stream.values()}  # fmt: skip


def test_exams_of_days_to_come_fill_no_gap(
    client_of: ClientOf, head: FlaskClient, told: Recount
) -> None:
    """A file may bring some: every page counts them in their days, and none among the days that are over."""
    today = date(2026, 12, 15)
    over = told.chosen(date(2026, 1, 1), date(2026, 12, 14))
    assert told.chosen(date(2026, 12, 16), date(2026, 12, 31))
    with clock.at(at(12, day=(today - MONDAY).days)):
        client = client_of("head")
        page, year = (client.get(path).text for path in ("/volume", "/volume/year"))
    text = re.search(r"Year through [^:]+: ([\d,]+) exams, ([\d,]+) behind", page)
    assert text is not None
    done, gap = map(number, text.groups())
    assert done == len(over)
    assert gap == number(card(page, "Plan to date")) - done
    assert {number(card(each, "Behind the plan")) for each in (page, year)} == {gap}
    months = cells(year, "year-months")
    assert signed(months[12][3].text) == sum(signed(line[3].text) for line in months[:12]) == -gap
    planned = re.search(r"to yesterday ([−+][\d,]+)", page)
    assert planned is not None
    assert planned[1] == months[11][3].text


def test_the_year_beside_the_year_before(head: FlaskClient, told: Recount) -> None:
    for year in (2025, 2026, 2027):
        page = head.get(f"/volume/year?year={year}").text
        months = cells(page, "year-months")
        so_far = cells(page, "year-line")
        done = 0
        for place, line in enumerate(months[:12]):
            month = f"{year}-{place + 1:02}"
            exams = [exam for exam in told.exams if exam.month == month]
            before = [exam for exam in told.exams if exam.month == f"{year - 1}-{place + 1:02}"]
            assert (number(line[1].text), number(line[-1].text)) == (len(exams), len(before))
            for cell in (line[1], line[-1]):
                assert not cell.href or len(behind(told, cell.href)) == number(cell.text)
            done += len(exams)
            reached = next((cell for cell in so_far[place] if cell.href), None)
            assert reached is None or number(reached.value or reached.text.split()[0]) == done
            if month in CLOSED:
                closed = cells(head.get(f"/volume/months/{month}").text, "totals")[0][1].text
                assert f"closed at {closed}" in line[0].text
        assert number(card(page, "Done")) == done == number(months[12][1].text)


def test_any_cross_is_that_of_the_rows_cell_by_cell(head: FlaskClient, told: Recount) -> None:
    shown = 0
    for asked in crosses(random.Random(1), told, 44):
        chosen = chosen_by(told, asked)
        by = keys_of(asked)
        page = head.get(f"/volume/explore?{urlencode(asked, doseq=True)}")
        if not chosen:
            assert "No exams in these days" in page.text
            continue
        measure = str(asked["measure"])
        table = cells(page.text, "cross")
        for line in table:
            for cell in line[1:]:
                if cell.href:
                    assert cell.text == measured(told.sums(behind(told, cell.href)), measure), asked
                    shown += 1
        inner = table[:-1] if len(by) == 1 else [line[:-1] for line in table[:-1]]
        figures = [cell.text for line in inner for cell in line[1:] if cell.href]
        assert Counter(figures) == Counter(measured(sums, measure) for sums in told.by(chosen, *by).values())  # fmt: skip
        assert table[-1][-1].text == measured(told.sums(chosen), measure)
        if by[0] in HEADINGS:
            values = sorted({getattr(exam, by[0]) for exam in chosen})
            assert [line[0].text for line in table[:-1]] == [
                HEADINGS[by[0]](each) for each in values
            ]
    assert shown > 300


def test_what_doctors_did_and_how_it_is_shared(head: FlaskClient, told: Recount) -> None:
    for first, last in STRETCHES:
        page = head.get(address("/volume/staff", first, last)).text
        chosen = told.chosen(first, last)
        shown = 0
        for line in cells(page, "staff-figures"):
            code = line[0].text.split()[-1]
            own = [exam for exam in chosen if exam.operator == code]
            sums = told.sums(own)
            assert [cell.text for cell in line[2:6]] == [f"{each:,}" for each in (sums.exams, sums.parts, sums.live_minutes, sums.exams - sums.live_exams)]  # fmt: skip
            assert not own or behind(told, line[2].href) == own
            roles = [[part for part in taken(chosen) if part[:2] == (role, code)] for role in ("operator", "supervisor", "assistant")]  # fmt: skip
            got = [sum(part[2] for part in role) for role in roles]
            assert [cell.text.split()[0] for cell in line[6:10]] == [points(each) for each in (*got, sum(got))]  # fmt: skip
            for cell, role in zip(line[7:9], roles[1:], strict=True):
                assert len(role) == (int(cell.text.split()[1]) if cell.href else 0)
            assert line[10].text == str(len({exam.day for exam in own}))
            shown += sums.exams
        unknown = grouped([exam for exam in chosen if exam.operator == "?"], lambda exam: exam.name_in_file)  # fmt: skip
        table = cells(page, "not-matched") if unknown else []
        assert Counter(line[1].text for line in table) == Counter(str(len(exams)) for exams in unknown.values())  # fmt: skip
        assert {name for name in unknown if name} <= {line[0].text for line in table}
        assert shown + sum(map(len, unknown.values())) == len(chosen)


def taken(exams: Iterable[Counted]) -> Iterator[tuple[str, str, int]]:
    """(role, code, hundredths) of everybody who took part: since MONDAY 333 and 67 of 1000 go to others."""
    for exam in exams:
        shares = (333, 67) if exam.day >= MONDAY else (0, 0)
        others = (("supervisor", exam.supervisor), ("assistant", exam.assistant))
        given = [(role, code, exam.points * share // 1000) for (role, code), share in zip(others, shares, strict=True) if code]  # fmt: skip
        yield from given
        yield "operator", exam.operator, exam.points - sum(part[2] for part in given)


def test_devices_waits_and_durations_count_the_same_exams(head: FlaskClient, told: Recount) -> None:
    for first, last in (*STRETCHES[1:3], STRETCHES[4]):
        chosen = told.chosen(first, last)
        devices = cells(head.get(address("/volume/devices", first, last)).text, "use-devices")
        of_device = told.by(chosen, "device")
        assert {line[0].text for line in devices[:-1] if line[8].href} == {key[0] for key in of_device}  # fmt: skip
        for line in devices:
            sums = told.sums(behind(told, line[8].href) if line[8].href else [])
            assert [line[place].text for place in (2, 8, 9)] == [f"{each:,}" for each in (sums.live_minutes, sums.exams, sums.exams - sums.live_exams)]  # fmt: skip
        assert number(devices[-1][8].text) == len(chosen)
        quality = head.get(address("/volume/quality", first, last)).text
        waits = [line for line in cells(quality, "wait-days") if line[-1].href]
        for line in waits:
            exams = behind(told, line[7].href)
            measured_here = sum(exam.is_live and exam.has_booking for exam in exams)
            assert (line[5].text, line[6].text.split()[0], line[7].text) == (str(measured_here), str(len(exams) - measured_here), str(len(exams)))  # fmt: skip
        assert sum(number(line[7].text) for line in waits) == len(chosen)
    minutes = cells(head.get(address("/volume/quality/minutes", *STRETCHES[1])).text, "durations")
    planned = [exam for exam in told.chosen(*STRETCHES[1]) if exam.is_live and exam.has_booking]
    assert {line[0].text: (line[9].text, line[7].text) for line in minutes} == {
        told.names["exam_type"][code]: (str(sums.exams), str(sums.minutes))
        for (code,), sums in told.by(planned, "exam_type").items()
    }
    for year in (2025, 2026, 2027):
        page = head.get(f"/volume/quality/indicators?year={year}").text
        (line,) = (each for each in cells(page, "indicators") if each[0].text == "Monthly reports per doctor")  # fmt: skip
        until = date(2027, 1, 31)
        exams = [exam for exam in told.exams if exam.year == year and exam.day <= until]
        assert line[2].text.split(" ÷ ")[0] == str(len(exams))
        assert behind(told, line[2].href) == exams


def test_months_open_and_closed_are_those_of_the_rows(head: FlaskClient, told: Recount) -> None:
    for year in (2025, 2026, 2027):
        for line in cells(head.get(f"/volume/months?year={year}").text, "months"):
            month = line[0].href.rsplit("/", 1)[1]
            exams = [exam for exam in told.exams if exam.month == month]
            assert number(line[4].text) == len(exams)
            if month in CLOSED:
                closed, changes = number(line[2].text), signed(line[3].text)
                assert closed + changes == len(exams)
                a_closed_month(head, told, month, (line[2].text, line[3].text, line[4].text))
            elif exams:
                a_month(head, told, month)


def a_month(head: FlaskClient, told: Recount, month: str) -> str:
    """Hold the tables of a month against its rows; returns its page."""
    page = head.get(f"/volume/months/{month}").text
    sums = told.sums(exam for exam in told.exams if exam.month == month)
    assert [line[-1].text for line in cells(page, "totals")] == [
        *(f"{each:,}" for each in (sums.exams, sums.visits, sums.parts, sums.minutes, sums.live_exams, sums.live_minutes)),
        points(sums.points),
    ]  # fmt: skip
    for key in TABLES:
        lines = cells(page, f"by-{key}")
        for line in lines:
            assert len(behind(told, line[-1].href)) == number(line[-1].text)
            assert word(line[0].text) == told.names[key][code_in(line[-1].href, key)]
        assert sum(number(line[-1].text) for line in lines) == sums.exams
    return page


def a_closed_month(
    head: FlaskClient, told: Recount, month: str, three: tuple[str, str, str]
) -> None:
    """Closed figure, changes and present figure are one everywhere, and the listed changes add up to the difference."""
    page = a_month(head, told, month)
    totals = cells(page, "totals")
    assert tuple(cell.text for cell in totals[0][1:]) == three
    first = date.fromisoformat(f"{month}-01")
    days = head.get(address("/volume", first, first.replace(day=monthrange(first.year, first.month)[1]))).text  # fmt: skip
    assert "Closed: {} exams, changes since {}, present {}.".format(*three) in days
    listed = cells(page, "list-of-changes")
    assert listed
    for place, line in enumerate(totals[:-1], start=5):
        assert sum(signed(change[place].text) for change in listed) == signed(line[2].text)
    for key in TABLES:
        for line in cells(page, f"by-{key}"):
            assert number(line[1].text) + signed(line[2].text) == number(line[3].text)


def test_the_53rd_week_lies_in_two_years(head: FlaskClient, told: Recount) -> None:
    days = date(2026, 12, 21), date(2027, 1, 10)
    page = head.get(address("/volume/explore", *days, rows="week", columns="year")).text
    week = next(line for line in cells(page, "cross") if line[0].text == "2026 week 53")
    both = [told.chosen(date(2026, 12, 28), date(2026, 12, 31)), told.chosen(date(2027, 1, 1), date(2027, 1, 3))]  # fmt: skip
    assert [cell.text for cell in week[1:3]] == [str(len(exams)) for exams in both]
    assert min(map(len, both)) > 0
    assert behind(told, week[3].href) == told.chosen(date(2026, 12, 28), date(2027, 1, 3))


def test_what_is_retired_still_shows_in_its_years(head: FlaskClient, told: Recount) -> None:
    year = STRETCHES[1]
    for key, code in RETIRED.items():
        exams = told.chosen(*year, **{key: [code]})
        assert exams
        shown = head.get(
            address("/volume/explore", *year, rows=key, columns="", **{key: code})
        ).text
        assert [line[1].text for line in cells(shown, "cross")] == [str(len(exams))] * 2
        assert f'value="{code}" checked' in shown
        listed = head.get(address("/exams", *year, **{key: code})).text
        assert f"<b>{len(exams)}</b>" in listed
        assert f'<option value="{code}" selected' in listed
    alone = head.get(address("/volume/staff", *year, doctor=RETIRED["operator"])).text
    assert card(alone, "Examined") == str(len(told.chosen(*year, operator=["D03"])))
    alone = head.get(address("/volume/devices", *year, device=RETIRED["device"])).text
    assert cells(alone, "use-devices")[-1][8].text == str(len(told.chosen(*year, device=["P01"])))
