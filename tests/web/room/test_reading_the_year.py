"""The year's page: plan line, done, gap and forecast of each line, and every number of exams leads to its rows."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import MONDAY, account_id, at
from tests.support.starting_data import SYSTEM
from tests.support.years import fill_years, steady
from tests.web.desk.hands import Hands
from tests.web.room.test_reading_the_volume import enter, figure
from tracker import clock
from tracker.services.calendar import set_year_published
from tracker.services.targets import set_targets
from tracker.services.year_forecasting import forecast_year

pytestmark = pytest.mark.engines("sqlite")

YEAR_EXAMS = re.compile(r'<a href="(/exams\?[^"]+)"[^>]*>([\d,]+)</a>')


@pytest.fixture
def years(app: Flask) -> None:
    """From April until yesterday, and last night's forecast; a few exams of last year."""
    first = date(2025, 11, 3)
    with app.app_context():
        fill_years(first, date(2025, 12, 31))
        fill_years(date(2026, 4, 1), MONDAY - timedelta(days=1))
        forecast_year(by=SYSTEM, now=at(1))


def cells(page: str, table: str) -> list[list[str]]:
    """The rows of a table's body, as texts without marks."""
    body = re.search(rf'id="{table}">.*?<tbody[^>]*>(.*?)</tbody>', page, re.DOTALL)[1]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    texts = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in texts]


def number(text: str) -> int:
    return int(
        text.split("so far", maxsplit=1)[0].replace(",", "").replace("−", "-").replace("+", "")
    )


def rows_behind(client: FlaskClient, href: str) -> int:
    """How many exams a list has, over all its pages."""
    rows = 0
    while href:
        page = client.get(href).text
        rows += len(re.findall(r'<a href="/exams/\d+" data-row', page))
        following = re.search(r'<a [^>]*href="([^"]+)"[^>]*rel="next"', page)
        href = unescape(following[1]) if following else ""
    return rows


def test_the_months_add_up_and_stand_beside_the_plan(client_of: ClientOf, hands: Hands) -> None:
    enter(hands)
    enter(hands, day=-3)
    enter(hands, day=-40)
    enter(hands, day=-350)  # of last year
    with clock.at(at(12)):
        page = client_of("head").get("/volume/year").text
    months = cells(page, "year-months")
    done, plan, gap = ([number(row[column]) for row in months[:11]] for column in (1, 2, 3))
    assert (sum(done), done[9], done[10]) == (3, 1, 2)
    assert sum(number(row[2]) for row in months) == 190_000
    assert gap[:10] == [mine - planned for mine, planned in zip(done, plan, strict=True)][:10]
    assert months[11][1:4] == ["0", months[11][2], "–"]
    assert [number(row[4]) for row in months][11] == 1
    assert figure(page, "Done") == "3"
    behind = number(figure(page, "Behind the plan"))
    assert sum(gap) == -behind == 2 - number(figure(page, "Plan to date"))


def test_today_is_missing_only_tomorrow(client_of: ClientOf, hands: Hands) -> None:
    def gap_at(hour: int, day: int) -> tuple[str, str]:
        with clock.at(at(hour, day=day)):
            page = client_of("head").get("/volume/year").text
        return figure(page, "Behind the plan"), figure(page, "Today")

    morning = gap_at(7, 0)
    enter(hands)
    assert gap_at(12, 0) == (morning[0], "1")
    assert number(gap_at(7, 1)[0]) == number(morning[0]) + 766 - 1


@pytest.mark.usefixtures("years")
def test_every_number_of_exams_is_the_length_of_its_list(client_of: ClientOf, app: Flask) -> None:
    with app.app_context():
        set_targets(2026, {"medical_exam": 250}, by=account_id("admin"), now=at(2))
    with clock.at(at(12)):
        client = client_of("head")
        for address in ("/volume/year", "/volume/year?stream=medical_exam"):
            page = client.get(address).text
            links = YEAR_EXAMS.findall(page)
            assert len(links) > 15
            for href, exams in {*links[:6], *links[-3:]}:
                assert rows_behind(client, unescape(href)) == number(exams)


@pytest.mark.usefixtures("years")
def test_the_forecast_goes_on_from_what_is_done(client_of: ClientOf) -> None:
    with clock.at(at(12)):
        page = client_of("head").get("/volume/year").text
    rows = cells(page, "year-line")
    october, november, december = rows[9:]
    assert october[3:] == ["–"] * 3
    for row in (november, december):
        expected, low, high = (number(cell) for cell in row[3:])
        assert number(october[2]) < low <= expected <= high
    assert figure(page, "Expected at the year.{1,6}s end") == december[3]
    assert "no earlier year yet" in page
    assert "working days through 31 Dec 2025" in page


def test_a_stream_with_a_target_has_its_own_line(client_of: ClientOf, app: Flask) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        assert 'id="lines"' not in client.get("/volume/year").text
        assert client.get("/volume/year?stream=cadre_ward").status_code == 404
    with app.app_context():
        fill_years(date(2026, 1, 1), date(2026, 1, 31))
        set_targets(2026, {"cadre_ward": 20_000}, by=account_id("admin"), now=at(2))
    with clock.at(at(12)):
        page = client.get("/volume/year").text
        own = client.get("/volume/year?stream=cadre_ward").text
    assert [row[:2] for row in cells(page, "lines")] == [
        ["All streams", "190,000"],
        ["Cadre ward", "20,000"],
    ]
    assert "add up to 20,000" in page
    assert (figure(own, "Done"), sum(number(row[2]) for row in cells(own, "year-months"))) == (
        "0",
        20_000,
    )


def test_other_years_have_their_page(client_of: ClientOf, app: Flask) -> None:
    with app.app_context():
        fill_years(date(2025, 12, 1), date(2025, 12, 31))
    with clock.at(at(12)):
        client = client_of("head")
        past, next_year = (client.get(f"/volume/year?year={year}").text for year in (2025, 2027))
        exams = sum(sum(steady(date(2025, 12, day)).values()) for day in range(1, 32))
        assert 0 < number(figure(past, "Done")) < exams
        assert "No target is set for 2025" in past
        assert "calendar of 2027 is not published" in next_year
        assert figure(next_year, "Done") == "0"
        for wrong in ("1999", "2100", "x", "-5"):
            assert client.get(f"/volume/year?year={wrong}").status_code == 404


def test_a_year_that_is_not_published_says_so(client_of: ClientOf, app: Flask) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        assert "is not published" not in client.get("/volume/year").text
    with app.app_context():
        set_year_published(2026, is_published=False, by=account_id("admin"), now=at(2))
    with clock.at(at(12)):
        assert "calendar of 2026 is not published" in client.get("/volume/year").text


@pytest.mark.parametrize("who", ["reception", "sonographer", "admin"])
def test_the_year_is_the_heads(client_of: ClientOf, who: str) -> None:
    with clock.at(at(12)):
        assert client_of(who).get("/volume/year").status_code == 403


def test_many_exams_cost_as_many_statements_as_none(
    client_of: ClientOf, app: Flask, counted: Callable[..., object]
) -> None:
    def cost() -> int:
        with counted() as statements:  # type: ignore[attr-defined]
            assert client.get("/volume/year").status_code == 200
        return len(statements)

    with clock.at(at(12)):
        client = client_of("head")
        client.get("/volume/year")
        none = cost()
    with app.app_context():
        fill_years(date(2026, 9, 1), date(2026, 10, 31))
    with clock.at(at(12)):
        assert cost() == none
