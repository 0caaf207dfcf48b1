"""A page whose server goes away: it says so, keeps what was typed, sends nothing, and goes on when it is back.

The page's own clock stands still but where it is wound on: a slow machine makes no difference. It is wound on to
the moment when the page looks for the server and no further, since the page's patience would pass at once.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import browser_page
from tests.journeys.going import go
from tests.support.cast import PASSWORD
from tests.support.live import Hospital, Words

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

LOOK_MS = 5_000
"""A page looks every five seconds: so it says within ten that nobody answers."""


@pytest.fixture
def page(hospital: Hospital, words: Words, new_context: object) -> Page:
    """Reception at the form for a new patient. What the browser says of a refused connection is expected."""
    desk = browser_page(hospital, new_context, words.language, {"width": 1366, "height": 768}, [])  # type: ignore[arg-type]
    desk.clock.install(time=hospital.now)
    desk.clock.pause_at(hospital.now + timedelta(seconds=1))
    desk.goto(f"{hospital.address}/login?next=/patients/new")
    desk.get_by_label(words("User name")).fill("reception")
    desk.get_by_label(words("Password")).fill(PASSWORD)
    go(desk.get_by_role("button", name=words("Sign in")))
    expect(desk).to_have_url(f"{hospital.address}/patients/new")
    return desk


def test_what_was_typed_outlives_the_server(page: Page, hospital: Hospital, words: Words) -> None:
    line = page.locator("#connection")
    name = page.get_by_label(words("Name"), exact=True)
    name.fill("王小明")
    expect(line).to_be_hidden()

    hospital.stop()
    page.clock.run_for(LOOK_MS)
    expect(line).to_be_visible()
    page.locator("form[action='/patients/new'] button").click()
    with page.expect_event("requestfailed"):  # it asked once more: the next answer is another's
        page.get_by_role("link", name=words("Board")).first.click()
    expect(name).to_have_value("王小明")
    assert page.url.endswith("/patients/new")

    hospital.start()
    page.clock.run_for(LOOK_MS)
    expect(line).to_be_hidden()
    expect(page.locator("#messages")).to_contain_text(
        words("The server can be reached again. Nothing was sent meanwhile.")
    )
    expect(name).to_have_value("王小明")


def test_a_form_that_is_sent_in_the_first_seconds_stays_too(
    page: Page, hospital: Hospital, words: Words
) -> None:
    name = page.get_by_label(words("Name"), exact=True)
    name.fill("王小明")
    page.clock.run_for(2_500)  # longer than an answer stands for the next form
    hospital.stop()
    page.locator("form[action='/patients/new'] button").click()
    expect(page.locator("#connection")).to_be_visible()
    expect(name).to_have_value("王小明")
    hospital.start()
    page.clock.run_for(LOOK_MS)
    expect(page.locator("#connection")).to_be_hidden()
    go(page.locator("form[action='/patients/new'] button"))
    expect(
        page.locator(".form-error").first
    ).to_be_visible()  # it was sent now, and the rest is missing
    expect(name).to_have_value("王小明")
