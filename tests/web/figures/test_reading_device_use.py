"""The page about the use of devices: its numbers are the query's, add up, and lead to their rows."""

import re
from html import unescape

import pytest
from flask import Flask

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.support.known_weeks import FIRST, LAST
from tests.web.figures.reading import cells, listed, number, plain, table
from tracker import clock
from tracker.queries import read_session
from tracker.queries.device_use import device_use

pytestmark = pytest.mark.engines("sqlite")

WEEKS = f"/volume/devices?from={FIRST}&to={LAST}"
NOW = at(7)


def test_the_numbers_are_the_querys_and_add_up(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
    with clock.at(NOW):
        page = client_of("head").get(WEEKS).text
    _head, *lines, total = table(page, "use-devices")
    assert [line[0] for line in lines] == ["US01", "US04", "P01"]
    for place in range(2, 10):
        assert sum(number(line[place]) for line in lines) == number(total[place])
    found = use.total
    assert [number(cell) for cell in total[2:]] == [
        found.examined_minutes, found.open_minutes, found.overtime_minutes, found.closed_minutes,
        found.way_minutes, found.block_minutes, found.exams + found.left_out, found.left_out,
    ]  # fmt: skip
    assert total[1] == f"{found.share:.0%}"
    causes = table(page, "causes")
    assert sum(number(line[1]) for line in causes[1:]) == found.closed_minutes
    assert {line[0] for line in causes[1:]} == {"停电", "探头故障", "检修"}


def test_the_week_is_one_devices_when_it_is_asked_for(app: Flask, client_of: ClientOf) -> None:
    with clock.at(NOW):
        client = client_of("head")
        both = [client.get(f"{WEEKS}{more}").text for more in ("", "&device=US04")]
    weeks = [table(page, "use-hours") for page in both]
    assert [row[0] for row in weeks[0][1:]] == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]  # fmt: skip
    for page, week in zip(both, weeks, strict=True):
        minutes = [re.findall(r"([\d,]+) / ([\d,]+)$", cell) for row in week[1:] for cell in row]
        examined, opened = zip(*(found[0] for found in minutes if found), strict=True)
        total = table(page, "use-devices")[-1]
        assert sum(map(number, examined)) == number(total[2])
        assert sum(map(number, opened)) == number(total[3])
    assert "Use of device US04" in both[1]


def test_a_field_of_the_week_leads_to_the_exams_of_that_hour(client_of: ClientOf) -> None:
    with clock.at(NOW):
        client = client_of("head")
        week = cells(client.get(f"{WEEKS}&device=US04").text, "use-hours")
        fields = [cell for row in week for cell in row[1:]]
        links = [cell.href for cell in fields if cell.href]
        assert len(links) == sum(bool(re.search(r"[1-9][\d,]* / ", cell.text)) for cell in fields)
        assert all("device=US04" in href for href in links)
        monday = client.get(next(href for href in links if "weekday=0&hour=9" in href)).text
        assert '<option value="0" selected>Monday' in monday
        assert '<option value="9" selected>09:00' in monday
        times = re.findall(r"Mon \d+ \w+ (\d\d):\d\d–(\d\d):\d\d", plain(monday))
        assert times
        assert all(int(begins) <= 9 <= int(ends) for begins, ends in times)
        for wrong in ("weekday=7", "hour=48", "weekday=monday"):
            assert client.get(f"/exams?{wrong}").status_code == 422


def test_every_number_of_exams_is_the_length_of_its_list(client_of: ClientOf) -> None:
    day = f"/volume/devices?from={LAST}&to={LAST}"
    with clock.at(NOW):
        client = client_of("head")
        page = client.get(day).text
        links = re.findall(r'<a href="(/exams\?[^"]+)" data-row>([\d,]+)</a>', page)
        assert len(links) == 4
        for href, shown in links:
            rows = client.get(unescape(href)).text
            while more := re.search(r'href="([^"]+)" rel="next"', rows):
                rows = rows.replace(more[0], "") + client.get(unescape(more[1])).text
            assert len(set(re.findall(r'href="(/exams/\d+)" data-row', rows))) == number(shown)
        for href in set(re.findall(r'href="(/closures/\d+)"', client.get(WEEKS).text)):
            assert client.get(href).status_code == 200


def test_minutes_and_what_is_left_out_lead_to_their_exams(client_of: ClientOf) -> None:
    columns = {2: ("live=1", 2), 4: ("past_block=1", 3), 9: ("live=0", 0)}
    with clock.at(NOW):
        client = client_of("head")
        pages = [client.get(f"{WEEKS}{more}").text for more in ("", "&device=US04")]
        for line in [line for page in pages for line in cells(page, "use-devices")]:
            for column, (asked, place) in columns.items():
                if line[column].text == "0":
                    continue
                href = line[column].href
                assert href.endswith(f"&{asked}"), line
                found = client.get(href).text
                says = re.search(r'class="figures-line">(.*?)</p>', found, re.DOTALL)[1]
                assert re.findall(r"<b>([^<]+)</b>", says)[place] == line[column].text, href
        card = re.search(r'href="([^"]+live=0)"', pages[1])[1]
        said, rows = listed(client, unescape(card))
    assert said == len(rows) == number(cells(pages[1], "use-devices")[-1][9].text) > 0


def test_days_without_hours_say_so_and_bad_addresses_are_refused(client_of: ClientOf) -> None:
    with clock.at(NOW):
        client = client_of("head")
        assert "No device had hours" in client.get("/volume/devices?from=2020-01-01&to=2020-02-01").text  # fmt: skip
        assert client.get("/volume/devices?device=US99").status_code == 422
        assert client.get("/volume/devices?from=2026-02-01&to=2026-01-01").status_code == 422
        assert client.get("/volume/devices?from=2000-01-01&to=2026-01-01").status_code == 422
        assert plain(client.get("/volume/devices").text)


@pytest.mark.parametrize(
    ("name", "status"), [("head", 200), ("sonographer", 403), ("reception", 403), ("admin", 403), ("stranger", 303)]
)  # fmt: skip
def test_it_is_the_heads_page(client_of: ClientOf, name: str, status: int) -> None:
    assert client_of(name).get("/volume/devices").status_code == status
