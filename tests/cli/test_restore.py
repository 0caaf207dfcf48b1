"""restore: a backup of either engine into an empty database of either, to the last row, and work goes on."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import EMPTY
from tests.support.databases import Bench, Benches, Template
from tests.support.department import SYSTEM, account_id, at
from tests.support.exam_room import book
from tests.support.soundness import Row, assert_sound, tables
from tests.support.starting_data import CATALOGUE
from tests.support.terminal import Terminal
from tests.support.worked_day import EVENING, WORKED
from tracker import clock
from tracker.archive import write_archive
from tracker.db import db, read_session
from tracker.db_guards import missing_guards
from tracker.domain.patients import PatientFacts
from tracker.queries.agreement import broken_seals
from tracker.services.changing import check_in
from tracker.services.examining import finish, start
from tracker.services.patients import add_patient

Rows = dict[str, list[tuple[object, ...]]]


def rows_in(bench: Bench) -> Rows:
    with bench.app.app_context():
        return tables()


@pytest.fixture(scope="module")
def backups() -> dict[str, bytes]:
    """The backup of each database that was asked for; making one costs more than most of these tests."""
    return {}


def backup_of(bench: Bench, folder: Path, backups: dict[str, bytes]) -> Path:
    """A backup of the worked day, which is then in the database."""
    file = folder / "backup"
    bench.reset(WORKED)
    url = bench.store.url
    if url not in backups:
        with bench.app.app_context():
            write_archive(db.engine, file, now=EVENING, tell=lambda _: None)
        backups[url] = file.read_bytes()
    file.write_bytes(backups[url])
    return file


@pytest.fixture
def other(benches: Benches) -> Bench:
    """The database of the other engine; `bench` is PostgreSQL's wherever this is asked for."""
    return benches.of("sqlite")


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("way", ["there", "back"])
@pytest.mark.parametrize("template", [EMPTY, CATALOGUE], ids=["no_tables", "starting_data"])
def test_every_row_arrives_on_the_other_engine(
    bench: Bench,
    other: Bench,
    way: str,
    template: Template,
    terminal_on: Terminal,
    tmp_path: Path,
    backups: dict[str, bytes],
) -> None:
    source, target = (bench, other) if way == "there" else (other, bench)
    file = backup_of(source, tmp_path, backups)
    target.reset(template)
    with clock.at(EVENING):
        said = terminal_on(target.store.url, "restore", file, "--json")
    assert said.status == 0, said.messages
    assert json.loads(said.out)["rows"] == sum(map(len, rows_in(source).values()))
    assert rows_in(target) == rows_in(source)
    with target.app.app_context():
        assert_sound()
        with db.engine.connect() as connection:
            assert missing_guards(connection) == set()
        with read_session() as session:
            assert broken_seals(session) == []


def test_work_goes_on_with_new_numbers(
    bench: Bench, terminal_on: Terminal, tmp_path: Path, backups: dict[str, bytes]
) -> None:
    file = backup_of(bench, tmp_path, backups)
    bench.reset(EMPTY)
    with clock.at(EVENING):
        assert terminal_on(bench.store.url, "restore", file).status == 0
    with bench.app.app_context():
        tomorrow = at(8, 30, day=1)
        booking_id = book(8, tomorrow)
        assert booking_id == 8
        check_in(booking_id, by=account_id("reception"), now=tomorrow)
        start(booking_id, by=account_id("sonographer"), now=tomorrow)
        assert finish(booking_id, by=account_id("sonographer"), now=at(8, 40, day=1)) == 3
        born = at(0, day=-9999).date()
        assert add_patient(PatientFacts("王伟", "male", born), by=SYSTEM, now=tomorrow) == 43
        assert_sound()


def test_a_database_in_use_is_left_alone(
    bench: Bench, terminal_on: Terminal, tmp_path: Path, backups: dict[str, bytes]
) -> None:
    file = backup_of(bench, tmp_path, backups)
    before = rows_in(bench)
    said = terminal_on(bench.store.url, "restore", file)
    assert (said.status, said.out) == (1, "")
    assert (
        said.messages == "This database is in use. A backup is restored into an empty one only.\n"
    )
    assert rows_in(bench) == before


