"""replay: a small file through the services to its table, whole or stopped and taken up again."""

import csv
import json
import random
import shutil
import signal
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine

from tests.support.commands import run_command
from tests.support.databases import Bench, Template
from tests.support.department import DEPARTMENT, at
from tests.support.exam_room import book
from tests.support.soundness import assert_sound
from tests.support.starting_data import CATALOGUE, SYSTEM
from tests.support.stopping import Stopped, begin_and_stop, stopping_at_commit
from tests.support.terminal import Terminal
from tracker.db import db, read_session
from tracker.db_lease import lease
from tracker.drivers.replay import Replay
from tracker.drivers.replay_report import report
from tracker.drivers.replay_rows import COLUMNS, read_requests
from tracker.queries.replay import stored_progress
from tracker.queries.volume import VolumeFilter, volume
from tracker.services.run_progress import ReplayProgress

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)
SUNDAY = MONDAY - timedelta(days=1)
TYPES = ("pelvic_floor", "pelvic_floor", "abdominal", "superficial", "contrast", "cardiac")
OF_TODAY = ("seconds", "ms_per_booking", "statements_per_booking")
"""Figures of a run and not of its bookings."""

Line = dict[str, object]


def request(number: int, **changes: object) -> Line:
    rng = random.Random(number)
    asked = datetime(2026, 11, 27, 8, 0, tzinfo=ZONE) + timedelta(minutes=rng.randrange(300))
    if number % 3 == 0:  # asked for on the day itself
        asked = datetime(2026, 11, 30, 7, 40, tzinfo=ZONE) + timedelta(minutes=rng.randrange(180))
    return {
        "requested_at": asked.isoformat(),
        "stream": ("outpatient", "medical_exam", "cadre_ward")[number % 3],
        "exam_type": TYPES[number % len(TYPES)],
        "earliest": MONDAY,
        "latest": TUESDAY,
        "mrn": f"R{number:05}",
        "name": f"张{'伟芳静'[number % 3]}",
        "sex": "female",
        "birth_date": date(1970, 1, 1),
        "arrives_early_minutes": rng.choice((40, 15, 0, -20, -200)),
        "no_show": int(number % 9 == 0),
        "service_minutes": rng.choice((4.5, 9, 31)),
        **changes,
    }


SOUND = [request(number) for number in range(1, 37)]
TWICE = [SOUND[3], SOUND[3]]
NOBODY_WORKS = [request(50, earliest=SUNDAY, latest=SUNDAY)]
BROKEN = [
    request(60, requested_at="2026-11-27T08:00:00"),
    request(61, exam_type="telepathy"),
    request(62, stream="moon"),
    request(63, mrn="no number"),
    request(64, latest=SUNDAY),
    request(65, no_show="perhaps"),
    request(66, service_minutes="-3"),
    request(67, sex="?"),
    request(68, birth_date="tomorrow"),
    request(69, name=" "),
]
ALL = [*SOUND, *TWICE, *NOBODY_WORKS, *BROKEN]


def write(file: Path, lines: list[Line]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    return file


@pytest.fixture
def template() -> Template:
    return CATALOGUE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "requests.csv", ALL)


def table_in(stdout: str) -> dict[str, object]:
    facts = json.loads(stdout.splitlines()[-1])
    return {name: figure for name, figure in facts.items() if name not in OF_TODAY}


def test_every_request_is_accounted_for(terminal: Terminal, bench: Bench, file: Path) -> None:
    said = terminal("replay", file, "--json")
    assert said.status == 0, said.messages
    assert "opening working hours through 2026-12-01" in said.messages
    facts = table_in(said.out)
    assert facts["requests"] == len(ALL)
    assert facts["requests"] == facts["booked"] + facts["refused"] + facts["broken"]
    ended = ("completed", "no_show", "cancelled", "open")
    assert facts["booked"] == sum(facts[name] for name in ended)
    assert facts["open"] == 0
    assert facts["refused"] == sum(facts["refused_by_reason"].values()) >= 1
    assert [row["row"] for row in facts["broken_rows"]] == list(
        range(len(ALL) - len(BROKEN) + 2, len(ALL) + 2)
    )
    assert all(row["reason"] for row in facts["broken_rows"])
    assert facts["completed"] == sum(facts["exams_by_stream"].values())
    assert facts["completed"] == sum(facts["exams_by_exam_type"].values()) > 25
    with bench.app.app_context():
        assert_sound()
        with read_session() as session:
            assert volume(session, VolumeFilter(MONDAY, TUESDAY)).total.exams == facts["completed"]


