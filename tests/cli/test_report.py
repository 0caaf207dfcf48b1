"""`run.py report`: the day as text, and the same files as the pages give."""

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.support.databases import Template
from tests.support.terminal import Terminal
from tests.support.worked_day import EVENING, WORKED
from tracker import clock

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def template() -> Template:
    return WORKED


def test_the_day_is_printed(terminal: Terminal) -> None:
    with clock.at(EVENING):
        said = terminal("report", "--day", "2026-11-23", "--lang", "en")
    assert said.status == 0
    lines = said.out.strip().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("Mon 23 Nov 2026: 1 exam ")


@pytest.mark.parametrize(
    ("period", "name", "begins"),
    [
        (("--day", "2026-11-23"), "day.txt", "2026年11月23日".encode()),
        (("--day", "2026-11-23"), "day.csv", "\ufeff".encode()),
        (("--day", "2026-11-23"), "day.xlsx", b"PK"),
        (("--month", "2026-11"), "month.xlsx", b"PK"),
        (("--month", "2026-11"), "month.csv", "\ufeff".encode()),
        (("--year", "2026"), "year.pdf", b"%PDF"),
    ],
)
def test_each_period_as_each_kind(
    terminal: Terminal, tmp_path: Path, period: tuple[str, str], name: str, begins: bytes
) -> None:
    path = tmp_path / name
    with clock.at(EVENING):
        said = terminal("report", *period, "--out", str(path), "--json")
    assert said.status == 0
    assert json.loads(said.out) == {"file": str(path), "bytes": path.stat().st_size}
    assert path.read_bytes().startswith(begins)
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_the_pdf_of_a_month_is_in_chinese_unless_told_otherwise(
    terminal: Terminal, tmp_path: Path
) -> None:
    with clock.at(EVENING):
        terminal("report", "--month", "2026-11", "--out", str(tmp_path / "zh.pdf"))
        terminal("report", "--month", "2026-11", "--out", str(tmp_path / "en.pdf"), "--lang", "en")
    text = {
        each: PdfReader(tmp_path / f"{each}.pdf").pages[0].extract_text() for each in ("zh", "en")
    }
    assert "2026年11月" in text["zh"]
    assert "November 2026" in text["en"]


def test_a_kind_that_the_period_has_not(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("report", "--day", "2026-11-23", "--out", str(tmp_path / "day.pdf"))
    assert said.status == 1
    assert ".txt, .csv, .xlsx" in said.messages
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(terminal: Terminal, tmp_path: Path) -> None:
    said = terminal("report", "--year", "2026", "--out", str(tmp_path / "no" / "year.csv"))
    assert said.status == 1
    assert "cannot be written" in said.messages
