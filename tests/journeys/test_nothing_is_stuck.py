"""Nothing is stuck, nothing is lost: each way back and around of a day, by those who take it, mostly by keyboard."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go_by_key
from tests.journeys.looking import look_at
from tests.support.cast import PASSWORD
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, account_id, at
from tests.support.live import Hospital, Words
from tests.web.desk.hands import Hands
from tracker.services.accounts import reset_password

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

CHINESE = pytest.mark.parametrize("words", ["zh"], indirect=True)
ENGLISH = pytest.mark.parametrize("words", ["en"], indirect=True)


def _fill() -> None:
    """The people of these journeys can sign in."""
    for name in ("reception", "sonographer", "head"):
        reset_password(account_id(name), password=PASSWORD, by=account_id("admin"), now=at(7))


SIGNING_IN = Template("signing_in", _fill, base=DEPARTMENT)


@pytest.fixture
def template() -> Template:
    return SIGNING_IN


@pytest.fixture
def hands(app: Flask) -> Hands:
    return Hands(app)


@CHINESE
def test_a_finish_is_undone_by_one_press_and_made_again(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: an exam that was finished while the patient still lay there
    booking = hands.book(at(9))
    hands.arrive(booking, at(8, 55))
    hands.start(booking, at(9))
    hospital.now = at(9, 4)
    page = worklist(sign_in, hospital, "US01")
    running, row = page.locator("#running"), page.locator(f"#row-{booking}")
    go_by_key("F8", page)
    told(page, words("The exam is finished and counted."))
    first = row.locator("a[href^='/exams/']").inner_text()

    # when: two minutes later the list says what the press changes and how long it is enough
    hospital.wait(minutes=2)
    page.reload()
    undoing = (
        "Undoing the finish: exam %(number)s is voided and counts nothing; it is in progress again."
    )
    expect(row).to_contain_text(words(undoing, number=first))
    look_at(page)
    press(row, words("Undo the finish (%(minutes)s min left)", minutes=8))

    # then: the exam goes on, is finished again, and counts once under a new number
    told(page, words("The exam is voided; it is in progress again."))
    expect(running).to_contain_text("病人1")
    hospital.wait(minutes=3)
    go_by_key("F8", page)
    told(page, words("The exam is finished and counted."))
    assert row.locator("a[href^='/exams/']").inner_text() != first
    page.goto(f"{hospital.address}/volume/mine")
    expect(page.locator("a.figure-card .figure-value").first).to_have_text(f"1 {words('exams')}")


@ENGLISH
def test_a_cancelled_booking_is_taken_back_while_its_time_is_free(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: a booking cancelled by a slip of the hand
    booking = hands.book(at(10))
    hospital.now = at(9)
    page = sign_in("reception")
    page.goto(f"{hospital.address}/bookings/{booking}")
    head = page.locator(".booking-head")
    ask(head, words("Cancel"))
    expect(page.get_by_role("dialog").get_by_label(words("Reason"))).to_be_focused()
    page.keyboard.type("wrong patient clicked")
    go_by_key("Enter", page)
    expect(head).to_contain_text(words("Cancelled"))

    # when: the page says that the time is still free, and one press takes it back
    undoing = "Undoing the cancellation: booked again at the same time, which is still free."
    expect(head).to_contain_text(words(undoing))
    look_at(page)
    press(head, words("Undo the cancellation"))
    expect(head).to_contain_text(words("Booked"))

    # then: once somebody else has the time, the page says why there is no way back, and of another
    hands.cancel(booking, now=at(9, 1))
    hands.book(at(10), patient="M00002", now=at(9, 1))
    page.reload()
    expect(head).to_contain_text(words("The cancellation cannot be undone:"))
    expect(page.get_by_role("button", name=words("Undo the cancellation"))).to_have_count(0)


@CHINESE
def test_the_wrong_patient_of_a_running_exam_is_replaced_in_one_step(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: the machine's list says that patient 1 is being examined; it is somebody else
    hands.add_patient("李小满", mrn="L100")
    booking = hands.book(at(9))
    hands.arrive(booking, at(8, 55))
    hands.start(booking, at(9))
    hospital.now = at(9, 3)
    page = worklist(sign_in, hospital, "US01")
    running = page.locator("#running")
    expect(running).to_contain_text("M00001")

    # when: the right one is found by number, shown beside the wrong one, and takes over with a reason
    follow(running, words("Wrong patient"))
    find(page, "L100")
    expect(page.get_by_role("table")).to_contain_text("M00001")
    expect(page.get_by_role("table")).to_contain_text("L100")
    look_at(page)
    page.get_by_label(words("Reason")).focus()
    page.keyboard.type(words("Called by the wrong name"))
    go_by_key("F4", page)

    # then: the exam runs on for the right one, and is counted for nobody else
    told(page, words("Handed to the right patient."))
    expect(running).to_contain_text("L100")
    expect(running).not_to_contain_text("M00001")
    go_by_key("F8", page)
    told(page, words("The exam is finished and counted."))
    page.goto(f"{hospital.address}/exams?device=US01")
    expect(page.locator("tbody [data-row]")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("李小满")


@pytest.mark.engines("sqlite", "postgresql")
@CHINESE
def test_the_time_of_a_no_show_is_given_to_somebody_who_is_here(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: one patient was to be there at nine, and another one is there
    hands.add_patient("李小满", mrn="L200")
    late = hands.book(at(9))
    hospital.now = at(9, 1)
    page = sign_in("reception")
    page.goto(f"{hospital.address}/bookings/{late}")
    head = page.locator(".booking-head")

    # when: reception notes the no-show by hand
    press(head, words("Did not come"))

    # then: what is left of the time is named, and booked in a few keys
    expect(head).to_contain_text(words("No-show"))
    look_at(page)
    follow(page.locator("#messages"), words("Book this time"))
    find(page, "L200")
    page.get_by_label(words("The patient is here: check in at once")).check()
    opening = page.locator("#openings .opening").first
    assert opening.get_attribute("value") == "US01@2026-11-23T09:01"
    go_by_key("Enter", opening)
    expect(head).to_contain_text(words("Arrived"))
    expect(head.locator(".booking-time")).to_contain_text("09:01")


@CHINESE
def test_a_late_patient_is_squeezed_in_and_seen_as_added(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: a patient whose time was given to another one, who is being examined
    hands.add_patient("赵迟到", mrn="L100")
    hands.no_show(hands.book(at(9), patient="L100"), at(9, 1))
    other = hands.book(at(9, 1), patient="M00002", now=at(9, 1))
    hands.arrive(other, at(9, 1))
    hands.start(other, at(9, 1))
    hospital.now = at(9, 3)
    page = worklist(sign_in, hospital, "US01")

    # when: the late one stands in the door, and is added with a reason
    follow(page.locator("main"), words("Add (beyond the plan)"))
    find(page, "L100")
    page.locator("input[name=exam_type][value=superficial]").check(force=True)
    page.locator("input[type=radio][name=stream][value=outpatient]").check(force=True)
    page.get_by_label(words("Reason")).fill("迟到，原号已给他人")
    page.get_by_label(words("The patient is here: check in at once")).check()
    look_at(page)
    go_by_key("F4", page)

    # then: list and board say so, and the turn comes
    told(page, words("The patient is added beyond the plan."))
    added = page.get_by_role("row").filter(has_text="赵迟到").filter(has_text=words("Added"))
    expect(added).to_have_count(1)
    page.goto(f"{hospital.address}/board")
    expect(page.locator("#device-US01 .board-next")).to_contain_text(words("Added"))
    page.goto(f"{hospital.address}/worklist?device=US01")
    go_by_key("F4", page)
    expect(page.locator("#running")).to_contain_text("赵迟到")


@ENGLISH
def test_a_late_patient_returns_to_the_next_opening(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: a no-show whose time is somebody else's by now
    late = hands.book(at(9))
    hands.no_show(late, at(9, 2))
    hands.book(at(9, 2), patient="M00002", now=at(9, 2))
    hospital.now = at(9, 20)
    page = sign_in("reception")
    page.goto(f"{hospital.address}/bookings/{late}")
    head = page.locator(".booking-head")

    # when: the patient stands at the desk
    press(head, words("Came after all: next opening today"))

    # then: the same booking has a time that lies ahead, and the patient waits
    told(page, words("Checked in at the next opening of today."))
    expect(head).to_contain_text(words("Arrived"))
    assert head.locator(".booking-time b").inner_text() >= "09:20"


@CHINESE
def test_a_doctor_takes_a_machine_over_in_the_middle_of_the_block(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: at half past nine another doctor comes to a machine whose exams are not all that doctor's
    booking = hands.book(at(10), "US06", exam_type="musculoskeletal")
    hospital.now = at(9, 30)
    page = worklist(sign_in, hospital, "US06")

    # when: the page shows what it means, and asks for a reason
    follow(page.locator("main"), words("Take over this machine"))
    plan = page.locator("#plan")
    expect(plan).to_contain_text("09:30–12:00")
    expect(plan.locator(".reasons")).to_contain_text("肌骨")
    look_at(page)
    expect(plan.get_by_label(words("Reason"))).to_be_focused()
    go_by_key("F4", page)
    expect(plan.locator(".form-error")).to_be_visible()
    expect(plan.get_by_label(words("Reason"))).to_be_focused()
    page.keyboard.type("同事去急诊")
    go_by_key("F4", page)

    # then: the list names both, and the booking has come along with the reason
    told(page, words("The machine is taken over. Those who are still to be examined come along."))
    expect(page.locator("main")).to_contain_text("09:30–12:00 沈维钧")
    page.goto(f"{hospital.address}/bookings/{booking}")
    expect(page.locator(".booking-head")).to_contain_text("沈维钧")
    expect(page.get_by_role("table")).to_contain_text("同事去急诊")


@CHINESE
def test_a_patient_who_waits_is_sent_to_another_machine(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: a patient waits at a machine that has stopped moving
    booking = hands.book(at(9), "US06", exam_type="musculoskeletal")
    hands.arrive(booking, at(8, 50))
    hospital.now = at(9, 2)
    page = worklist(sign_in, hospital, "US06")
    row = page.locator(f"#row-{booking}")

    # when: the machine with the least wait is a press away
    follow(row, words("Send to another machine"))
    first = page.locator("main [data-row]").first
    expect(first).to_be_focused()
    other = (first.get_attribute("value") or "")[:4]
    look_at(page)
    go_by_key("Enter", page)

    # then: here the patient waits elsewhere, there it is the patient's turn
    expect(page.locator("#messages")).to_contain_text(other)
    expect(row.locator(f"td[data-label='{words('Machine')}']")).to_contain_text(other)
    page.goto(f"{hospital.address}/worklist?device={other}")
    expect(row).to_contain_text("病人1")
    go_by_key("F2", page)
    expect(page.locator("#running")).to_contain_text("病人1")


@ENGLISH
def test_a_temporary_record_is_merged_into_the_one_with_its_number(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: somebody came without a card, and is known under a number
    true = hands.add_patient("李小满", mrn="L100")
    temporary = hands.add_patient("李小满")
    booking = hands.book(at(10), patient=temporary)
    hospital.now = at(9)
    page = sign_in("reception")
    page.goto(f"{hospital.address}/patients/{temporary}")

    # when: the number of the card is entered, the page leads to both records and what would change
    follow(page.locator("main"), words("Enter the true number"))
    page.get_by_label(words("Medical record number")).fill("L100")
    press(page.locator("main"), words("Save"))
    follow(page.locator("main"), words("If this is the same patient, look at both records"))
    expect(page.get_by_role("table")).to_contain_text("L100")
    look_at(page)
    expect(page.get_by_label(words("Reason"))).to_be_focused()
    page.keyboard.type(words("The patient brought the card"))
    go_by_key("F4", page)

    # then: the booking is the true record's, and the old number finds that one
    told(page, words("Everything is given to this record."))
    assert page.url.endswith(f"/patients/{true}")
    expect(page.locator(f"a[href='/bookings/{booking}']")).to_be_visible()
    page.goto(f"{hospital.address}/patients/{temporary}")
    expect(page.locator("main")).to_contain_text("L100")


@ENGLISH
def test_what_yesterday_left_open_is_settled_until_the_list_is_empty(
    hospital: Hospital, hands: Hands, words: Words, sign_in: SignIn
) -> None:
    # given: an exam that nobody finished, two patients still here on paper, one booked on a closed machine
    running, left, returned = (
        hands.book(at(9, 10 * number), "US05", patient=f"M0000{number}") for number in (1, 2, 3)
    )
    for booking in (running, left, returned):
        hands.arrive(booking, at(9))
    hands.start(running, at(9, 10))
    flagged = hands.book(at(9, day=1), "US07", patient="M00004")
    hands.close("US07", at(8, day=1), at(12, day=1), now=at(16))
    hospital.now = at(7, 40, day=1)
    page = sign_in("reception")
    go_by_key("Enter", page.locator("#site-nav a[href='/settle']"))
    count = page.locator(".site-count")
    expect(count).to_have_text("4")
    look_at(page)

    # when: the exam gets its end, one patient has left, two get another time
    follow(row_of(page, running), words("Examined at …"))
    expect(page.get_by_label(words("Start"), exact=True)).to_have_value("09:10")
    page.get_by_label(words("End"), exact=True).fill("09:18")
    go_by_key("F4", page)
    expect(count).to_have_text("3")
    ask(row_of(page, left), words("Left without exam"))
    expect(page.get_by_role("dialog").get_by_label(words("Reason"))).to_be_focused()
    page.keyboard.type(words("Left without waiting"))
    go_by_key("Enter", page)
    expect(count).to_have_text("2")
    for booking in (returned, flagged):
        page.goto(f"{hospital.address}/settle")
        follow(row_of(page, booking), words("Move"))
        go_by_key("Enter", page.locator("#openings .opening").first)
        told(page, words("Moved. The old time is free again."))

    # then: nothing is left, and the exam took its eight minutes
    expect(count).to_have_count(0)
    page.goto(f"{hospital.address}/settle")
    expect(page.locator("main")).to_contain_text(words("Everything is settled"))
    head = sign_in("head")
    head.goto(f"{hospital.address}/exams?from=2026-11-23&to=2026-11-23")
    expect(head.locator("tbody [data-row]")).to_have_count(1)
    expect(head.locator("tbody")).to_contain_text("09:10–09:18")


def row_of(page: Page, booking: int) -> Locator:
    """The row of a list that leads to a booking."""
    return page.get_by_role("row").filter(has=page.locator(f"a[href='/bookings/{booking}']"))


def worklist(sign_in: SignIn, hospital: Hospital, device: str) -> Page:
    """The sonographer at a machine's list."""
    page = sign_in("sonographer")
    page.goto(f"{hospital.address}/worklist?device={device}")
    return page


def find(page: Page, number: str) -> None:
    """Scan a card into the search that has the cursor: the only one found is taken at once."""
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type(number)
    go_by_key("Enter", page)
    expect(page).to_have_url(re.compile(r"[?&]patient=\d+"))


def press(part: Locator, name: str) -> None:
    go_by_key("Enter", part.get_by_role("button", name=name))


def follow(part: Locator, name: str) -> None:
    go_by_key("Enter", part.get_by_role("link", name=name))


def ask(part: Locator, name: str) -> None:
    part.get_by_role("link", name=name).press("Enter")  # its page opens in a dialog over this one


def told(page: Page, text: str) -> None:
    expect(page.locator("#messages")).to_contain_text(text)
