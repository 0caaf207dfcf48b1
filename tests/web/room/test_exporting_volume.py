"""Tables of the volume taken away give back the page's numbers."""

import csv
import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from tests.support.cast import ClientOf
from tests.support.department import at
from tests.web.desk.hands import Hands
from tests.web.room.test_closing_months import close
from tests.web.room.test_reading_the_volume import enter, some_exams, table
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")

NOW = at(12)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_tables_of_a_stretch(client_of: ClientOf, hands: Hands) -> None:
    some_exams(hands)
    days = "?from=2026-01-01&to=2026-12-31"
    with clock.at(NOW):
        client = client_of("head")
        page = client.get(f"/volume{days}").text
        found = sheets(client.get(f"/volume/stretch.xlsx{days}").data)
    for key, name in (
        ("stream", "By stream"),
        ("exam_type", "By exam type"),
        ("device", "By device"),
        ("operator", "By doctor"),
    ):
        _header, *lines = found[name]
        shown = {who: exams for who, (exams, _href) in table(page, f"by-{key}").items()}
        assert {line[0]: line[1] for line in lines} == shown


def test_what_was_explored(client_of: ClientOf, hands: Hands) -> None:
    some_exams(hands)
    address = "rows=device&columns=exam_type&from=2026-01-01&to=2026-12-31"
    with clock.at(NOW):
        client = client_of("head")
        assert "/volume/explore.xlsx?" in client.get(f"/volume/explore?{address}").text
        answer = client.get(f"/volume/explore.csv?{address}")
        book = sheets(client.get(f"/volume/explore.xlsx?{address}&device=US04").data)
    assert answer.data.startswith("\ufeff".encode())
    header, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header[:3] == ["Device", "Exam type", "Exams"]
    assert {tuple(row[:2]): row[2] for row in rows} == {
        ("US01", "Abdominal"): "2",
        ("US04", "Cardiac"): "2",
        ("All", ""): "4",
    }
    assert [row[0] for row in book["Volume"][1:]] == ["US04", "All"]
    assert ["Device", "US04"] in [line[:2] for line in book["Definitions"]]


def test_a_closed_month_has_its_three_figures_in_the_workbook(
    client_of: ClientOf, hands: Hands
) -> None:
    enter(hands, day=-30)
    close(hands, date(2026, 10, 1))
    with clock.at(NOW):
        days = "?from=2026-10-01&to=2026-10-31"
        client = client_of("head")
        found = sheets(client.get(f"/volume/stretch.xlsx{days}").data)
        comma = client.get(f"/volume/explore.csv{days}&rows=device&columns=").data
        note = "Closed: 1 exams, changes since 0, present 1."
        for more, is_there in (("&device=US01", True), ("&part_of_day=morning", False)):
            assert (note in client.get(f"/volume/explore{days}{more}").text) == is_there
        within = "1 month of these days is closed."
        for stretch, is_there in {
            "from=2016-10-01&to=2026-11-02": True,
            "from=2026-10-01&to=2026-10-30": False,
            "from=2026-09-30&to=2026-10-31": True,
            "from=2026-09-30&to=2026-10-31&part_of_day=morning": False,
            "from=2026-10-01&to=2026-10-31": False,
        }.items():
            shown = client.get(f"/volume/explore?{stretch}").text
            assert ((within in shown), (note in shown)) == (is_there, stretch == days[1:])
    told = {line[0]: line[1] for line in found["Definitions"]}
    closed = found["By stream"][0].index("Exams, closed")
    assert found["By stream"][-1][closed : closed + 2] == [1, 0]
    header, *lines = csv.reader(io.StringIO(comma.decode("utf-8-sig")))
    assert [line[header.index("Exams, closed")] for line in lines] == ["1", "1"]
    assert (told["Closed figure, exams"], told["Changes since closing, exams"]) == ("1", "0")


@pytest.mark.parametrize("name", ["reception", "sonographer", "admin"])
def test_tables_of_the_department_are_the_heads(client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    for path in ("/volume/explore.csv", "/volume/explore.xlsx", "/volume/stretch.xlsx"):
        assert client.get(path).status_code == 403
