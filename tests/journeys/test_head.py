"""The head: a number and its rows, an exam corrected and one voided, a device closed, yesterday settled."""

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.conftest import SignIn
from tests.journeys.examples import busy_device
from tests.journeys.going import go
from tests.support.department import at
from tests.support.live import Hospital, Words

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]


def test_a_number_opens_its_rows_and_follows_them(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: the head in the morning, with the figures of today
    page = sign_in("head")
    today = page.locator("a.figure-card").first
    expect(today).to_contain_text(words("Today"))
    counted = count_in(today.locator(".figure-value").inner_text())

    # when the number is opened, there are as many exams
    go(today)
    expect(page.get_by_role("heading", level=1)).to_have_text(words("Exams"))
    total = page.locator(".figures-line b").first
    assert count_in(total.inner_text()) == counted

    # when one of them had two parts, and another is of nobody
    go(page.locator("tbody [data-row]").first)
    go(page.get_by_role("link", name=words("Correct"), exact=True))
    page.get_by_label(words("Parts")).fill("2")
    page.get_by_label(words("Reason")).fill("漏记部位")
    go(page.get_by_role("button", name=words("Save as a new version")))
    expect(page.locator("main")).to_contain_text("漏记部位")
    page.get_by_role("link", name=words("Void"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words("Reason")).fill(words("Entered twice"))
    go(dialog.get_by_role("button", name=words("Void the exam")))
    expect(page.locator("main")).to_contain_text(words("Entered twice"))

    # then: it counts nothing any more
    page.goto(f"{hospital.address}/volume")
    assert count_in(today.locator(".figure-value").inner_text()) == counted - 1


def test_a_device_is_closed_and_nobody_on_it_is_forgotten(
    hospital: Hospital, app: Flask, words: Words, sign_in: SignIn
) -> None:
    # given: a device breaks, with patients waiting and an exam in progress
    with app.app_context():
        device = busy_device()
    page = sign_in("head")
    page.goto(f"{hospital.address}/closures/new")
    page.get_by_label(words("What is closed")).select_option(device)
    page.get_by_label(words("From"), exact=True).fill("2026-11-23T09:40")
    page.get_by_label(words("Until"), exact=True).fill("2026-11-23T17:00")
    page.get_by_label(words("Reason")).fill(words("Repair"))

    # when: the bookings in the way are shown, then moved
    go(page.get_by_role("button", name=words("Show the bookings in the way")))
    in_the_way = page.locator("#bookings-hit tbody tr")
    expect(in_the_way.first).to_be_visible()
    count = in_the_way.count()
    page.locator("input[name=bookings][value=move]").check()
    go(page.get_by_role("button", name=words("Close now")))

    # then: each is moved or flagged, and the device is closed
    expect(page.get_by_role("heading", level=1)).to_contain_text(device)
    moved, flagged = page.locator("#moved tbody tr"), page.locator("#flagged tbody tr")
    assert moved.count() + flagged.count() == count
    go(page.get_by_role("button", name=words("Lift the closure")))
    expect(page.get_by_role("button", name=words("Lift the closure"))).to_have_count(0)


def test_what_yesterday_left_open_is_settled(
    hospital: Hospital, words: Words, sign_in: SignIn
) -> None:
    # given: it is Tuesday morning, and Monday ended with patients still here on paper
    hospital.now = at(7, 40, day=1)
    page = sign_in("head")
    page.goto(f"{hospital.address}/settle")
    rows = page.locator("tbody tr")
    expect(rows.first).to_be_visible()
    before = rows.count()

    # when: one who had waited turns out to have left
    left = rows.filter(has_text=words("Arrived")).first
    left.get_by_role("link", name=words("Left without exam")).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words("Reason")).fill(words("Left without waiting"))
    go(dialog.get_by_role("button", name=words("Cancel the booking")))
    expect(page.get_by_role("dialog")).to_have_count(0)

    # then: the list is one shorter
    page.goto(f"{hospital.address}/settle")
    expect(rows).to_have_count(before - 1)


def count_in(text: str) -> int:
    """The first number of a text: 1,234 人次."""
    found = re.search(r"[\d,]+", text)
    assert found, text
    return int(found[0].replace(",", ""))
