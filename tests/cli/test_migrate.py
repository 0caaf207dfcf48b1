"""migrate: once, after a copy of what there was, however many start it together."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.support.commands import run_command
from tests.support.databases import Bench, Template

EMPTY = Template("empty", lambda: None)


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    run_command("migrate", folder=tmp_path)
    answer = run_command("migrate", folder=tmp_path)
    assert (answer.returncode, answer.stdout) == (0, "The database is up to date.\n")
    assert not (tmp_path / "backups").exists()


def test_processes_that_start_together_migrate_once(bench: Bench, tmp_path: Path) -> None:
    bench.reset(EMPTY)

    def migrate(_: int) -> dict[str, str | None]:
        url = bench.store.url
        answer = run_command("migrate", "--json", folder=tmp_path, DATABASE_URL=url)
        assert answer.returncode == 0, answer.stderr
        return dict(json.loads(answer.stdout))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(migrate, range(4)))
    assert [answer["from"] for answer in answers].count(None) == 1
    assert len({answer["to"] for answer in answers}) == 1


def test_a_file_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    run_command("migrate", folder=tmp_path)
    with closing(sqlite3.connect(tmp_path / "demo.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
        database.commit()
    answer = run_command("migrate", folder=tmp_path)
    copies = list((tmp_path / "backups").iterdir())
    assert answer.returncode != 0  # nothing leads on from a revision that never was
    assert [copy.name for copy in copies] == ["demo-before-leaving-0000.sqlite"]
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("SELECT count(*) FROM patient").fetchone() == (0,)
