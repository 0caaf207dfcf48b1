"""Fixtures of the journeys: a hospital on a Monday morning, and people who sit down at its browsers."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page

from tests.journeys.looking import DESK
from tests.support.cast import PASSWORD
from tests.support.chromium import PATIENCE_MS
from tests.support.databases import Template
from tests.support.live import Hospital, Words
from tests.support.trial_day import NOW, TRIAL_DAY
from tracker.web.assets import DIST

SignIn = Callable[..., Page]

# What Chromium says about an answer that the journey asked for: a refusal, a sign-in that is needed.
EXPECTED = ("the server responded with a status of 4",)


@pytest.fixture
def template() -> Template:
    return TRIAL_DAY


@pytest.fixture
def hospital(app: Flask) -> Iterator[Hospital]:
    """The department on Monday at 09:40, answering on a port of its own."""
    assert (DIST / "manifest.json").exists(), "build the front end first: make test does"
    with Hospital(app, NOW).open() as answering:
        yield answering


@pytest.fixture(params=["zh", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    """The words of the pages, once in each language."""
    return Words(request.param)


@pytest.fixture
def sign_in(
    hospital: Hospital, words: Words, new_context: Callable[..., BrowserContext]
) -> Iterator[SignIn]:
    """`sign_in("reception")`: a browser of their own in which they have signed in.

    At the end nothing may have failed in any of these browsers.
    """
    complaints: list[str] = []

    def signed_in(name: str, size: dict[str, int] = DESK) -> Page:
        page = browser_page(hospital, new_context, words.language, size, complaints)
        page.goto(f"{hospital.address}/login")
        page.get_by_label(words("User name")).fill(name)
        page.get_by_label(words("Password")).fill(PASSWORD)
        page.get_by_role("button", name=words("Sign in")).click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield signed_in
    assert complaints == []


def browser_page(
    hospital: Hospital,
    new_context: Callable[..., BrowserContext],
    language: str,
    size: dict[str, int],
    complaints: list[str],
) -> Page:
    """An empty page of a new browser; what fails in it is added to `complaints`."""
    context = new_context(viewport=size, locale={"zh": "zh-CN", "en": "en-GB"}[language])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: note(message.text, complaints))
    return page


def note(text: str, complaints: list[str]) -> None:
    if not any(part in text for part in EXPECTED):
        complaints.append(text)
