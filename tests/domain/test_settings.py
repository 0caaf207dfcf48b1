"""Settings as stored, as typed values, and what is refused."""

from datetime import time

import pytest

from tracker.domain.errors import InvalidError
from tracker.domain.settings import KEYS, DepartmentSettings, checked, settings_from, storable


def test_what_is_stored_comes_back():
    mine = DepartmentSettings(
        band_minutes=45,
        fasting_ends=time(11),
        idle_minutes={"reception": 5},
        desk_phone="8001",
        added_cap_per_role={"reception": 0},
    )
    stored = {key: storable(getattr(mine, key)) for key in KEYS}
    back = settings_from(stored)
    assert back.idle_minutes["reception"] == 5
    assert dict(back.added_cap_per_role) == {"reception": 0, "sonographer": 4, "head": 4}
    assert back.idle_minutes["admin"] == DepartmentSettings().idle_minutes["admin"]
    assert (back.band_minutes, back.fasting_ends, back.desk_phone) == (45, time(11), "8001")


def test_what_is_missing_or_broken_has_its_default():
    assert settings_from({}) == DepartmentSettings()
    assert settings_from({"band_minutes": "soon", "supply_lock": 0}) == DepartmentSettings()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("band_minutes", 0),
        ("band_minutes", True),
        ("band_minutes", "30"),
        ("horizon_weeks", 53),
        ("added_cap_per_block", -1),
        ("fasting_ends", "noon"),
        ("fasting_ends", None),
        ("idle_minutes", {"reception": 0}),
        ("idle_minutes", {"stranger": 5}),
        ("idle_minutes", 5),
        ("added_cap_per_role", {"reception": 51}),
        ("added_cap_per_role", {"admin": 1}),
        ("desk_phone", 7),
        ("slip_note_en", "x" * 401),
        ("colour_of_the_sky", "blue"),
    ],
)
def test_a_value_that_cannot_be_is_refused_on_its_field(key: str, value: object):
    with pytest.raises(InvalidError) as refusal:
        checked(key, value)
    assert refusal.value.field == key


def test_the_slip_tells_one_time_to_arrive() -> None:
    """The band on it; its last lines ask for no other hour."""
    notes = (DepartmentSettings().slip_note_zh, DepartmentSettings().slip_note_en)
    assert [any(letter.isdigit() for letter in note) for note in notes] == [False, False]
