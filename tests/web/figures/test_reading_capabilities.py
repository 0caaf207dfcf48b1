"""The case for a machine on one page: its sums, its arithmetic and whom it is for."""

import re
from html import unescape
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.support.known_weeks import FIRST, LAST
from tests.web.figures.reading import cells, number, plain, table
from tracker import clock
from tracker.queries import read_session
from tracker.queries.machine_case import capability_cases

pytestmark = pytest.mark.engines("sqlite")

DAYS = f"from={FIRST}&to={LAST}"
WEEKS = f"/volume/capabilities?{DAYS}"
NOW = at(7)
LISTS: dict[str, tuple[int, str]] = {
    "status=not_cancelled": (1, "Planned minutes"),
    "live=1": (2, "Actual minutes"),
    "past_block=1": (3, "Past the block"),
    "reason=none_free,too_late": (1, "Minutes"),
    "reason=other,unsaid": (1, "Minutes"),
}
"""The lists behind minutes, by how they are asked for: which number of the line above says them, and the column that shows each."""


def test_each_function_has_its_minutes(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), read_session() as session:
        cases = capability_cases(session, FIRST, LAST, now=NOW)
    with clock.at(NOW):
        page = client_of("head").get(WEEKS).text
    lines = table(page, "capabilities")[1:]
    assert [[number(cell) for cell in line[1:7]] for line in lines] == [
        [
            case.total("asked"), case.total("examined"), case.total("turned_minutes"),
            case.open_minutes, case.closed_minutes, case.total("overtime"),
        ]
        for case in cases
    ]  # fmt: skip
    most = max(cases, key=lambda case: case.total("turned_minutes"))
    assert f"One more machine with: {most.capability.name_en}" in page


def test_the_case_of_one_function_adds_up(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), read_session() as session:
        cases = capability_cases(session, FIRST, LAST, now=NOW)
    case = next(each for each in cases if each.capability.code == "phased")
    with clock.at(NOW):
        page = client_of("head").get(f"{WEEKS}&capability=phased").text
    _head, *lines, total = table(page, "case-types")
    for place in range(1, 7):
        assert sum(number(line[place]) for line in lines) == number(total[place])
    for line in [*lines, total]:
        assert number(line[4]) == sum(number(line[place]) for place in (1, 2, 3))
    arithmetic = plain(re.search(r'id="arithmetic">(.*?)</dl>', page, re.DOTALL)[1])
    more = case.one_more
    assert f"({more.taken.minutes:,} + {more.relieved:,}) ÷ {more.open_minutes:,} = " in arithmetic
    assert f"{more.taken.searches} of {case.searches} searches" in arithmetic


def test_minutes_lead_to_the_rows_they_are_the_sum_of(client_of: ClientOf) -> None:
    with clock.at(NOW):
        head = client_of("head")
        page = head.get(f"{WEEKS}&capability=phased").text
        links = {
            cell.href: number(cell.text)
            for key in ("capabilities", "case-types")
            for line in cells(page, key)
            for cell in line[1:]
            if cell.href
        }
        assert {asked(href) for href in links} == LISTS.keys()
        for href, minutes in links.items():
            place, label = LISTS[asked(href)]
            says, shown = listed(head, href, label)
            assert number(says[place]) == minutes > 0, href
            assert sum(shown) == minutes, href
        several = head.get(f"/volume/quality/bookings?{DAYS}&exam_type=lung,cardiac").text
        assert '<option value="lung,cardiac" selected>' in several
        nobody = head.get(f"/volume/quality/bookings?{DAYS}&exam_type=none").text
        assert "<b>0</b> bookings · <b>0</b> planned minutes" in nobody


def asked(href: str) -> str:
    """The last thing that an address asks for."""
    return unquote(href.split("#", maxsplit=1)[0].rsplit("&", maxsplit=1)[-1])


def listed(head: FlaskClient, href: str, label: str) -> tuple[list[str], list[int]]:
    """The numbers of the line above a list, and those of a column on all its pages."""
    says: list[str] = []
    shown: list[int] = []
    while href:
        page = head.get(href).text
        if not says:
            line = re.search(r'class="figures-line">(.*?)</p>', page, re.DOTALL)
            assert line is not None, href
            says = re.findall(r"<b>([^<]+)</b>", line[1])
        shown += map(number, re.findall(rf'data-label="{label}">([\d,]+)</td>', page))
        following = re.search(r'<a [^>]*href="([^"]+)"[^>]*rel="next"', page)
        href = unescape(following[1]) if following else ""
    return says, shown


def test_an_unknown_function_is_refused(client_of: ClientOf) -> None:
    with clock.at(NOW):
        assert client_of("head").get("/volume/capabilities?capability=magic").status_code == 422


@pytest.mark.parametrize(
    ("name", "status"), [("head", 200), ("sonographer", 403), ("reception", 403), ("admin", 403), ("stranger", 303)]
)  # fmt: skip
def test_it_is_the_heads_page(client_of: ClientOf, name: str, status: int) -> None:
    assert client_of(name).get("/volume/capabilities").status_code == status
