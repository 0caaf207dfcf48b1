"""The desk at eight in the morning: a slip by one key, another exam behind the first, a search left with a reason."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go_by_key
from tests.support.live import Words
from tests.support.trial_day import KNOWN

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

COUNT_PRINTS = "window.prints = 0; window.print = () => { window.prints += 1; };"


def test_two_exams_are_booked_behind_each_other_and_each_slip_is_one_key(
    words: Words, sign_in: SignIn
) -> None:
    # given: a patient at the desk who needs two exams, hands on the keys
    page = sign_in("reception")
    page.add_init_script(COUNT_PRINTS)
    find_known(page)
    choose(page, "superficial")
    go_by_key("Enter", page.locator("#openings .opening").first)
    expect(page.locator(".booking-head")).to_contain_text(words("Booked"))

    # when: one key for the slip
    go_by_key("F8", page)

    # then: it is on paper already, and says what the patient needs
    expect(page.locator(".slip")).to_contain_text(KNOWN.name)
    expect(page.locator(".slip-barcode")).to_be_visible()
    page.wait_for_function("window.prints === 1")
    expect(page).not_to_have_url(re.compile("#print$"))

    # when: one key for the other exam
    go_by_key("F7", page)
    choose(page, "superficial")

    # then: patient and stream are known, and the first machine is the first choice
    expect(page.locator(".patient-card")).to_contain_text(KNOWN.name)
    device = page.locator(".follows").inner_text()
    where = page.locator("#openings .opening-where").first.inner_text()
    assert where.split()[0] in device
    go_by_key("Enter", page.locator("#openings .opening").first)
    expect(page.locator(".booking-head")).to_contain_text(words("Booked"))


def test_a_search_is_left_with_one_key_or_two(words: Words, sign_in: SignIn) -> None:
    # given: somebody on the phone asks for a time, and none will do
    page = sign_in("reception")
    go_by_key("F2", page)
    expect(page.locator("[data-search]")).to_be_focused()
    choose(page, "superficial")

    # when: on to the next one, the page asks why, and a digit answers
    page.keyboard.press("F2")
    expect(page.locator("#leave :focus")).to_have_count(1)
    go_by_key("2", page)

    # then: it is noted and the page is clear
    expect(page.locator("#messages")).to_contain_text(
        words("Noted as unmet demand. The next patient, please.")
    )
    expect(page.locator("#openings")).to_have_count(0)
    expect(page.locator("[data-search]")).to_be_focused()

    # and for the next search the same key twice says nothing
    choose(page, "vascular")
    page.keyboard.press("F2")
    expect(page.locator("#leave :focus")).to_have_count(1)
    go_by_key("F2", page)
    expect(page.locator("#openings")).to_have_count(0)

    # and the head has both in the list
    head = sign_in("head")
    head.goto(page.url.replace("/book", "/unmet-demand"))
    expect(head.locator("#counts tfoot .number")).to_have_text(["0", "1", "0", "1", "2"])


def find_known(page: Page) -> None:
    go_by_key("F2", page)
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("oyrl")
    go_by_key("Enter", page)
    expect(page.locator(".patient-card")).to_contain_text(KNOWN.name)


def choose(page: Page, exam_type: str) -> None:
    page.locator(f"input[type=radio][name=exam_type][value={exam_type}]").check(force=True)
    expect(page.locator("#openings .opening").first).to_be_visible()
