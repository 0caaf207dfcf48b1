"""The head and the figures: a file brought in, the morning, a cross and its rows, a month closed and taken away, the file undone."""

import io
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Download, Locator, Page, expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from tests.journeys.conftest import SignIn
from tests.journeys.going import go
from tests.journeys.looking import DESK, faults_of, look_at
from tests.journeys.test_head import count_in
from tests.support.exam_files import row, sheet
from tests.support.live import Hospital, Words
from tracker import clock
from tracker.jobs.imports import do_those_asked_for

pytestmark = [pytest.mark.browser, pytest.mark.engines("sqlite")]

MONTH = "/volume/months/2026-10"
OCTOBER = "from=2026-10-01&to=2026-10-31"
UNKNOWN = "住院部"
FILE = sheet(
    [
        row(
            number=f"Z{n}",
            patient_name=f"外院{n}",
            stream=UNKNOWN,
            start=f"2026-10-2{n} 08:00",
            end=f"2026-10-2{n} 08:12",
        )
        for n in range(1, 4)
    ]
)
BARS = """svg => {
  const area = (path) => path.getBBox().width * path.getBBox().height;
  const bars = [...svg.querySelectorAll("path[fill='#14619b']")].sort((one, other) => area(other) - area(one));
  const box = bars[0].getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""
"""The middle of the largest bar of the first series."""


def test_figures_from_a_file_to_the_report_and_back(
    hospital: Hospital, app: Flask, words: Words, sign_in: SignIn
) -> None:
    # given: a month here, and three exams that were counted elsewhere
    page = sign_in("head")
    before = exams_of_october(page, hospital)

    # when: the file is chosen, its one unknown word explained, and what it brings looked at
    page.goto(f"{hospital.address}/volume/import")
    chosen = {"name": "外院.csv", "mimeType": "text/csv", "buffer": FILE}
    page.get_by_label(words("CSV or XLSX file")).set_input_files(chosen)  # type: ignore[arg-type]
    go(page.get_by_role("button", name=words("Look at it")))
    jobs_look_once(app, hospital, page)
    asked = page.get_by_label(UNKNOWN)
    expect(asked).to_be_visible()
    look_at(page)
    asked.select_option("cadre_ward")
    go(page.get_by_role("button", name=words("Remember and read again")).first)
    jobs_look_once(app, hospital, page)
    expect(page.locator(".figure-value").first).to_contain_text("3")
    look_at(page)
    go(page.locator("form[action$='/bring'] button"))
    jobs_look_once(app, hospital, page)
    expect(page.get_by_role("button", name=words("Undo the whole import"))).to_be_visible()

    # then: they count, in the morning's page, the year and the month
    for path in ("/volume", "/volume/year", "/volume/devices", "/volume/quality"):
        page.goto(hospital.address + path)
        assert list(faults_of(page, at_desk=False)) == [], path  # at a desk: test_every_page
    page.set_viewport_size(DESK)
    assert exams_of_october(page, hospital) == before + 3

    # when the month is crossed by device and stream, of one stream alone
    a_cross_leads_to_its_rows(page, hospital, words)

    # when the month is closed and taken away, both files say what the page says
    page.goto(hospital.address + MONTH)
    go(page.get_by_role("button", name=words("Close this month")))
    expect(page.locator("#changes")).to_be_visible()
    look_at(page)
    assert figures(page.locator("#totals tbody tr").first) == [before + 3, 0, before + 3]
    what_is_taken_away_says_the_same(page, words)

    # when the file turns out to be the wrong one, it is undone, with a reason
    hospital.wait(1)
    page.goto(f"{hospital.address}/volume/import")
    go(page.locator("#imports [data-row]").first)
    page.get_by_label(words("Reason")).fill("选错文件")
    go(page.get_by_role("button", name=words("Undo the whole import")))
    expect(page.locator("dl.pairs")).to_contain_text("选错文件")

    # then: the closed month says what was, what changed and why, and what is
    page.goto(hospital.address + MONTH)
    change = page.locator("#list-of-changes tbody tr")
    expect(change).to_have_count(1)
    expect(change).to_contain_text("选错文件")
    assert figures(page.locator("#totals tbody tr").first) == [before + 3, -3, before]
    look_at(page)


def jobs_look_once(app: Flask, hospital: Hospital, page: Page) -> None:
    """The jobs process does what the page waits for; the page shows it by itself."""
    expect(page.locator("progress")).to_be_visible()
    with app.app_context(), clock.at(hospital.now):
        assert do_those_asked_for() == 1
    expect(page.locator("progress")).to_have_count(0)


def exams_of_october(page: Page, hospital: Hospital) -> int:
    page.goto(f"{hospital.address}/exams?{OCTOBER}")
    return count_in(page.locator(".figures-line b").first.inner_text())


def a_cross_leads_to_its_rows(page: Page, hospital: Hospital, words: Words) -> None:
    """Asked for in the form, kept in the address, opened from a cell and from a bar."""
    page.goto(f"{hospital.address}/volume/explore?{OCTOBER}")
    page.get_by_label(words("Rows by"), exact=True).select_option("device")
    page.get_by_label(words("Columns by"), exact=True).select_option("stream")
    page.locator(".filter-box").first.locator("summary").click()
    page.locator("#only-stream-cadre_ward").check()
    go(page.get_by_role("button", name=words("Show")))
    address = page.url
    assert "stream=cadre_ward" in address
    look_at(page)
    page.reload()
    assert page.url == address
    expect(page.locator("#only-stream-cadre_ward")).to_be_checked()
    cells = page.locator("#cross tbody td a")
    shown = {count_in(text) for text in cells.all_inner_texts()}
    of_cell = count_in(cells.first.inner_text())
    go(cells.first)
    assert rows_listed(page) == of_cell
    page.goto(address)
    bar = page.locator("figure[data-table=cross] svg").evaluate(BARS)
    with page.expect_navigation(url="**/exams?**"):
        page.mouse.click(*bar)
    assert rows_listed(page) == max(shown)


def rows_listed(page: Page) -> int:
    """How many exams the list has, as it says and as it shows."""
    expect(page.locator(".figures-line")).to_be_visible()
    listed = page.locator("tbody [data-row]").count()
    assert count_in(page.locator(".figures-line b").first.inner_text()) == listed
    return listed


def what_is_taken_away_says_the_same(page: Page, words: Words) -> None:
    by_stream = page.locator("#by-stream tbody tr")
    shown = {line.locator("th").inner_text(): figures(line) for line in by_stream.all()}
    book = downloaded(page, "XLSX")
    with CalamineWorkbook.from_filelike(io.BytesIO(book)) as workbook:
        lines = workbook.get_sheet_by_name(words("By stream")).to_python()[1:-1]
    assert {line[0]: [int(float(str(cell))) for cell in line[1:4]] for line in lines} == shown
    report = PdfReader(io.BytesIO(downloaded(page, words("Report (PDF)"))))
    text = [line.strip() for each in report.pages for line in each.extract_text().split("\n")]
    for name, numbers in shown.items():
        cells = [name, *(f"{number:,}" for number in numbers)]
        assert "\n".join(cells) in "\n".join(text)


def downloaded(page: Page, link: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link, exact=True).click()
    download: Download = waiting.value
    return Path(download.path()).read_bytes()


def figures(line: Locator) -> list[int]:
    """The numbers of a row's cells."""
    texts = line.locator("td").all_inner_texts()
    return [int(text.replace(",", "").replace("−", "-").replace("+", "")) for text in texts]
