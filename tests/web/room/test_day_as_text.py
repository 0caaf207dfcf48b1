"""The day as five lines of text on the head's page, in both languages."""

import re
from datetime import date
from html import unescape

import pytest

from tests.support.cast import ClientOf
from tests.support.department import account_id, at
from tests.web.desk.hands import Hands
from tests.web.room.test_closing_months import close
from tests.web.room.test_reading_the_volume import enter
from tracker import clock
from tracker.services.targets import set_targets

pytestmark = pytest.mark.engines("sqlite")


def lines(client: object) -> list[str]:
    page = client.get("/volume").text  # type: ignore[attr-defined]
    return unescape(re.search(r'id="day-text"[^>]*>([^<]*)<', page)[1]).splitlines()


def test_five_lines(client_of: ClientOf, hands: Hands) -> None:
    enter(hands)
    enter(hands, exam_type="cardiac", device="US04", operator="D02", stream="cadre_ward")
    enter(hands, day=-30)
    hands.book(at(10), device="US07")
    hands.close("US07", at(9), at(18), now=at(8))
    with hands.app.app_context():
        set_targets(2026, {None: 2480}, by=account_id("head"), now=at(8))
    with clock.at(at(12)):
        client = client_of("head")
        told = lines(client)
        client.set_cookie("lang", "zh")
        in_chinese = lines(client)
    assert len(told) == len(in_chinese) == 5
    assert re.fullmatch(r"Mon 23 Nov 2026: 2 exams \(\d+% of the \d+ planned\)", told[0])
    assert told[1] == "By stream: Outpatient 1, Cadre ward 1"
    assert re.fullmatch(
        r"Year through Sun 22 Nov 2026: 1 exams, [\d,]+ behind the plan \([\d.]+ working days\)",
        told[2],
    )
    assert told[3:] == ["Machines down: US07", "Still to settle: 1"]
    assert in_chinese[1] == "按来源：门诊 1，干部病房 1"
    assert in_chinese[3:] == ["停用设备：US07", "待处理：1"]


def test_a_year_without_a_target_says_so(client_of: ClientOf, hands: Hands) -> None:
    with hands.app.app_context():
        set_targets(2026, {None: None}, by=account_id("head"), now=at(8))
    with clock.at(at(12)):
        told = lines(client_of("head"))
    assert told[0] == "Mon 23 Nov 2026: 0 exams (no target for this year)"
    assert told[2] == "Year through Sun 22 Nov 2026: 0 exams; no target is set"
    assert told[3] == "Machines down: none"


def test_own_figures_have_no_department_in_them(client_of: ClientOf) -> None:
    with clock.at(at(12)):
        assert "day-text" not in client_of("sonographer").get("/volume/mine").text


def test_a_closed_month_shows_three_figures_where_it_is_shown_whole(
    client_of: ClientOf, hands: Hands
) -> None:
    enter(hands, day=-30)
    close(hands, date(2026, 10, 1))
    with clock.at(at(12)):
        client = client_of("head")
        whole = client.get("/volume?from=2026-10-01&to=2026-10-31").text
        part = client.get("/volume?from=2026-10-01&to=2026-10-30").text
    told = "Closed: 1 exams, changes since 0, present 1."
    assert told in whole
    assert told not in part
