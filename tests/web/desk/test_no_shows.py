"""A no-show marked by hand: its time is free at once, named, and one click from being booked."""

import html
import re

from tests.support.cast import ClientOf, submit
from tests.support.department import at
from tests.web.desk.hands import Hands
from tracker import clock


def offer(page: str) -> str:
    """The address of the link in the message; "" without one."""
    found = re.search(r'<p class="message message-success">.*?</p>', page, re.DOTALL)
    assert found is not None
    link = re.search(r'href="([^"]+)"', found[0])
    return "" if link is None else html.unescape(link[1])


def missed(client_of: ClientOf, booking: int, **form: object) -> tuple[str, str]:
    """Mark a no-show; the page that follows and, behind its link, the page for booking the time."""
    client = client_of("reception")
    client.set_cookie("lang", "en")
    answer = submit(client, f"/bookings/{booking}/no-show", **form)
    page = client.get(answer.location).text
    link = offer(page)
    return page, client.get(link).text if link else ""


def test_what_is_left_of_the_time_is_offered_on_the_page_one_came_from(
    client_of: ClientOf, hands: Hands
) -> None:
    booking = hands.book(at(9), exam_type="abdominal")
    with clock.at(at(9, 2)):
        page, offered = missed(client_of, booking, next="/bookings?date=2026-11-23")
    assert "09:02–09:10 on US01 is free again" in page
    assert "/book?" in offer(page)
    assert 'value="US01@2026-11-23T09:02"' in offered


def test_time_that_is_over_is_not_offered(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(10)):
        page, offered = missed(client_of, booking)
    assert "Its time is over" in page
    assert offered == ""


def test_the_freed_minute_can_be_booked_by_somebody_else(hands: Hands) -> None:
    hands.no_show(hands.book(at(9)), at(9))
    again = hands.book(at(9, 1), patient="M00002", now=at(9, 1))
    assert hands.look(again).starts_at == at(9, 1)


def test_before_its_start_nobody_is_marked(client_of: ClientOf, hands: Hands) -> None:
    booking = hands.book(at(9))
    with clock.at(at(8, 59, second=59)):
        client = client_of("reception")
        pages = [client.get(path).text for path in (f"/bookings/{booking}", "/bookings")]
        answer = submit(client, f"/bookings/{booking}/no-show")
    assert answer.status_code == 409
    assert not any(f"/bookings/{booking}/no-show" in page for page in pages)
    assert hands.look(booking).status == "booked"
