"""The head's figures: today against plan, the year against its target, tables whose numbers lead to their rows."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from tests.support.cast import ClientOf
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tracker import clock
from tracker.services.exams import ExamEntry, enter_exam_later

pytestmark = pytest.mark.engines("sqlite")

TABLES = ("stream", "exam_type", "device", "operator")


def enter(hands: Hands, day: int = 0, **changes: object) -> None:
    """An exam of M00001 at 06:00 of the `day`-th day from Monday, entered later."""
    plain = {"exam_type": "abdominal", "stream": "outpatient", "device": "US01", "operator": "D01"}
    entry = ExamEntry(
        patient="M00001",
        started_at=at(6, day=day),
        ended_at=at(6, 10, day=day),
        **{**plain, **changes},  # type: ignore[arg-type]
    )
    with hands.app.app_context():
        enter_exam_later(entry, by=account_id("sonographer"), now=at(7))


def some_exams(hands: Hands) -> None:
    enter(hands)
    enter(hands, exam_type="cardiac", device="US04", operator="D02", stream="cadre_ward")
    enter(hands, day=-3, exam_type="cardiac", device="US04", parts=2)
    enter(hands, day=-40)
    enter(hands, day=-350)  # of last year


def table(page: str, key: str) -> dict[str, tuple[int, str]]:
    """The rows of a table: name → exams and the list behind them; the total under its own name."""
    body = re.search(rf'<table[^>]*id="{key}">(.*?)</table>', page, re.DOTALL)[1]
    rows = re.findall(
        r'<th scope="row">([^<]+)</th>\s*<td class="number"[^>]*><a href="([^"]+)"[^>]*>([\d,]+)</a>',
        body,
    )
    return {name: (int(exams.replace(",", "")), unescape(href)) for name, href, exams in rows}


def rows_behind(client: object, href: str) -> int:
    page = client.get(href).text  # type: ignore[attr-defined]
    return len(re.findall(r'<a href="/exams/\d+" data-row', page))


def figure(page: str, label: str) -> str:
    found = re.search(rf'figure-label">{label}</span>\s*<span class="figure-value">([\d,]+)', page)
    return found[1]


def test_every_number_is_the_length_of_the_list_it_leads_to(
    client_of: ClientOf, hands: Hands
) -> None:
    some_exams(hands)
    with clock.at(at(12)):
        client = client_of("head")
        for stretch in ("", "?from=2026-01-01&to=2026-12-31", "?from=2026-11-20&to=2026-11-20"):
            page = client.get(f"/volume{stretch}").text
            for key in TABLES:
                lines = table(page, f"by-{key}")
                total, href = lines.pop("All")
                assert sum(exams for exams, _href in lines.values()) == total
                assert rows_behind(client, href) == total
                for exams, behind in lines.values():
                    assert rows_behind(client, behind) == exams
        months = table(client.get("/volume").text, "months")
    assert {name: exams for name, (exams, _href) in months.items()} == {
        "October 2026": 1,
        "November 2026": 3,
    }


def test_today_this_month_this_year(client_of: ClientOf, hands: Hands) -> None:
    some_exams(hands)
    hands.book(at(15))
    hands.cancel(hands.book(at(16), patient="M00002"))
    with clock.at(at(12)):
        page = client_of("head").get("/volume").text
    assert [figure(page, name) for name in ("Today", "This month", "This year")] == ["2", "3", "4"]
    assert "of 1 planned today" in page
    assert "of 190,000" in page
    assert "219 of 248 working days, through 22 Nov 2026" in page
    assert figure(page, "Behind the plan") == f"{int(190_000 * 219 / 248) - 2:,}"
    assert "plan line: 766" in page


def test_todays_figures_are_asked_for_again_while_the_page_is_open(
    client_of: ClientOf, hands: Hands, counted: Callable[..., object]
) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        page = client.get("/volume").text
        assert 'id="now" hx-get="/volume" hx-trigger="every' in page
        some_exams(hands)
        with counted() as statements:  # type: ignore[attr-defined]
            part = client.get("/volume", headers={"HX-Request": "true"}).text
        with counted() as of_all:  # type: ignore[attr-defined]
            client.get("/volume")
    assert figure(page, "Today") == "0"
    assert figure(part, "Today") == "2"
    assert len(statements) < len(of_all) / 2  # the tables are not read for it
    assert part.lstrip().startswith("<div")
    assert "<table" not in part


def test_the_months_plan_adds_up_to_the_target(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(12)):
        page = client_of("head").get("/volume").text
    body = re.search(r'id="months">(.*?)</table>', page, re.DOTALL)[1]
    plan = [int(value) for value in re.findall(r'data-value="(\d+)"', body)[1::2]]
    assert (len(plan), sum(plan)) == (12, 190_000)


def test_the_points_are_those_of_the_rows(client_of: ClientOf, hands: Hands) -> None:
    enter(hands, exam_type="cardiac", parts=2)  # 1.6 and half of it
    with clock.at(at(12)):
        page = client_of("head").get("/volume").text
    assert re.search(r'data-label="Points">2\.4<', page)


def test_a_doctor_is_led_to_the_own_figures_alone(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(12)):
        client = client_of("sonographer")
        assert client.get("/volume").status_code == 403
        assert client.get("/volume/mine").location == "/volume/staff?doctor=D01"
        assert "no member of staff" in client_of("head").get("/volume/mine").text


@pytest.mark.parametrize("who", ["reception", "admin"])
def test_nobody_else_sees_figures(client_of: ClientOf, who: str) -> None:
    with clock.at(at(12)):
        client = client_of(who)
        assert client.get("/volume").status_code == 403
        assert client.get("/volume/mine").status_code == 403


def test_days_without_exams_say_so(client_of: ClientOf) -> None:
    with clock.at(at(12)):
        client = client_of("head")
        assert "No exams in these days" in client.get("/volume?from=2025-01-01&to=2025-01-02").text
        for wrong in ("from=x", "from=2026-02-01&to=2026-01-01", "from=2001-01-01&to=2026-01-01"):
            assert client.get(f"/volume?{wrong}").status_code == 422


def test_many_exams_cost_as_many_statements_as_none(
    client_of: ClientOf, hands: Hands, counted: Callable[..., object]
) -> None:
    def cost() -> int:
        with counted() as statements:  # type: ignore[attr-defined]
            client.get("/volume?from=2026-01-01&to=2026-12-31")
        return len(statements)

    with clock.at(at(12)):
        client = client_of("head")
        client.get("/volume")
        none = cost()
        some_exams(hands)
        assert cost() == none
