"""Another release's schema: refused in a sentence, upgraded after a backup, and the way back."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from flask import Flask
from sqlalchemy import text

from tests.cli.conftest import EMPTY
from tests.support.commands import free_port, run_command
from tests.support.databases import Bench, Template
from tests.support.next_release import make_next_release, newest_revision, next_revision
from tests.support.terminal import Terminal
from tests.support.worked_day import WORKED
from tracker.db import db

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def template() -> Template:
    return WORKED


@pytest.fixture
def this_release(engine_url: str, tmp_path: Path) -> Run:
    """`this_release("migrate")` on the database under test."""
    return lambda *words, **variables: run_command(
        *words, folder=tmp_path / "instance", **{"DATABASE_URL": engine_url, **variables}
    )


@pytest.fixture
def next_release(engine_url: str, tmp_path: Path) -> Run:
    """The same words to the next release."""
    program = make_next_release(tmp_path / "next")
    return lambda *words: run_command(
        *words, folder=tmp_path / "instance", program=program, DATABASE_URL=engine_url
    )


def rows(app: Flask, statement: str) -> list[tuple[object, ...]]:
    with app.app_context():
        with db.engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(statement))]
        db.engine.dispose()
    return found


def change(app: Flask, statement: str) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text(statement))
        db.engine.dispose()


def assert_refused(answer: CompletedProcess[str], beginning: str) -> None:
    """In one sentence, which is the last thing said."""
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.splitlines()[-1].startswith(beginning)
    assert "Traceback" not in answer.stderr


def backups(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "instance" / "backups").glob("*"))


def test_an_upgrade_keeps_a_backup_and_the_way_back_leads_to_the_same_rows(
    app: Flask, bench: Bench, this_release: Run, next_release: Run, tmp_path: Path, engine: str
) -> None:
    bookings = rows(app, "SELECT id, status FROM booking ORDER BY id")
    assert_refused(next_release("serve"), "The database is of an earlier release (revision ")
    assert backups(tmp_path) == []

    answer = next_release("migrate")
    assert answer.returncode == 0, answer.stderr
    assert rows(app, "SELECT version_num FROM alembic_version") == [(next_revision(),)]
    [kept] = backups(tmp_path)
    assert f"-before-leaving-{newest_revision()}-" in kept.name
    assert kept.stat().st_mode & 0o077 == 0
    assert str(kept) in answer.stderr

    for words in ("serve", "migrate"):
        assert_refused(this_release(words), "The database is of a newer release (revision ")
    assert backups(tmp_path) == [kept]

    if engine == "sqlite":
        way_back = this_release("migrate", DATABASE_URL=f"sqlite:///{kept}")
        Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")).write_bytes(
            kept.read_bytes()
        )
    else:
        bench.reset(EMPTY)
        way_back = this_release("restore", str(kept))
    assert way_back.returncode == 0, way_back.stderr
    assert rows(app, "SELECT id, status FROM booking ORDER BY id") == bookings
    assert rows(app, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]


def test_an_upgrade_whose_backup_fails_changes_nothing(
    app: Flask, next_release: Run, tmp_path: Path
) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "backups").write_text("a file where the folder should be")
    assert_refused(next_release("migrate"), "The database could not be backed up to ")
    assert rows(app, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]


@pytest.mark.parametrize("word", ["serve", "migrate"])
def test_tables_of_other_software_are_left_alone(
    word: str, bench: Bench, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.reset(EMPTY)
    change(bench.app, "CREATE TABLE invoice (id integer)")
    monkeypatch.setenv("PORT", str(free_port()))
    said = terminal(word)
    assert (said.status, said.out) == (1, "")
    assert said.messages.splitlines()[-1].startswith(
        "This database holds tables of other software (such as invoice), and nothing was changed"
    )
    with bench.app.app_context():
        assert db.inspect(db.engine).get_table_names() == ["invoice"]
        db.engine.dispose()