# --- files that cannot be used ----------------------------------------------------------------------


def rewrite(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write the archive anew with each member as `change` has it; None leaves it out."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            changed = change(name, data)
            if changed is not None:
                archive.writestr(name, changed)


def truncate(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-300])


def no_archive(file: Path) -> None:
    file.write_text("nothing of the kind")


def change_a_name(file: Path) -> None:
    rewrite(file, lambda name, data: data.replace("病人7".encode(), "病人8".encode()))


def lose_a_row(file: Path) -> None:
    rewrite(
        file,
        lambda name, data: data[data.index(b"\n") + 1 :] if name == "exam_volume.jsonl" else data,
    )


def lose_a_table(file: Path) -> None:
    rewrite(file, lambda name, data: None if name == "booking.jsonl" else data)


def garble_a_row(file: Path) -> None:
    rewrite(file, lambda name, data: b"{" + data if name == "patient.jsonl" else data)


def flip_bits(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        info = archive.getinfo("booking_history.jsonl")
    data = bytearray(file.read_bytes())
    middle = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    data[middle : middle + 8] = bytes(255 - byte for byte in data[middle : middle + 8])
    file.write_bytes(data)


def manifest_with(**changes: object) -> Callable[[Path], None]:
    def change(name: str, data: bytes) -> bytes:
        if name != "manifest.json":
            return data
        facts: Row = json.loads(data)
        return json.dumps({**facts, **changes}).encode()

    return lambda file: rewrite(file, change)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (no_archive, "is not a backup"),
        (truncate, "is not a backup"),
        (manifest_with(format=2), "is not a backup: format 2, not 1"),
        (manifest_with(tables=[]), "is not a backup"),
        (manifest_with(revision="9999"), "The backup is of a newer release (revision 9999)."),
        (manifest_with(tables={}), "the tables of the backup are not those of this database"),
        (change_a_name, "the backup is damaged: patient"),
        (lose_a_row, "the backup is damaged: exam_volume"),
        (lose_a_table, "the backup is damaged: booking"),
        (garble_a_row, "the backup is damaged: patient"),
        (flip_bits, "the backup is damaged: booking_history"),
    ],
)
@pytest.mark.engines("sqlite")
def test_a_damaged_file_changes_nothing(
    harm: Callable[[Path], None],
    said: str,
    bench: Bench,
    terminal_on: Terminal,
    tmp_path: Path,
    backups: dict[str, bytes],
) -> None:
    file = backup_of(bench, tmp_path, backups)
    harm(file)
    bench.reset(CATALOGUE)
    before = rows_in(bench)
    answer = terminal_on(bench.store.url, "restore", file)
    assert (answer.status, answer.out) == (1, "")
    assert said in answer.messages
    assert "Traceback" not in answer.messages
    assert rows_in(bench) == before


@pytest.mark.engines("postgresql")
def test_after_a_damaged_file_a_whole_one_is_taken(
    bench: Bench, terminal_on: Terminal, tmp_path: Path, backups: dict[str, bytes]
) -> None:
    file = backup_of(bench, tmp_path, backups)
    whole = file.read_bytes()
    lose_a_row(file)
    bench.reset(EMPTY)
    assert terminal_on(bench.store.url, "restore", file).status == 1
    file.write_bytes(whole)
    with clock.at(EVENING):
        assert terminal_on(bench.store.url, "restore", file).status == 0
    with bench.app.app_context():
        assert_sound()


@pytest.mark.engines("sqlite")
def test_a_file_that_is_not_there_is_said_in_a_sentence(
    bench: Bench, terminal_on: Terminal, tmp_path: Path
) -> None:
    bench.reset(EMPTY)
    said = terminal_on(bench.store.url, "restore", tmp_path / "nowhere")
    assert (said.status, said.out) == (1, "")
    assert said.messages.startswith("nowhere is not a backup: ")
