"""`import`: what a file would do as one JSON line, bringing it in, and undoing it."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.support import exam_files as files
from tests.support.databases import Template
from tests.support.exam_files import ROWS, row, sheet
from tests.support.starting_data import CATALOGUE
from tests.support.terminal import Terminal
from tracker import clock
from tracker.db import read_session
from tracker.domain.roles import SYSTEM_ACCOUNT_ID
from tracker.models import Exam, ExamImport
from tracker.services.closing import close_month

KEYS = ["rows_in", "rejected", "duplicates", "error", "problems"]


@pytest.fixture
def template() -> Template:
    return CATALOGUE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "exams.csv"
    path.write_bytes(sheet([*ROWS, row(stream="急诊"), ROWS[0]]))
    return path


def test_a_dry_run_says_what_would_become_of_each_row(terminal: Terminal, file: Path) -> None:
    said = terminal("import", file, "--dry-run", "--json")
    told = json.loads(said.out.splitlines()[-1])
    assert said.status == 0
    assert list(told) == KEYS
    assert (told["rows_in"], told["rejected"], told["duplicates"], told["error"]) == (3, 2, 1, None)
    assert [(each["row"], each["field"]) for each in told["problems"]] == [
        (5, "stream"),
        (6, "number"),
    ]
    again = json.loads(terminal("import", file, "--dry-run", "--json").out)
    assert again == told, "a dry run changes nothing"


def test_a_file_comes_in_once_and_goes_as_a_whole(terminal: Terminal, file: Path) -> None:
    first = json.loads(terminal("import", file, "--json").out)
    assert (first["rows_in"], first["import"]) == (3, 1)
    assert json.loads(terminal("import", file, "--json").out)["rows_in"] == 0
    assert terminal("import", "--undo", 1).status == 1
    assert terminal("import", "--undo", 1, "--reason", "wrong file").status == 0
    assert json.loads(terminal("import", file, "--dry-run", "--json").out)["rows_in"] == 3


def test_a_refused_file_is_told_and_ends_with_1(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "exams.csv"
    path.write_bytes(files.without("exam_type"))
    for more in (["--dry-run"], []):
        said = terminal("import", path, "--json", *more)
        told = json.loads(said.out.splitlines()[-1])
        assert (said.status, told["error"]) == (1, "no exam type column")
        assert (told["rows_in"], told["rejected"], told["problems"]) == (0, 0, [])
    gone = terminal("import", tmp_path / "none.csv", "--json")
    assert (gone.status, json.loads(gone.out)["error"]) == (1, "No such file or directory")


def test_what_a_closed_month_refuses_is_kept_to_be_told_in_any_language(
    terminal: Terminal, tmp_path: Path, app_context: None
) -> None:
    close_month(date(2026, 10, 1), by=SYSTEM_ACCOUNT_ID, now=clock.now())
    path = tmp_path / "exams.csv"
    path.write_bytes(sheet([row(start="2026-10-16 08:00", end="2026-10-16 08:12")]))
    told = json.loads(terminal("import", path, "--json").out)
    assert (told["error"], told["rows_in"]) == (
        "This month is closed (2026-10): a reason is needed.",
        0,
    )
    with read_session() as session:
        kept = session.scalars(select(ExamImport)).one()
        left = session.scalar(select(func.count()).select_from(Exam))
    assert (kept.state, left) == ("failed", 0)
    assert "%(month)s" in kept.progress["error"]["text"]
    assert kept.progress["error"]["params"] == {"month": "2026-10"}
    again = terminal("import", path, "--json", "--reason", "late sheets")
    assert (again.status, json.loads(again.out)["rows_in"]) == (0, 1)


def test_a_map_explains_words(terminal: Terminal, file: Path, tmp_path: Path) -> None:
    words = tmp_path / "map.json"
    words.write_text('{"stream": {"急诊": "outpatient"}}', encoding="utf-8")
    said = terminal("import", file, "--dry-run", "--json", "--map", words)
    # the row whose word was unknown has the first row's number and patient
    assert json.loads(said.out)["duplicates"] == 2
    words.write_text("[]", encoding="utf-8")
    assert terminal("import", file, "--dry-run", "--map", words).status == 1


def test_it_asks_for_a_file_or_a_number(terminal: Terminal) -> None:
    assert terminal("import").status == 1
