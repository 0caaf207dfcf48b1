"""The slip on its two papers: one sheet of A5, or as much of a roll as it has to say."""

import re

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.journeys.conftest import SignIn
from tests.support.department import account_id, at
from tests.support.live import Words
from tracker.services.settings import change_settings

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

NOTE = {
    "slip_note_zh": "请带好病历本和既往检查报告。" * 12,
    "slip_note_en": "Bring every earlier report. " * 12,
}


def sheets(page: Page) -> list[tuple[int, int]]:
    """The width and the height in mm of each sheet that printing takes."""
    boxes = re.findall(
        rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", page.pdf(prefer_css_page_size=True)
    )
    return [
        (round(float(wide) / 72 * 25.4), round(float(high) / 72 * 25.4)) for wide, high in boxes
    ]


def slip_mm(page: Page) -> float:
    box = page.locator(".slip").bounding_box()
    assert box is not None
    return box["height"] / 96 * 25.4


def test_a_roll_is_as_long_as_the_slip(app: Flask, words: Words, sign_in: SignIn) -> None:
    # given: the slip of a booking, for the small printer
    page = sign_in("reception")
    page.goto(page.url.replace("/board", "/bookings/1/slip?size=roll"))
    expect(page.locator(".slip-roll")).to_be_visible()

    # then: no more paper than it needs
    [(wide, high)] = sheets(page)
    assert wide == 80
    assert slip_mm(page) + 5 < high < slip_mm(page) + 14

    # when: the department has a lot to say
    with app.app_context():
        change_settings(NOTE, by=account_id("admin"), now=at(9))
    page.reload()

    # then: one longer piece, and still no second one
    [(_, longer)] = sheets(page)
    assert longer > high + 10
    assert slip_mm(page) + 5 < longer

    # and on A5 it is a sheet of A5
    page.goto(page.url.partition("?")[0] + "?size=a5")
    assert sheets(page) == [(148, 210)]
