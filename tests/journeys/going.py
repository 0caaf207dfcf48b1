"""Going from one page to the next: each step here ends when the next page has loaded, its scripts and all.

A press returns while the answer is on its way: until then the old page is asked and typed into, and a key that
meets the new page before its scripts is lost.
"""

from playwright.sync_api import Locator, Page


def go(by: Locator) -> None:
    """Click what leads to another page, or to the same one anew."""
    with by.page.expect_navigation():
        by.click()


def go_by_key(key: str, on: Page | Locator) -> None:
    """Press a key that leads to another page, wherever the focus of the page is, or on one element."""
    page = on if isinstance(on, Page) else on.page
    with page.expect_navigation():
        if isinstance(on, Page):
            on.keyboard.press(key)
        else:
            on.press(key)
