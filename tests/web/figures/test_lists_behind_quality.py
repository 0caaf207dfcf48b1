"""Every number of exams or bookings on the page about waits leads to a list that is as long."""

import re
from html import unescape

import pytest

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.support.known_weeks import FIRST, LAST
from tests.web.figures.reading import listed, number
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")

NOW = at(7)
WEEKS = f"from={FIRST}&to={LAST}"
LINK = r'<a href="(/volume/quality/(?:bookings|exams)\?[^"]+)" data-row>([\d,]+)</a>'
TABLES = {
    "/volume/quality": {"wait-histogram", "wait-days", "wait-minutes", "by-lead", "by-stream", "reasons-cancelled"},
    "/volume/quality/minutes": {"durations", "by-device"},
}  # fmt: skip


@pytest.mark.parametrize("path", TABLES)
def test_every_number_is_the_length_of_its_list(client_of: ClientOf, path: str) -> None:
    with clock.at(NOW):
        head = client_of("head")
        page = head.get(f"{path}?{WEEKS}").text
        led: dict[str, list[tuple[str, int]]] = {}
        for key, table in re.findall(r'<table[^>]*id="([\w-]+)">(.*?)</table>', page, re.DOTALL):
            for href, shown in re.findall(LINK, table):
                led.setdefault(key, []).append((unescape(href), number(shown)))
        assert led.keys() == TABLES[path]
        links = dict(link for found in led.values() for link in found)
        assert len(links) > 10
        for href, shown in links.items():
            said, rows = listed(head, href)
            assert said == shown == len(rows) == len(set(rows)), href


def test_a_list_keeps_its_choice_and_names_it(client_of: ClientOf) -> None:
    with clock.at(NOW):
        head = client_of("head")
        chosen = f"/volume/quality/bookings?{WEEKS}&stream=cadre_ward&status=cancelled&lead=4"
        page = head.get(chosen).text
        for value in ("cadre_ward", "cancelled", "4"):
            assert f'<option value="{value}" selected>' in page
        figures = head.get(f"/volume/quality?{WEEKS}").text
        reason = re.search(r'href="([^"]+alike=\d+[^"]*)"', figures)
        assert reason is not None
        assert re.search(r"Reason: \S", head.get(unescape(reason[1])).text)
        others = head.get(f"/volume/quality/bookings?{WEEKS}&unlike=1,2").text
        assert "Other reasons" in others
        waits = head.get(f"/volume/quality/exams?{WEEKS}&goal=1&minutes=30").text
        assert "Within the goal · At most 30 minutes from check-in to start" in waits
        assert "Measured · 10 working days and more" in head.get(f"/volume/quality/exams?{WEEKS}&from_days=10").text  # fmt: skip
        assert "· Not measured" in head.get(f"/volume/quality/exams?{WEEKS}&measured=0").text
        assert "</b> minutes past the block" in head.get(f"/volume/quality/exams?{WEEKS}&past_block=1&device=US01,US04").text  # fmt: skip
        assert " · Clicked live" in head.get(f"/volume/quality/exams?{WEEKS}&live=1").text
        for wrong in ("bookings?lead=3", "bookings?status=gone", "bookings?to=2000-01-01", "bookings?alike=x", "bookings?unlike=1,x", "bookings?cursor=x", "exams?days=x", "exams?minutes=-1"):  # fmt: skip
            assert head.get(f"/volume/quality/{wrong}").status_code == 422, wrong


@pytest.mark.parametrize("path", ["/volume/quality/bookings", "/volume/quality/exams"])
@pytest.mark.parametrize(
    ("name", "status"), [("head", 200), ("sonographer", 403), ("reception", 403), ("admin", 403), ("stranger", 303)]
)  # fmt: skip
def test_they_are_the_heads_lists(client_of: ClientOf, name: str, status: int, path: str) -> None:
    assert client_of(name).get(path).status_code == status
