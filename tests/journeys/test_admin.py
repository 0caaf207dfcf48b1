"""The administrator: a new colleague may sign in, an exam type takes longer, a Saturday is worked."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go
from tests.support.cast import PASSWORD
from tests.support.live import Hospital, Words

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]


def test_a_new_colleague_gets_an_account_and_loses_it(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: somebody new at the desk
    office = sign_in("admin")
    office.goto(f"{hospital.address}/admin/accounts")
    go(office.get_by_role("link", name=words("Add an account")))

    # when: the account is made, it opens the desk and nothing else
    office.get_by_label(words("User name")).fill("xinren")
    office.get_by_label(words("Password")).fill(PASSWORD)
    office.get_by_label(words("Reception"), exact=True).check()
    go(office.get_by_role("button", name=words("Add the account")))
    expect(office.locator("#messages")).to_contain_text("xinren")
    desk = sign_in("xinren")
    expect(desk.get_by_role("heading", level=1)).to_have_text(words("Board"))
    desk.goto(f"{hospital.address}/admin")
    expect(desk.get_by_role("heading", level=1)).to_have_text(words("Not for this account"))

    # when: the person leaves again, then: the browser at the desk is out at once
    office.goto(f"{hospital.address}/admin/accounts")
    go(office.get_by_role("link", name="xinren"))
    office.get_by_label(words("May sign in")).uncheck()
    go(office.get_by_role("button", name=words("Save"), exact=True))
    expect(office.locator("#messages")).not_to_be_empty()
    desk.goto(f"{hospital.address}/board")
    expect(desk.get_by_role("heading", level=1)).to_have_text(words("Sign in"))


def test_an_exam_type_takes_longer_from_now_on(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: superficial exams turn out to need 13 minutes
    office = sign_in("admin")
    office.goto(f"{hospital.address}/admin/exam-types")
    row = office.get_by_role("row").filter(has_text="superficial")
    go(row.get_by_role("link"))
    office.locator("input[name=minutes]").fill("13")
    go(office.get_by_role("button", name=words("Save"), exact=True))
    expect(office.locator("#messages")).not_to_be_empty()

    # then: the desk offers openings of 13 minutes
    desk = sign_in("reception")
    desk.goto(f"{hospital.address}/book?exam_type=superficial&stream=outpatient")
    start, end = desk.locator(".opening-time").first.inner_text().split("–")
    assert minutes_of(end) - minutes_of(start) == 13


def test_a_saturday_is_worked(hospital: Hospital, words: Words, sign_in: SignIn) -> None:
    # given: the department decides to work on a Saturday
    office = sign_in("admin")
    office.goto(f"{hospital.address}/admin/calendar/2026-12-05")

    # when: the day is set by hand
    office.get_by_label(words("Working day"), exact=True).check()
    office.locator("input[name=name]").fill("加班")
    go(office.get_by_role("button", name=words("Save"), exact=True))
    expect(office.locator("#messages")).to_contain_text(words("The day is saved."))

    # then: it is listed, and can be given back to the state
    office.goto(f"{hospital.address}/admin/calendar/2026-12-05")
    expect(office.get_by_label(words("Working day"), exact=True)).to_be_checked()
    go(office.get_by_role("button", name=words("As the state has it")))
    expect(office.locator("#messages")).to_contain_text(
        words("The day is again as the state has it.")
    )


def minutes_of(time: str) -> int:
    hour, minute = time.strip().split(":")
    return int(hour) * 60 + int(minute)
