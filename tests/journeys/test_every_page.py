"""Every page of every role: nothing for axe, no sideways scroll at a desk and on a phone, one language at a time.

The pages come from the routes and the table of access: a new one is looked at without a word here.
"""

import json

import pytest
from flask import Flask
from playwright.sync_api import Page

from config import ROOT
from tests.journeys.conftest import SignIn
from tests.journeys.examples import addresses
from tests.journeys.looking import PHONE, faults_of
from tests.support.live import Hospital, Words
from tracker.domain.roles import Role
from tracker.web.access import ACCESS

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

# Latin letters that a Chinese page shows: standards and units, the switch of languages, names of accounts.
NAMES = {
    "AE",
    "BI",
    "CSV",
    "DICOM",
    "Title",
    "English",
    "LOINC",
    "MB",
    "PDF",
    "RADS",
    "XLSX",
    "xls",
    "xlsx",
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
  const named = /[a-z-]+[.]xlsx|run[.]py [a-z]+/g;  // files and commands
  return texts.flatMap((text) => text.replace(named, "").match(/[A-Za-z]{2,}[A-Za-z0-9_]*/g) ?? []);
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
            faults += [f"{address}: {fault}" for fault in faults_of(page, at_desk=is_first)]
        if words.language == "zh" and endpoint not in STORED:
            faults += [f"{address}: {word}" for word in _latin(page)]
        seen.add(page.url)
    assert faults == [], "\n".join(faults)


def test_the_page_of_signing_in_fits_and_axe_finds_nothing(hospital: Hospital, page: Page) -> None:
    page.goto(f"{hospital.address}/login")
    assert list(faults_of(page, at_desk=True)) == []


def _latin(page: Page) -> set[str]:
    """Words of a Chinese page that are not Chinese: codes apart, somebody forgot to translate them."""
    shown = {word for word in page.evaluate(LATIN) if not word.startswith("US")}
    return shown - NAMES - _codes()


def _codes() -> set[str]:
    files = (ROOT / "tracker" / "starting_data").glob("*.json")
    rows = [row for file in files for row in json.loads(file.read_text()) if isinstance(row, dict)]
    return {row["code"] for row in rows if "code" in row}
