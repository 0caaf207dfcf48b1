"""A sonographer between two patients: finish and start, take back, receive, add, enter afterwards."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.examples import busy_device
from tests.journeys.going import go, go_by_key
from tests.support.live import Hospital, Words
from tests.support.trial_day import KNOWN

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]


@pytest.fixture
def machine(app: Flask) -> str:
    """A machine at which somebody is examined while others wait."""
    with app.app_context():
        return busy_device()


@pytest.fixture
def worklist(hospital: Hospital, sign_in: SignIn, machine: str) -> Page:
    """The sonographer at that machine's list."""
    page = sign_in("sonographer")
    page.goto(f"{hospital.address}/worklist?device={machine}")
    return page


def test_one_patient_after_the_other(hospital: Hospital, words: Words, worklist: Page) -> None:
    # given: somebody is being examined, and somebody waits
    running, waiting = worklist.locator("#running"), first_waiting(worklist)
    expect(running).to_contain_text(words("In progress"))

    # when the exam is over, one press finishes it and starts the next
    hospital.wait(minutes=5)
    go_by_key("F4", worklist)
    told(worklist, words("The exam is finished and counted; the next one has started."))
    expect(running).to_contain_text(waiting)

    # when that was too early, the start is taken back and made again
    go(running.get_by_role("button", name=words("Undo the start")))
    told(worklist, words("The start is taken back; the patient waits again."))
    expect(running).to_have_count(0)
    go_by_key("F2", worklist)
    expect(running).to_contain_text(waiting)

    # when it was finished by mistake some time ago, the exam is voided with a reason and goes on
    hospital.wait(minutes=4)
    go_by_key("F8", worklist)
    told(worklist, words("The exam is finished and counted."))
    hospital.wait(minutes=11)
    worklist.reload()
    row = worklist.locator("tr", has_text=waiting)
    row.get_by_role("link", name=words("Undo the finish")).click()
    dialog = worklist.get_by_role("dialog")
    dialog.get_by_label(words("Reason")).fill(words("Finished by mistake"))
    go(dialog.get_by_role("button", name=words("Void the exam and go on examining")))

    # then: the same patient is being examined, and can be booked for a follow-up
    told(worklist, words("The exam is voided; it is in progress again."))
    expect(running).to_contain_text(waiting)
    go(running.get_by_role("link", name=words("Book a follow-up")))
    expect(worklist.locator(".patient-card")).to_contain_text(waiting)


def test_a_patient_without_a_booking_is_received_on_the_free_machine(
    hospital: Hospital, words: Words, worklist: Page
) -> None:
    # given: a machine on which nobody is examined or expected
    worklist.goto(f"{hospital.address}/worklist?device=US03")

    # when: a patient is at the door
    go_by_key("F9", worklist)
    find_known(worklist)
    worklist.locator("input[name=exam_type]").first.check(force=True)
    worklist.locator("input[type=radio][name=stream][value=outpatient]").check(force=True)
    go_by_key("F4", worklist)

    # then: the exam runs
    told(worklist, words("The exam has started."))
    expect(worklist.locator("#running")).to_contain_text(KNOWN.name)


def test_a_patient_is_added_beyond_the_plan(words: Words, worklist: Page) -> None:
    # when: the sonographer adds somebody for a time that suits them, with a reason
    go(worklist.get_by_role("link", name=words("Add (beyond the plan)")))
    find_known(worklist)
    worklist.locator("input[name=exam_type]").first.check(force=True)
    worklist.locator("input[type=radio][name=stream][value=outpatient]").check(force=True)
    worklist.get_by_label(words("Wished time")).fill("11:00")
    worklist.get_by_label(words("Reason")).fill("门诊急查")
    go_by_key("F4", worklist)

    # then: it is shown as added wherever it stands
    told(worklist, words("The patient is added beyond the plan."))
    row = worklist.get_by_role("row").filter(has_text=KNOWN.name)
    expect(row).to_contain_text(words("Added"))


def test_exams_done_on_paper_are_entered_afterwards(
    hospital: Hospital, words: Words, worklist: Page, machine: str
) -> None:
    # given: an exam of this morning that nobody clicked
    go(worklist.get_by_role("link", name=words("Enter exams afterwards")))

    # when: it is typed in, the card being scanned
    row = worklist.locator("fieldset.entry-row").first
    row.get_by_label(words("Patient number")).fill(KNOWN.mrn or "")
    row.get_by_label(words("Exam type")).select_option("abdominal")
    row.get_by_label(words("Stream")).select_option("outpatient")
    row.get_by_label(words("Start"), exact=True).fill("08:05")
    row.get_by_label(words("End"), exact=True).fill("08:15")
    row.get_by_label(words("Exam number")).fill("PAPER1")
    expect(row).to_contain_text(KNOWN.name)
    go_by_key("F4", worklist)

    # then: it stands among the exams of today, marked
    expect(worklist.locator("#messages")).not_to_be_empty()
    worklist.goto(f"{hospital.address}/exams?device={machine}")
    exam = worklist.get_by_role("row").filter(has_text="PAPER1")
    expect(exam).to_contain_text(words("Entered later"))


def first_waiting(page: Page) -> str:
    """The name of the patient whose turn it is."""
    return page.locator("#queue tbody tr th a").first.inner_text()


def find_known(page: Page) -> None:
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type("oyrl")
    go_by_key("Enter", page)
    expect(page.locator("main")).to_contain_text(KNOWN.mrn or "")
    expect(page.locator("input[name=exam_type]").first).to_be_attached()


def told(page: Page, text: str) -> None:
    expect(page.locator("#messages")).to_contain_text(text)
