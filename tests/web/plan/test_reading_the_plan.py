"""The week as people look at it: who sees it, which week, its colours, its blocks, what a page costs."""

import re

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.office.forms import words

pytestmark = pytest.mark.engines("sqlite")

NEXT_WEEK = "/plan?week=2026-W49"
CELL = 'id="US01.2026-11-23.480"'


def cell_of(page: str, cell: str = CELL) -> str:
    """What stands between this cell's mark and the end of its table cell."""
    return words(page[page.index(cell) : page.index("</td>", page.index(cell))])


@pytest.mark.parametrize("name", ["reception", "sonographer", "head", "admin"])
def test_everybody_at_work_reads_the_plan(client_of: ClientOf, name: str) -> None:
    assert client_of(name).get("/plan").status_code == 200


def test_a_stranger_is_asked_to_sign_in(client_of: ClientOf) -> None:
    assert client_of("stranger").get("/plan").status_code == 303


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "address",
    ["/plan", NEXT_WEEK, "/plan?colour=load", "/plan?date=2026-12-01&day=2026-12-02&view=draft"],
)
def test_pages_are_well_made_in_both_languages(
    head: FlaskClient, language: str, address: str
) -> None:
    head.set_cookie("lang", language)
    assert head.get(address).status_code == 200


def test_the_week_is_named(head: FlaskClient) -> None:
    assert "Device plan, week 48" in words(head.get("/plan").text)
    assert "Mon 30 Nov 2026 – Sun 6 Dec 2026" in words(head.get(NEXT_WEEK).text)
    assert "Device plan, week 49" in words(head.get("/plan?date=2026-12-04").text)


@pytest.mark.parametrize("week", ["2026-W54", "2026-49", "soon", "1850-W02", "2026-W00"])
def test_a_week_that_is_none_is_refused(head: FlaskClient, week: str) -> None:
    assert head.get("/plan", query_string={"week": week}).status_code == 422


def test_rest_days_are_left_out(head: FlaskClient) -> None:
    page = head.get(NEXT_WEEK).text
    assert len(re.findall(r'<th scope="colgroup"', page)) == 5


def test_a_week_that_is_not_opened_stands_on_the_pattern(head: FlaskClient) -> None:
    page = head.get("/plan?week=2027-W03").text
    assert "stands on the weekly pattern" in words(page)
    assert page.count('class="plan-block') == 21 * 10


def test_a_block_tells_its_load(head: FlaskClient, hands: Hands) -> None:
    assert cell_of(head.get("/plan").text).endswith("0%")
    for n in range(6):
        hands.book(at(9 + n // 3, 20 * (n % 3)), patient=f"M0000{n + 1}")
    # six superficial exams of 8 minutes in four hours
    assert cell_of(head.get("/plan").text).endswith("20%")


def test_the_colours_are_chosen_by_the_address(head: FlaskClient) -> None:
    by_type, by_load = head.get("/plan").text, head.get("/plan?colour=load").text
    assert "is-load-0" not in by_type
    assert "plan-chip hue-" in by_type
    assert "is-load-0" in by_load


def test_only_the_head_has_the_entry_in_the_menu(client_of: ClientOf) -> None:
    entry = '<a href="/plan"'
    assert entry in client_of("head").get("/board").text
    assert entry not in client_of("reception").get("/board").text


def test_broken_rules_are_told_to_those_who_plan(client_of: ClientOf, hands: Hands) -> None:
    hands.close("US05", at(9), at(10), at(7))
    closed = "The device is closed for a part of it."
    for name, is_told in [("head", True), ("admin", True), ("reception", False)]:
        client = client_of(name)
        client.set_cookie("lang", "en")
        assert (closed in client.get("/plan").text) is is_told, name


def test_a_page_costs_the_same_whatever_stands_on_it(
    head: FlaskClient, hands: Hands, statements: list[str]
) -> None:
    def cost() -> int:
        del statements[:]
        assert head.get("/plan").status_code == 200
        return len(statements)

    head.get("/plan")
    before = cost()
    hands.book(at(9))
    hands.book(at(10), device="US02", patient="M00002")
    assert cost() == before
