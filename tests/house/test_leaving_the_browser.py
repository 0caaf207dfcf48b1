"""What keeps a browser that has stopped answering from stopping the tests."""

import pytest
from playwright.sync_api import Browser

from tests.conftest import NewContext
from tests.support import chromium

pytestmark = pytest.mark.browser


def test_a_browser_that_does_not_answer_is_ended(
    new_context: NewContext, browser: Browser, launched: list[Browser]
) -> None:
    new_context().new_page()
    new_context().new_page()
    for process in chromium.processes():
        process.suspend()

    with pytest.warns(UserWarning, match="was ended"):
        chromium.close_all_in(browser, within=1)

    assert not browser.is_connected()
    assert browser is launched[-1]


def test_and_the_next_test_has_another(new_context: NewContext, browser: Browser) -> None:
    page = new_context().new_page()
    page.set_content("<p>here</p>")
    assert page.inner_text("p") == "here"
    assert browser.is_connected()
