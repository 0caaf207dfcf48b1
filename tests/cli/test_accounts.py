"""`create-user` and `create-token`: the first administrator and the first token, from a terminal."""

from pathlib import Path

import pytest

from tests.support.commands import run_command

PASSWORD = "a word for the terminal"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("installation")
    assert run_command("migrate", folder=made, DEMO="0").returncode == 0
    return made


def create(folder: Path, *words: str, password: str = PASSWORD) -> tuple[int, str, str]:
    answer = run_command("create-user", *words, folder=folder, stdin=f"{password}\n", DEMO="0")
    return answer.returncode, answer.stdout, answer.stderr


def test_the_first_administrator_is_made_and_gets_a_token(folder: Path) -> None:
    status, said, _ = create(folder, "anna", "--role", "admin", "--role", "head")
    assert (status, said) == (0, "anna can sign in now.\n")
    token = run_command("create-token", "anna", folder=folder, DEMO="0")
    assert (token.returncode, len(token.stdout.split())) == (0, 1)


@pytest.mark.parametrize(
    ("words", "password", "said"),
    [
        (["ben", "--role", "reception"], "short", "A password has 8 to 200 characters."),
        (["ben", "--role", "head", "--staff", "X99"], PASSWORD, "No staff member has this code."),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(
    folder: Path, words: list[str], password: str, said: str
) -> None:
    status, out, messages = create(folder, *words, password=password)
    assert (status, out) == (1, "")
    assert said in messages
    assert "Traceback" not in messages


def test_a_role_is_asked_for_and_must_exist(folder: Path) -> None:
    status, out, messages = create(folder, "ben", "--role", "nurse")
    assert (status, out) == (2, "")
    assert "usage:" in messages


def test_nobody_gets_no_token(folder: Path) -> None:
    answer = run_command("create-token", "stranger", folder=folder, DEMO="0")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "There is no active account stranger." in answer.stderr
