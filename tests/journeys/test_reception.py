"""Reception: a patient is booked by keyboard, gets a slip, comes, asks for another time, stays away."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go, go_by_key
from tests.support.live import Hospital, Words
from tests.support.trial_day import KNOWN

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]


def test_a_known_patient_is_booked_by_keyboard_in_four_decisions(
    words: Words, sign_in: SignIn
) -> None:
    # given: reception at the board, a patient in front of the desk, hands on the keys
    page = sign_in("reception")
    expect(page.get_by_role("heading", level=1, name=words("Board"))).to_be_visible()
    go_by_key("F2", page)
    expect(page.locator("[data-search]")).to_be_focused()

    # when: who (by initials), what, whence (as usual: it is chosen already), when
    page.keyboard.type("oyrl")
    go_by_key("Enter", page)
    expect(page.locator(".patient-card")).to_contain_text(KNOWN.name)
    expect(page.locator("#exam_type :focus")).to_have_count(1)
    press_digit_of(page, "superficial")
    expect(page.locator("#openings .opening").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#openings .opening").first).to_be_focused()
    go_by_key("1", page)

    # then: it is booked, and the slip says it in the patient's words
    expect(page.locator("#messages")).to_contain_text("US")
    expect(page.locator(".booking-head")).to_contain_text(KNOWN.name)
    expect(page.locator(".booking-head")).to_contain_text(words("Booked"))
    go_by_key("F8", page)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        words("Appointment for an ultrasound exam")
    )
    expect(page.locator(".slip")).to_contain_text(KNOWN.name)


def test_a_booked_patient_comes_asks_for_another_time_and_leaves(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: a patient booked for today
    page = sign_in("reception")
    book(page)
    head = page.locator(".booking-head")
    first_time = head.locator(".booking-time").inner_text()

    # when the patient comes, and it was somebody else
    go_by_key("F4", page)
    expect(head).to_contain_text(words("Arrived"))
    press(page, words("Undo the check-in"))
    expect(head).to_contain_text(words("Booked"))

    # and asks for another time
    go_by_key("F6", page)
    expect(page.locator("#openings .opening").nth(2)).to_be_visible()
    go(page.locator("#openings .opening").nth(2))
    expect(page.locator("#messages")).to_contain_text(words("Moved. The old time is free again."))
    assert head.locator(".booking-time").inner_text() != first_time

    # and then calls the whole thing off
    page.get_by_role("link", name=words("Cancel"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words("Reason")).fill(words("The patient asked for it"))
    go(dialog.get_by_role("button", name=words("Cancel the booking")))

    # then: it is cancelled, the steps are on record, and it can be taken back
    expect(head).to_contain_text(words("Cancelled"))
    expect(page.get_by_role("table")).to_contain_text(words("The patient asked for it"))
    press(page, words("Undo the cancellation"))
    expect(head).to_contain_text(words("Booked"))


def test_a_new_patient_without_a_number_is_added_booked_and_checked_in_at_once(
    words: Words, sign_in: SignIn
) -> None:
    # given: somebody nobody knows
    page = sign_in("reception")
    page.goto(page.url.replace("/board", "/book"))

    # when: reception types what the patient says
    page.get_by_label(words("Name"), exact=True).fill("司徒新来")
    page.get_by_label(words("Birth date")).fill("1990-02-28")
    page.get_by_label(words("Male"), exact=True).check()
    press(page, words("Add and go on"))
    expect(page.locator(".patient-card")).to_contain_text(words("Temporary number"))
    choose(page, "superficial", "outpatient")
    page.get_by_label(words("The patient is here: check in at once")).check()
    go(page.locator("#openings .opening").first)

    # then: the patient waits
    expect(page.locator(".booking-head")).to_contain_text(words("Arrived"))


def book(page: Page) -> None:
    """Book the known patient for the first opening there is."""
    go_by_key("F2", page)
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("oyrl")
    go_by_key("Enter", page)
    expect(page.locator(".patient-card")).to_contain_text(KNOWN.name)
    choose(page, "superficial", "outpatient")
    go(page.locator("#openings .opening").first)
    expect(page.locator(".booking-head")).to_be_visible()


def choose(page: Page, exam_type: str, stream: str) -> None:
    """The exam type last: no opening is there before both are chosen."""
    page.locator(f"input[type=radio][name=stream][value={stream}]").check(force=True)
    page.locator(f"input[type=radio][name=exam_type][value={exam_type}]").check(force=True)
    expect(page.locator("#openings .opening").first).to_be_visible()


def press_digit_of(page: Page, exam_type: str) -> None:
    digit = page.locator(f"input[type=radio][name=exam_type][value={exam_type}]").get_attribute(
        "data-digit"
    )
    assert digit
    page.keyboard.press(digit)


def press(page: Page, name: str) -> None:
    go(page.get_by_role("button", name=name, exact=True))
