"""The paper list of a machine, printed from its page."""

import re

import pytest

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")


def test_the_list_has_the_patients_of_the_machine_and_the_day(
    client_of: ClientOf, hands: Hands
) -> None:
    hands.book(at(9), "US07", patient="M00001")
    hands.book(at(9, day=1), "US07", patient="M00002")
    hands.book(at(9), "US08", patient="M00003")
    with clock.at(at(8)):
        client = client_of("sonographer")
        link = re.search(r'href="(/worklist/print[^"]+)"', client.get("/worklist?device=US07").text)
        assert link is not None
        page = client.get(link[1].replace("&amp;", "&")).text
        tomorrow = client.get("/worklist/print?device=US07&date=2026-11-24").text
    assert re.findall(r"M0000\d", page) == ["M00001"]
    assert re.findall(r"M0000\d", tomorrow) == ["M00002"]
    assert (page.count("sheet-empty"), "data-print" in page) == (8, True)


def test_what_is_done_is_marked_with_its_number(client_of: ClientOf, hands: Hands) -> None:
    hands.examine(hands.book(at(9), "US01"), at(9), at(9, 8))
    with clock.at(at(10)):
        page = client_of("sonographer").get("/worklist/print?device=US01").text
    assert re.search(r'<td class="sheet-done" colspan="3">done</td><td>U\d+</td>', page)


def test_the_desk_prints_too_and_others_do_not(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(8)):
        statuses = {
            name: client_of(name).get("/worklist/print?device=US07").status_code
            for name in ("reception", "sonographer", "head", "admin")
        }
        unknown = client_of("head").get("/worklist/print?device=US99")
    assert statuses == {"reception": 200, "sonographer": 200, "head": 200, "admin": 403}
    assert unknown.status_code == 404
