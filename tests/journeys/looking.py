"""What axe and a ruler find on the page that a browser shows; which page that is, the journeys say."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESK, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
# The timeline widget is left out by name: its table is tested in its place.
LEFT_OUT = {"exclude": [[".ec"]]}


def faults_of(page: Page, *, at_desk: bool) -> Iterator[str]:
    """On a phone, and where asked at a desk too, in whose size the page is left then."""
    page.wait_for_load_state()
    for size in (PHONE, DESK) if at_desk else (PHONE,):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            yield f"{width} px wide instead of {size['width']}"
        for fault in Axe().run(page, context=LEFT_OUT).response["violations"]:
            yield f"{size['width']} px: {fault['id']} {[node['html'] for node in fault['nodes']]}"


def look_at(page: Page) -> None:
    """Fail, saying how, where this page of a journey does not fit or axe finds something."""
    assert list(faults_of(page, at_desk=True)) == [], page.url
