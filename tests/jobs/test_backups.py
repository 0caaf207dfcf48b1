"""The nightly backup: one a day, fourteen kept, nothing lost by a failure; once a week the newest is tried."""

import stat
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url

from tests.support.databases import Bench
from tests.support.soundness import tables
from tests.support.worked_day import EVENING
from tracker import clock
from tracker.archive import ArchiveError
from tracker.db import db
from tracker.jobs import backups, work

pytestmark = pytest.mark.usefixtures("app_context")

NIGHT = EVENING + timedelta(hours=7)  # Tuesday the 24th, 01:00


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the backups go; it is made by the first one."""
    monkeypatch.setitem(app.config, "BACKUP_DIR", str(tmp_path / "far" / "backups"))
    monkeypatch.setitem(app.config, "INSTANCE_DIR", str(tmp_path))
    return tmp_path / "far" / "backups"


@pytest.fixture
def name(bench: Bench) -> str:
    """How the files of this database begin."""
    return Path(make_url(bench.store.url).database or "").stem


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def at_night(number: int) -> datetime:
    return NIGHT + timedelta(days=number)


def test_the_backup_of_the_day_is_whole_and_private(folder: Path, name: str) -> None:
    outcome, detail = backups.back_up(NIGHT)
    assert names(folder) == [f"{name}-2026-11-24.zip"]
    file = folder / f"{name}-2026-11-24.zip"
    assert (outcome, detail.split(":")[0]) == ("done", file.name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with zipfile.ZipFile(file) as archive:
        assert archive.read("booking.jsonl").count(b"\n") == 7


def test_there_is_one_a_day(folder: Path, name: str) -> None:
    backups.back_up(NIGHT)
    whole = (folder / f"{name}-2026-11-24.zip").read_bytes()
    assert backups.back_up(NIGHT + timedelta(hours=9))[1].endswith("was there already")
    assert (folder / f"{name}-2026-11-24.zip").read_bytes() == whole


def test_fourteen_are_kept_and_nothing_else_is_touched(folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    others = [
        "other-2020-01-01.zip",
        f"{name}-by-hand.zip",
        f"{name}-before-leaving-0001.sqlite",
        f"{name}-2020-01-01.zip.copy",
    ]
    for other in others:
        (folder / other).write_text("kept")
    for number in range(1, 18):
        (folder / f"{name}-2026-10-{number:02}.zip").write_text("a backup")
    backups.back_up(NIGHT)
    october = [f"{name}-2026-10-{number:02}.zip" for number in range(5, 18)]
    assert names(folder) == sorted([*others, *october, f"{name}-2026-11-24.zip"])


def test_the_one_just_written_stays_whatever_the_clock_said_before(folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    for number in range(1, 18):
        (folder / f"{name}-2031-01-{number:02}.zip").write_text("of a clock that was wrong")
    backups.back_up(NIGHT)
    assert f"{name}-2026-11-24.zip" in names(folder)
    assert len(names(folder)) == backups.KEPT


@pytest.mark.engines("sqlite")
def test_one_that_fails_removes_nothing(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.mkdir(parents=True)
    old = [f"{name}-2026-10-{number:02}.zip" for number in range(1, 18)]
    for each in old:
        (folder / each).write_text("a backup")
    # a folder under the name of the file that would be written first
    (folder / f"{name}-2026-11-24.zip.part").mkdir()
    with clock.at(NIGHT):
        outcome, detail = work.run_job("backup", backups.back_up)
    assert outcome == "failed"
    assert detail.split(", incident ")[1] in capsys.readouterr().err
    assert names(folder) == [*old, f"{name}-2026-11-24.zip.part"]


@pytest.mark.engines("sqlite")
def test_what_a_killed_one_left_goes(folder: Path, name: str) -> None:
    folder.mkdir(parents=True)
    (folder / f"{name}-2026-11-20.zip.part").write_text("half of every patient")
    backups.back_up(NIGHT)
    assert names(folder) == [f"{name}-2026-11-24.zip"]


# --- the weekly trial ------------------------------------------------------------------------------


@pytest.fixture
def undisturbed() -> Iterator[None]:
    """The database of the department is as it was after a trial restore."""
    before = tables()
    yield
    assert tables() == before


def test_the_newest_is_restored_for_trial_and_every_row_agrees(
    folder: Path, name: str, undisturbed: None, tmp_path: Path
) -> None:
    backups.back_up(NIGHT)
    rows = sum(len(found) for found in tables().values())
    said = f"{name}-2026-11-24.zip was restored for trial: {rows} rows agree"
    assert backups.check_backup(NIGHT) == ("done", said)
    assert names(tmp_path) == ["far"]  # the scratch database is gone


def test_what_a_killed_trial_left_is_no_obstacle(folder: Path, name: str, tmp_path: Path) -> None:
    backups.back_up(NIGHT)
    (tmp_path / f"check-of-{name}").mkdir()
    (tmp_path / f"check-of-{name}" / "scratch.sqlite").write_text("half")
    assert backups.check_backup(NIGHT)[0] == "done"


def test_a_damaged_one_is_found(folder: Path, name: str, tmp_path: Path) -> None:
    backups.back_up(NIGHT)
    file = folder / f"{name}-2026-11-24.zip"
    file.write_bytes(file.read_bytes()[:-300])
    with pytest.raises(ArchiveError):
        backups.check_backup(NIGHT)
    assert names(tmp_path) == ["far"]


def test_rows_that_are_others_after_the_trial_are_found(
    folder: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load_and_lose(*words: object, **more: object) -> None:
        load(*words, **more)
        words[0].execute(db.metadata.tables["exam_volume"].delete())  # type: ignore[attr-defined]

    load = backups.load_archive
    monkeypatch.setattr(backups, "load_archive", load_and_lose)
    backups.back_up(NIGHT)
    said = f"{name}-2026-11-24.zip: other rows in exam_volume when restored"
    assert backups.check_backup(NIGHT) == ("difference", said)


@pytest.mark.engines("sqlite")
def test_without_a_backup_there_is_nothing_to_try(folder: Path) -> None:
    assert backups.check_backup(NIGHT) == ("difference", "there is no backup to try")
