"""migrate: once, after a copy of what there was, however many start it together."""

import json
from concurrent.futures import ThreadPoolExecutor
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
