"""The head plans next week, by hand or from the optimiser's proposal; the plan is published, and reception books on it."""

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import SignIn
from tests.journeys.going import go, go_by_key
from tests.journeys.looking import look_at
from tests.support.live import Hospital, Words
from tracker import clock
from tracker.jobs.proposals import make_those_asked_for
from tracker.jobs.work import forecast

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

WEDNESDAY = {"en": "2 Dec", "zh": "12月2日"}
WEEK = "/plan?week=2026-W49"
BLOCK = "US01.2026-12-02.810"
"""Wednesday afternoon of the week after the trial's Monday: 13:30 to 17:00."""


def test_a_plan_is_corrected_published_and_booked_on(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: the head at next week's plan, which stands on the weekly pattern
    page = sign_in("head")
    page.goto(hospital.address + WEEK)
    look_at(page)
    expect(page.locator(".plan-state")).to_contain_text(words("Published plan."))

    # when: a block is opened by keyboard, its hours are extended and its doctor is taken out
    dialog = opened_block(page)
    dialog.get_by_label(words("Until")).fill("18:30")
    dialog.get_by_label(words("Doctor"), exact=True).select_option("")
    dialog.get_by_role("button", name=words("Save in the draft")).click()

    # then: the dialog says what that breaks, and asks why
    expect(dialog).to_contain_text(words("No doctor is named."))
    look_at(page)
    reason = dialog.get_by_label(words("Why no doctor is named"))
    expect(reason).to_be_focused()
    reason.fill("规培轮转，周一定")
    go_by_key("Enter", page)

    # then: it waits in the draft, the cell has the focus again, the reason stays visible
    expect(page.locator(".plan-state")).to_contain_text(words("Review and publish"))
    expect(page.locator(f"[id='{BLOCK}']")).to_be_focused()
    expect(page.locator(".plan-rules")).to_contain_text("规培轮转，周一定")
    look_at(page)

    # when it is reviewed and published
    reviewed_and_published(page, words)

    # then: reception finds a time that was not open before
    expect(late_on_wednesday(hospital, sign_in("reception"))).to_have_count(0)


def test_a_plan_is_proposed_corrected_published_and_booked_on(
    hospital: Hospital, app: Flask, words: Words, sign_in: SignIn
) -> None:
    # given: the night's forecast, and a desk that finds no time late on Wednesday
    with app.app_context(), clock.at(hospital.now):
        forecast(hospital.now)
    desk = sign_in("reception")
    expect(late_on_wednesday(hospital, desk)).not_to_have_count(0)

    # when: the head reads what will be asked for, and asks for a better plan
    page = sign_in("head")
    page.goto(hospital.address + WEEK)
    expect(page.locator("#demand tbody tr")).not_to_have_count(0)
    go(page.get_by_role("link", name=words("Proposal"), exact=True))
    go(page.get_by_role("button", name=words("Ask for a proposal")))
    expect(page.get_by_role("status")).to_contain_text(words("Waiting for the jobs process …"))
    look_at(page)
    with app.app_context(), clock.at(hospital.now):
        assert make_those_asked_for() == 1

    # then: the page that waited shows it by itself, in sentences and numbers
    day = page.locator("#changes details").filter(has_text=WEDNESDAY[words.language])
    expect(day).to_be_visible()
    expect(page.get_by_role("table").first).to_contain_text(
        words("Minutes served within their goal, by weight")
    )
    look_at(page)

    # when: a day of it is accepted, and one of its blocks corrected
    day.locator("summary").click()
    proposed = day.locator("li")
    lines = proposed.count()
    go(day.get_by_role("button", name=words("Accept this day")))
    expect(page.locator("#messages")).to_be_visible()
    expect(proposed.get_by_role("button")).to_have_count(0)
    go(page.get_by_role("link", name=words("Back to the plan")))
    dialog = opened_block(page)
    dialog.get_by_label(words("Until")).fill("18:30")
    go(dialog.get_by_role("button", name=words("Save in the draft")))
    expect(page.get_by_role("dialog")).to_have_count(0)

    # then: both are reviewed and published, and the desk finds the time that was not open before
    reviewed_and_published(page, words, least_changes=lines + 1)
    expect(late_on_wednesday(hospital, desk)).to_have_count(0)


def test_a_block_is_dragged_to_another_cell_and_back(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: two doctors on two machines
    page = sign_in("head")
    page.goto(hospital.address + WEEK)
    one, other = "US01.2026-12-02.480", "US01.2026-12-03.480"
    first, second = doctor_of(page, one), doctor_of(page, other)
    assert first != second

    # when one block is dragged onto the other
    with page.expect_navigation():
        drag(page, one, other)

    # then: they have exchanged their doctors, and one press takes it back
    expect(page.locator(f"[id='{other}'] .plan-who")).to_contain_text(first)
    assert doctor_of(page, one) == second
    go(page.get_by_role("button", name=words("Undo: %(step)s", step=words("a block moved"))))
    expect(page.locator(f"[id='{other}'] .plan-who")).to_contain_text(second)


def opened_block(page: Page) -> Locator:
    """The dialog of BLOCK, reached by keyboard as a person walks over the grid."""
    page.locator(f"[id='{BLOCK}']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    return page.get_by_role("dialog")


def reviewed_and_published(page: Page, words: Words, *, least_changes: int = 1) -> None:
    go(page.get_by_role("link", name=words("Review and publish")))
    expect(page.locator("#changes")).to_contain_text("18:30")
    assert page.locator("#changes li").count() >= least_changes
    look_at(page)
    go(page.get_by_role("button", name=words("Publish"), exact=True))
    expect(page.locator("#messages")).to_contain_text(
        words("The plan is in force: patients are booked on it.")
    )


def late_on_wednesday(hospital: Hospital, desk: Page) -> Locator:
    """What hinders a booking on US01 at 18:00 on Wednesday: nothing where the plan is open then."""
    asked = "exam_type=superficial&stream=outpatient&device=US01&time=18:00"
    desk.goto(f"{hospital.address}/book?{asked}&from=2026-12-02&to=2026-12-02")
    answer = desk.locator(".minute-answer")
    expect(answer).to_contain_text("18:00")
    return answer.locator(".reasons")


def doctor_of(page: Page, place: str) -> str:
    return page.locator(f"[id='{place}'] .plan-who").inner_text().strip()


def drag(page: Page, source: str, target: str) -> None:
    page.locator(f"[id='{source}']").hover()
    page.mouse.down()
    box = page.locator(f"[id='{target}']").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 20, steps=6)
    page.mouse.up()