@pytest.mark.engines("sqlite")
def test_the_table_is_for_people_without_json(terminal: Terminal, file: Path) -> None:
    said = terminal("replay", write(file, SOUND[:3]))
    assert said.out.splitlines()[:2] == [
        "requests 3 = booked 3 + refused 0 + broken 0",
        "booked 3 = completed 3 + no-show 0 + cancelled 0 + open 0",
    ]
    assert "use of each machine" in said.out


# --- stopped and taken up again --------------------------------------------------------------------


def run_on(file: Path, *, commits: int) -> dict[str, object] | None:
    """One run of the file, going on where the last one was; None when it was stopped."""
    with read_session() as session:
        kept = stored_progress(session) or {"refused": {}, "broken": {}}
    progress = ReplayProgress("same file", dict(kept["refused"]), dict(kept["broken"]))
    replay = Replay(list(read_requests(file)), progress, engine=db.engine, by=SYSTEM)
    with stopping_at_commit(commits):
        try:
            replay.prepare(lambda _: None)
            replay.run(lambda _: None)
        except Stopped:
            db.engine.dispose()  # what a process leaves behind: no connection
            return None
    facts = report(replay, seconds=0)
    return {name: figure for name, figure in facts.items() if name not in OF_TODAY}


def test_a_run_that_is_stopped_again_and_again_ends_in_the_same_table(
    bench: Bench, engine_url: str, file: Path
) -> None:
    with bench.app.app_context():
        unbroken = run_on(file, commits=10_000)
    bench.reset(CATALOGUE)
    rng, runs, table = random.Random(1), 0, None
    with bench.app.app_context():
        while table is None:
            table = run_on(file, commits=rng.randrange(6, 16))
            runs += 1
        assert_sound()
    assert runs > 8
    assert table == unbroken


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installation")
    assert run_command("migrate", folder=folder, DEMO="0").returncode == 0
    return folder


def test_interrupted_and_killed_it_goes_on(
    terminal_on: Terminal, installation: Path, tmp_path: Path
) -> None:
    file = write(tmp_path / "requests.csv", SOUND)
    once, twice = (shutil.copytree(installation, tmp_path / name) for name in ("once", "twice"))
    said = begin_and_stop(signal.SIGINT, twice, "replay", str(file), after=6)
    assert said.endswith("Stopped.\n")
    assert "Traceback" not in said
    begin_and_stop(signal.SIGKILL, twice, "replay", str(file), after=14)
    urls = [f"sqlite:///{folder / 'tracker.sqlite'}" for folder in (once, twice)]
    unbroken, resumed = (terminal_on(url, "replay", file, "--json") for url in urls)
    assert "going on with the replay that was stopped" in resumed.messages
    assert table_in(resumed.out) == table_in(unbroken.out)


@pytest.mark.engines("sqlite")
def test_a_finished_replay_only_shows_its_table_again(terminal: Terminal, file: Path) -> None:
    write(file, SOUND[:4])
    first, again = (terminal("replay", file, "--json") for _ in range(2))
    assert table_in(again.out) == table_in(first.out)


# --- refused ---------------------------------------------------------------------------------------


@pytest.mark.engines("sqlite")
def test_another_file_on_the_same_database_is_refused(terminal: Terminal, file: Path) -> None:
    write(file, SOUND[:2])
    assert terminal("replay", file).status == 0
    write(file, SOUND[2:4])
    said = terminal("replay", file)
    assert (said.status, said.out) == (1, "")
    assert "This database holds 2 bookings already." in said.messages


@pytest.mark.engines("sqlite")
def test_a_database_with_bookings_is_refused(terminal: Terminal, bench: Bench, file: Path) -> None:
    bench.reset(DEPARTMENT)
    with bench.app.app_context():
        book(1, at(9))
    said = terminal("replay", file)
    assert (said.status, said.out) == (1, "")
    assert "This database holds 1 bookings already." in said.messages


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"", "lacks the columns requested_at"),
        (b"requested_at,stream\n", "lacks the columns exam_type"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_failure(
    content: bytes | None, said: str, terminal: Terminal, file: Path
) -> None:
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    answer = terminal("replay", file)
    assert (answer.status, answer.out) == (1, "")
    assert said in answer.messages


def test_it_does_not_run_beside_the_jobs(terminal: Terminal, bench: Bench, file: Path) -> None:
    engine = create_engine(bench.store.url)
    with lease(engine, "jobs") as mine:
        assert mine.held
        said = terminal("replay", file)
    engine.dispose()
    assert (said.status, said.out) == (1, "")
    assert said.messages.endswith("The jobs process is at work on this database. Stop it first.\n")
