"""Every page of every role: nothing for axe, no sideways scroll at a desk and on a phone, one language at a time.

The pages come from the routes and the table of access: a new one is looked at without a word here.
"""

import json
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from config import ROOT
from tests.journeys.conftest import DESK, PHONE, SignIn
from tests.journeys.examples import addresses
from tests.support.live import Hospital, Words
from tracker.domain.roles import Role
from tracker.web.access import ACCESS

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

# The timeline widget is left out by name: its table is tested in its place.
LEFT_OUT = {"exclude": [[".ec"]]}
# Latin letters that a Chinese page shows: standards, the switch of languages, names of accounts.
NAMES = {
    "AE",
    "DICOM",
    "Title",
    "English",
    "LOINC",
    "admin",
    "head",
    "reception",
    "sonographer",
    "system",
}
# Pages that show rows as they are stored: names in both languages, columns of the audit.
STORED = {"audit.show", "capabilities.show"}
LATIN = """() => {
  const names = ["title", "placeholder", "aria-label"];
  const texts = [...document.querySelectorAll(names.map((name) => `[${name}]`).join())]
    .flatMap((one) => names.map((name) => one.getAttribute(name) ?? ""));
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const inside = walker.currentNode.parentElement;
    if (!inside.closest("code, kbd, pre, script, noscript, textarea, [lang=en]")) texts.push(walker.currentNode.data);
  }
  return texts.flatMap((text) => text.match(/[A-Za-z]{2,}[A-Za-z0-9_]*/g) ?? []);
}"""


@pytest.mark.parametrize("role", list(Role))
def test_pages_fit_and_axe_finds_nothing(
    hospital: Hospital, app: Flask, words: Words, sign_in: SignIn, role: Role
) -> None:
    page = sign_in(role.value, PHONE)
    faults: list[str] = []
    seen: set[str] = set()
    for endpoint, address in addresses(app, role):
        is_first = role == next(one for one in Role if one in ACCESS[endpoint])
        if words.language == "en" and not is_first:
            continue
        answer = page.goto(hospital.address + address)
        if answer and answer.status != 200:
            faults.append(f"{address}: {answer.status}")
        if page.url not in seen:
            faults += [f"{address}: {fault}" for fault in _faults(page, at_desk=is_first)]
        if words.language == "zh" and endpoint not in STORED:
            faults += [f"{address}: {word}" for word in _latin(page)]
        seen.add(page.url)
    assert faults == [], "\n".join(faults)


def test_the_page_of_signing_in_fits_and_axe_finds_nothing(hospital: Hospital, page: Page) -> None:
    page.goto(f"{hospital.address}/login")
    assert list(_faults(page, at_desk=True)) == []


def _faults(page: Page, *, at_desk: bool) -> Iterator[str]:
    """On a phone; what another role has seen at a desk before need not be looked at there again."""
    for size in (PHONE, DESK) if at_desk else (PHONE,):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > size["width"]:
            yield f"{width} px wide instead of {size['width']}"
        for fault in Axe().run(page, context=LEFT_OUT).response["violations"]:
            yield f"{size['width']} px: {fault['id']} {[node['html'] for node in fault['nodes']]}"


def _latin(page: Page) -> set[str]:
    """Words of a Chinese page that are not Chinese: codes apart, somebody forgot to translate them."""
    shown = {word for word in page.evaluate(LATIN) if not word.startswith("US")}
    return shown - NAMES - _codes()


def _codes() -> set[str]:
    files = (ROOT / "tracker" / "starting_data").glob("*.json")
    rows = [row for file in files for row in json.loads(file.read_text()) if isinstance(row, dict)]
    return {row["code"] for row in rows if "code" in row}
