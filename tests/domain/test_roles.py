"""What belongs to a role, and how long its sign-in may idle."""

import pytest

from tracker.domain.roles import (
    CLOSING,
    DESK_WORK,
    EXAM_WORK,
    IDLE_MINUTES,
    LEADING,
    OFFICE,
    ROLE_NAMES,
    Caller,
    Role,
    idle_minutes_of,
)


def test_reception_does_the_desk_and_nothing_else() -> None:
    assert Role.RECEPTION in DESK_WORK
    assert not any(Role.RECEPTION in work for work in (EXAM_WORK, LEADING, CLOSING, OFFICE))


def test_a_sonographer_does_the_desk_and_the_exams() -> None:
    assert Role.SONOGRAPHER in DESK_WORK & EXAM_WORK
    assert not any(Role.SONOGRAPHER in work for work in (LEADING, CLOSING, OFFICE))


def test_the_head_does_all_but_the_office() -> None:
    assert Role.HEAD in DESK_WORK & EXAM_WORK & LEADING & CLOSING
    assert Role.HEAD not in OFFICE


def test_an_administrator_writes_nothing_clinical() -> None:
    assert Role.ADMIN in OFFICE & CLOSING
    assert not any(Role.ADMIN in work for work in (DESK_WORK, EXAM_WORK, LEADING))


def test_every_role_has_a_name_and_an_idle_time() -> None:
    assert set(ROLE_NAMES) == set(IDLE_MINUTES) == set(Role)


def test_the_longest_idle_time_of_several_roles_counts() -> None:
    assert idle_minutes_of(["admin", "head"], None) == IDLE_MINUTES["head"]
    assert idle_minutes_of(["admin", "head"], {"admin": 90}) == 90
    assert idle_minutes_of(["admin", "head"], {"admin": 5, "head": 2}) == 5


@pytest.mark.parametrize("setting", [None, [], "x", {"admin": "10"}, {"admin": 0}, {"admin": -1}])
def test_a_setting_that_makes_no_sense_is_not_followed(setting: object) -> None:
    assert idle_minutes_of(["admin"], setting) == IDLE_MINUTES["admin"]


def test_an_account_without_roles_idles_shortest() -> None:
    assert idle_minutes_of([], None) == min(IDLE_MINUTES.values())


def test_a_caller_has_any_of_some_roles() -> None:
    who = Caller(account_id=2, username="anna", roles=frozenset({"admin"}), grant_id=1)
    assert who.has_any({"head", "admin"})
    assert not who.has_any({"head"})
    assert not who.has_any(set())
