"""backup: the database of one instant in one file that others may not read, written whole or not at all."""

import stat
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import EMPTY
from tests.support.databases import Bench, Template
from tests.support.department import SYSTEM, at
from tests.support.soundness import count
from tests.support.terminal import Terminal
from tests.support.worked_day import WORKED
from tracker.archive import write_archive
from tracker.db import db, transaction
from tracker.domain.patients import PatientFacts
from tracker.services.patients import add_patient
from tracker.writes.audit import write_audit


@pytest.fixture
def template() -> Template:
    return WORKED


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "of_today.backup"


def lines_of(file: Path, table: str) -> int:
    with zipfile.ZipFile(file) as archive:
        return archive.read(f"{table}.jsonl").count(b"\n")


def test_it_says_what_it_wrote_where(terminal: Terminal, file: Path) -> None:
    said = terminal("backup", file)
    assert said.status == 0
    assert said.out.startswith(f"{file}: ")
    assert "booking: 7 rows" in said.messages
    assert lines_of(file, "booking") == 7


def test_nobody_else_may_read_it(terminal: Terminal, file: Path) -> None:
    terminal("backup", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.engines("sqlite")
def test_it_never_overwrites_a_file(terminal: Terminal, file: Path) -> None:
    file.write_text("kept")
    said = terminal("backup", file)
    assert (said.status, said.out) == (1, "")
    assert "exists" in said.messages
    assert file.read_text() == "kept"


@pytest.mark.engines("sqlite")
def test_the_rest_of_a_backup_that_was_killed_is_no_obstacle(
    terminal: Terminal, file: Path
) -> None:
    part = file.with_name(file.name + ".part")
    part.write_text("half a backup")
    assert terminal("backup", file).status == 0
    assert lines_of(file, "patient") == 42
    assert not part.exists()


@pytest.mark.engines("sqlite")
def test_a_folder_that_is_not_there_is_said_in_a_sentence(terminal: Terminal, file: Path) -> None:
    said = terminal("backup", file / "deeper")
    assert (said.status, said.out) == (1, "")
    assert "cannot be written" in said.messages


def test_an_empty_database_leaves_no_file(terminal: Terminal, bench: Bench, file: Path) -> None:
    bench.reset(EMPTY)
    said = terminal("backup", file)
    assert (said.status, said.out) == (1, "")
    assert said.messages == "There is nothing in this database yet.\n"
    assert list(file.parent.iterdir()) == []


def test_it_waits_for_nobody_and_takes_what_is_committed(
    terminal: Terminal, bench: Bench, file: Path
) -> None:
    born = at(0).date()
    with bench.app.app_context():
        add_patient(PatientFacts("王伟", "male", born), by=SYSTEM, now=at(8))
        with transaction() as session:
            write_audit(session, action="x", entity="x", entity_id=1, by=SYSTEM, now=at(8))
            assert terminal("backup", file).status == 0
    assert lines_of(file, "patient") == 43
    with zipfile.ZipFile(file) as archive:
        assert b'"action": "x"' not in archive.read("audit_entry.jsonl")


def test_people_work_on_while_it_is_written_and_it_holds_one_instant(
    bench: Bench, engine_url: str, file: Path
) -> None:
    written: list[str] = []

    def add_meanwhile(told: str) -> None:
        table = told.split(":", maxsplit=1)[0]
        born = at(0).date()
        add_patient(PatientFacts(f"王伟{len(written)}", "male", born), by=SYSTEM, now=at(8))
        written.append(table)

    with bench.app.app_context():
        before = {"patient": count("patient"), "audit_entry": count("audit_entry")}
        write_archive(db.engine, file, now=at(8), tell=add_meanwhile)
        assert count("patient") == before["patient"] + len(written)
    assert written.index("patient") > 0  # some were added before its turn came
    assert {table: lines_of(file, table) for table in before} == before
