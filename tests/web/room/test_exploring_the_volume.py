"""The head crosses any two keys: the address holds the whole question, each figure leads to as many rows."""

import re
from html import unescape

import pytest

from tests.support.cast import ClientOf
from tests.web.desk.hands import Hands
from tests.web.room.test_reading_the_volume import enter, some_exams

pytestmark = pytest.mark.engines("sqlite")

SPAN = "from=2025-01-01&to=2026-11-30"


def figures(page: str) -> list[tuple[int, str]]:
    """Every figure of the table with the list behind it."""
    body = re.search(r'<table[^>]*id="cross">(.*?)</table>', page, re.DOTALL)[1]
    found = re.findall(r'data-value="([\d.]+)"><a href="([^"]+)"', body)
    return [(int(value), unescape(href)) for value, href in found]


def rows_behind(client: object, href: str) -> int:
    page = client.get(href).text  # type: ignore[attr-defined]
    return len(re.findall(r'<a href="/exams/\d+" data-row', page))


@pytest.mark.parametrize("pair", [
    ("month", "stream"), ("week", "exam_type"), ("quarter", "device"), ("year", "operator"),
    ("day", "title"), ("part_of_day", "stream"), ("device", "operator"), ("title", ""),
])  # fmt: skip
def test_each_figure_leads_to_as_many_rows(
    client_of: ClientOf, hands: Hands, pair: tuple[str, str]
) -> None:
    some_exams(hands)
    head = client_of("head")
    page = head.get(f"/volume/explore?rows={pair[0]}&columns={pair[1]}&{SPAN}").text
    found = figures(page)
    assert found[-1][0] == 5
    for value, href in found:
        assert rows_behind(head, href) == value, href


def test_filters_of_several_values_go_on_to_the_rows(client_of: ClientOf, hands: Hands) -> None:
    some_exams(hands)
    head = client_of("head")
    chosen = "stream=outpatient&stream=cadre_ward&exam_type=cardiac"
    page = head.get(f"/volume/explore?rows=device&columns=stream&{chosen}&{SPAN}").text
    found = figures(page)
    assert found[-1][0] == 2
    assert [rows_behind(head, href) for _, href in found] == [value for value, _ in found]
    assert page.count('type="checkbox"') > page.count(" checked>") == 3


def test_minutes_say_what_share_they_leave_out(client_of: ClientOf, hands: Hands) -> None:
    enter(hands)
    page = client_of("head").get(f"/volume/explore?rows=month&measure=minutes&{SPAN}").text
    assert figures(page)[-1][0] == 0
    assert "of 0 of 1 exams; 100% were entered later or brought in" in page


def test_both_languages_name_what_is_counted(client_of: ClientOf, hands: Hands) -> None:
    enter(hands)
    head = client_of("head")
    assert "Exams (number) by Month and Stream" in head.get(f"/volume/explore?{SPAN}").text
    head.set_cookie("lang", "zh")
    assert "按月份和患者来源" in head.get(f"/volume/explore?{SPAN}").text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("rows=patient", 422),
        ("rows=month&columns=month", 422),
        ("measure=smiles", 422),
        ("from=2026-11-02&to=2026-11-01", 422),
        ("from=1999-01-01", 422),
        ("", 200),
        ("stream=nowhere", 200),
    ],
)
def test_what_cannot_be_shown_is_refused(client_of: ClientOf, asked: str, status: int) -> None:
    assert client_of("head").get(f"/volume/explore?{asked}").status_code == status


def test_figures_of_everybody_are_the_heads(client_of: ClientOf) -> None:
    for name in ("reception", "sonographer", "admin"):
        assert client_of(name).get("/volume/explore").status_code == 403
