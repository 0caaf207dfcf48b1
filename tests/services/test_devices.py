"""Adding, changing and retiring machines."""

from datetime import date

import pytest
from sqlalchemy import func, select

from tests.support import catalogue
from tests.support.catalogue import book, last_entry, values_of
from tests.support.department import SYSTEM, account_id, at
from tests.support.exam_room import arrived
from tracker.db import read_session
from tracker.domain.catalogue import DeviceValues
from tracker.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from tracker.models import Block
from tracker.queries.catalogue import capable_devices
from tracker.queries.devices import devices
from tracker.services.devices import (
    add_device,
    change_device,
    note_check,
    reinstate_device,
    retire_device,
)
from tracker.services.examining import Start, finish, start
from tracker.services.horizon import open_horizon

pytestmark = pytest.mark.usefixtures("app_context")
NEW = DeviceValues(
    code="US21", name="新彩超", room="21", capabilities=frozenset({"convex", "linear", "contrast"})
)


def change(code: str, **values: object) -> None:
    row = catalogue.device(code)
    change_device(row.id, values_of(row, DeviceValues, **values), by=SYSTEM, now=at(9))


def blocks_to_come(device_id: int) -> int:
    with read_session() as session:
        return session.scalar(
            select(func.count(Block.id)).where(
                Block.device_id == device_id, Block.starts_at >= at(9)
            )
        )


def test_a_new_device_can_do_what_it_was_given_and_shares_the_pressure():
    before = catalogue.device("US05").pressure
    device_id = add_device(NEW, by=SYSTEM, now=at(9))
    added = catalogue.device("US21")
    assert (added.id, added.version, added.room) == (device_id, 1, "21")
    assert added.pressure > 0
    assert catalogue.device("US05").pressure < before
    with read_session() as session:
        contrast = catalogue.exam_type("contrast").id
        assert "US21" in {each.code for each in capable_devices(session, contrast)}
    assert last_entry() == ("add", "device", {"code": "US21"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "US 21"),
        ("code", "US01"),
        ("code", "x" * 21),
        ("name", "  "),
        ("name", "a\x00b"),
        ("ae_title", "x" * 17),
        ("ae_title", "a\\b"),
        ("sort_order", -1),
        ("capabilities", frozenset({"x-ray"})),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(field: str, value: object):
    with pytest.raises(InvalidError) as refusal:
        add_device(values_of(NEW, DeviceValues, **{field: value}), by=SYSTEM, now=at(9))
    assert refusal.value.field == field
    with read_session() as session:
        assert len(devices(session, include_retired=True)) == 21


def test_a_change_is_a_new_version_and_says_what_changed():
    change("US01", room="301")
    row = catalogue.device("US01")
    assert (row.room, row.version) == ("301", 2)
    assert last_entry() == ("change", "device", {"room": ["门诊超声 1 室", "301"]})


def test_the_same_values_change_nothing():
    change("US01")
    assert catalogue.device("US01").version == 1


def test_an_old_version_is_stale_and_an_unknown_device_not_found():
    row = catalogue.device("US01")
    values = values_of(row, DeviceValues, room="301")
    with pytest.raises(StaleError):
        change_device(row.id, values, version=row.version + 1, by=SYSTEM, now=at(9))
    with pytest.raises(NotFoundError):
        change_device(9999, values, by=SYSTEM, now=at(9))


def test_a_function_that_bookings_need_cannot_be_taken_away():
    book("contrast", "US05", at(10))
    without = catalogue.device("US05").capabilities - {"contrast"}
    with pytest.raises(ConflictError):
        change("US05", capabilities=without)
    assert "contrast" in catalogue.device("US05").capabilities
    change("US09", capabilities=catalogue.device("US09").capabilities - {"contrast"})
    assert "contrast" not in catalogue.device("US09").capabilities


def test_a_device_with_bookings_is_not_retired():
    book("abdominal", "US05", at(10))
    row = catalogue.device("US05")
    with pytest.raises(ConflictError):
        retire_device(row.id, by=SYSTEM, now=at(9))
    assert not catalogue.device("US05").is_retired


def test_a_retired_device_is_out_of_service_until_it_is_brought_back():
    row = catalogue.device("US05")
    retire_device(row.id, version=row.version, by=SYSTEM, now=at(9))
    assert last_entry()[:2] == ("retire", "device")
    assert catalogue.device("US05").is_retired
    assert blocks_to_come(row.id) == 0
    open_horizon(by=SYSTEM, now=at(9), through=at(9, day=4).date())
    assert blocks_to_come(row.id) == 0
    reinstate_device(row.id, by=SYSTEM, now=at(9))
    open_horizon(by=SYSTEM, now=at(9), through=at(9, day=4).date())
    assert blocks_to_come(row.id) == 8  # Tuesday to Friday: Monday had begun, so it is left


def test_retiring_twice_changes_nothing():
    row = catalogue.device("US05")
    retire_device(row.id, by=SYSTEM, now=at(9))
    retire_device(row.id, by=SYSTEM, now=at(10))
    assert catalogue.device("US05").version == 2


def test_a_machine_on_which_an_exam_runs_is_not_retired_wherever_it_was_planned():
    booking_id = arrived(1, at(9), device="US08")
    start(booking_id, Start(device="US07"), by=account_id("sonographer"), now=at(9))
    with pytest.raises(ConflictError):
        retire_device(catalogue.device("US07").id, by=SYSTEM, now=at(9, 5))
    finish(booking_id, by=account_id("sonographer"), now=at(9, 9))
    retire_device(catalogue.device("US07").id, by=SYSTEM, now=at(9, 10))


def test_the_day_of_a_passed_check_is_kept_and_is_no_day_to_come():
    row = catalogue.device("US03")
    with pytest.raises(InvalidError) as refused:
        note_check(row.id, date(2026, 11, 24), by=SYSTEM, now=at(9))
    assert refused.value.field == "checked_on"
    note_check(row.id, date(2026, 11, 23), version=row.version, by=SYSTEM, now=at(9))
    assert catalogue.device("US03").checked_on == date(2026, 11, 23)
    assert last_entry() == ("change", "device", {"checked_on": [None, "2026-11-23"]})
    with pytest.raises(StaleError):
        note_check(row.id, date(2026, 11, 22), version=row.version, by=SYSTEM, now=at(9))
    with pytest.raises(NotFoundError):
        note_check(0, date(2026, 11, 22), by=SYSTEM, now=at(9))
