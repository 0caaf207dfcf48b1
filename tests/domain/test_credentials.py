"""Names, passwords and the growing wait after failures."""

from datetime import UTC, datetime, timedelta

import pytest

from tracker.domain.credentials import (
    FREE_FAILURES,
    LONGEST_DELAY,
    check_password,
    check_username,
    plain_username,
    secret_hash,
    wait_after,
)
from tracker.domain.errors import InvalidError

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["Anna", " anna ", "ａｎｎａ", "ANNA"])
def test_a_name_has_one_spelling(typed: str) -> None:
    assert plain_username(typed) == "anna"


@pytest.mark.parametrize("name", ["张医生", "j.smith", "o'neil", "𠮷田"])
def test_names_of_people_are_accepted(name: str) -> None:
    assert check_username(name) == name


@pytest.mark.parametrize("name", ["", "  ", "a b", "a\0b", "a\u202eb", "x" * 81, "\ud800"])
def test_other_names_are_refused_on_their_field(name: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        check_username(name)
    assert refusal.value.field == "username"


@pytest.mark.parametrize("password", ["", "seven77", "x" * 201, "annaanna", "AnnaAnna "])
def test_a_weak_password_is_refused_on_its_field(password: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        check_password(password, username="annaanna")
    assert refusal.value.field == "password"


def test_length_is_all_that_a_password_needs() -> None:
    check_password("eight888", username="anna")
    check_password("x" * 200, username="anna")


def test_five_failures_are_free() -> None:
    assert wait_after(FREE_FAILURES - 1, last=NOW, now=NOW) == timedelta(0)
    assert wait_after(0, last=None, now=NOW) == timedelta(0)


def test_the_wait_doubles_up_to_five_minutes() -> None:
    waits = [wait_after(FREE_FAILURES + n, last=NOW, now=NOW).total_seconds() for n in range(8)]
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]
    assert wait_after(10_000, last=NOW, now=NOW) == LONGEST_DELAY


def test_the_wait_runs_from_the_last_failure() -> None:
    later = NOW + timedelta(seconds=3)
    assert wait_after(FREE_FAILURES, last=NOW, now=later) == timedelta(seconds=2)
    assert wait_after(FREE_FAILURES, last=NOW, now=NOW + timedelta(seconds=5)) == timedelta(0)


def test_what_is_kept_of_a_secret_is_not_the_secret() -> None:
    kept = secret_hash("secret")
    assert len(kept) == 64
    assert "secret" not in kept
    assert kept != secret_hash("secret2")
