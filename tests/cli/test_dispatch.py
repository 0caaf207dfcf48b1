"""run.py: commands by name, results on stdout, progress on stderr, and the exit status."""

import json
from pathlib import Path

import pytest

from tests.support.commands import run_command
from tracker.cli import COMMANDS


def test_help_lists_every_command(tmp_path: Path) -> None:
    answer = run_command("--help", folder=tmp_path)
    assert answer.returncode == 0
    listed = {line.split()[0] for line in answer.stdout.splitlines() if line.startswith("    ")}
    assert set(COMMANDS) <= listed


@pytest.mark.parametrize("words", [["nonsense"], ["migrate", "--nonsense"], ["migrate", "surplus"]])
def test_wrong_words_are_a_matter_of_usage(words: list[str], tmp_path: Path) -> None:
    answer = run_command(*words, folder=tmp_path)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "usage:" in answer.stderr


def test_a_wrong_setting_is_named_without_a_traceback(tmp_path: Path) -> None:
    answer = run_command("migrate", folder=tmp_path, PORT="none")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert answer.stderr == "Setting: PORT takes a whole number from 1 to 65535\n"


def test_a_database_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"
    answer = run_command("migrate", folder=tmp_path, DATABASE_URL=url)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.startswith("The database does not answer: ")
    assert "Traceback" not in answer.stderr


def test_json_is_one_object_on_the_last_line(tmp_path: Path) -> None:
    answer = run_command("migrate", "--json", folder=tmp_path)
    assert answer.returncode == 0
    assert json.loads(answer.stdout.splitlines()[-1])["from"] is None
    assert answer.stderr.startswith("Preparing the database")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str, tmp_path: Path) -> None:
    answer = run_command(name, "--help", folder=tmp_path)
    assert answer.returncode == 0
    assert "--json" in answer.stdout
