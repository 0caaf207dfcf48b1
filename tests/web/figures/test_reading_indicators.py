"""The page of the national indicators: figures with their formula, or in words what is missing."""

import re
from html import unescape

import pytest

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.figures.reading import listed, number, table
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")


def test_each_has_its_formula_or_says_what_is_missing(client_of: ClientOf) -> None:
    with clock.at(at(7, day=20)):  # December
        page = client_of("head").get("/volume/quality/indicators").text
    lines = table(page, "indicators")[1:]
    assert len(lines) == 8
    values = {line[0]: line[1] for line in lines}
    assert float(values["Monthly reports per doctor"]) > 0
    assert values["Inpatient requests examined within 48 hours"].endswith("%")
    missing = [line for line in lines if line[1] == "data missing"]
    assert len(missing) == 6
    assert all("÷" not in line[2] and line[2].endswith(".") for line in missing)
    assert "0%" not in {line[1] for line in lines}


def test_numbers_of_exams_lead_to_exactly_these(client_of: ClientOf) -> None:
    with clock.at(at(7, day=20)):  # December
        head = client_of("head")
        for asked, lists in (("", 4), ("?inpatient=cadre_ward&inpatient=outpatient", 4), ("?inpatient=none", 1)):  # fmt: skip
            page = head.get(f"/volume/quality/indicators{asked}").text
            links = re.findall(r'<a href="([^"]+)" data-row>([\d,]+)</a>', page)
            links += re.findall(r'<a href="([^"]+)">([\d,]+) exams without live times', page)
            assert len(links) == lists, asked
            for href, shown in links:
                said, rows = listed(head, unescape(href))
                assert number(shown) == len(rows) == len(set(rows)) > 0, href
                if href.startswith(
                    "/volume"
                ):  # of all exams the roll-ups tell, which these weeks lack
                    assert said == len(rows), href
        within = head.get("/volume/quality/exams?from=2026-11-02&to=2026-11-20&hours=48").text
        assert "Measured · At most 48 hours from booking to the exam" in within
        assert head.get("/volume/quality/exams?hours=x").status_code == 422


def test_which_streams_are_inpatients_is_chosen(client_of: ClientOf) -> None:
    with clock.at(at(7)):
        client = client_of("head")
        both = [client.get(f"/volume/quality/indicators{chosen}").text for chosen in ("", "?inpatient=outpatient")]  # fmt: skip
        assert client.get("/volume/quality/indicators?year=1999").status_code == 404
        assert "data missing" in client.get("/volume/quality/indicators?year=2030").text
    assert table(both[0], "indicators")[3][2] != table(both[1], "indicators")[3][2]


@pytest.mark.parametrize(
    ("name", "status"), [("head", 200), ("sonographer", 403), ("reception", 403), ("admin", 403), ("stranger", 303)]
)  # fmt: skip
def test_it_is_the_heads_page(client_of: ClientOf, name: str, status: int) -> None:
    assert client_of(name).get("/volume/quality/indicators").status_code == status
