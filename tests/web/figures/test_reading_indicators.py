"""The page of the national indicators: figures with their formula, or in words what is missing."""

import pytest

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.figures.reading import table
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
