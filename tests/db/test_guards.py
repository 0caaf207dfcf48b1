"""No double booking, by the database: raw rows that overlap are refused under the same name on both engines."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.db.rows import at, block, booking, guard_named, refusal_of, write
from tracker.db import db
from tracker.domain.lifecycle import LIVE, Status
from tracker.models import Block, Booking

pytestmark = pytest.mark.usefixtures("app_context")

DEVICE, PATIENT = "ex_booking_device", "ex_booking_patient"
BLOCK_DEVICE, BLOCK_OPERATOR = "ex_block_device", "ex_block_operator"
A_WEEK = 7 * 24 * 60

# Beside a span from minute 30 to 40.
OVERLAPPING = [(30, 40), (29, 31), (39, 41), (33, 35), (20, 50), (30, 31), (-A_WEEK, A_WEEK)]


def change(booking_id: int, **values: Any) -> Any:
    return update(Booking).where(Booking.id == booking_id).values(**values)


# --- bookings on a device and of a patient ---------------------------------------------------------


def test_neither_device_nor_patient_is_booked_twice() -> None:
    write(booking(30, 40))
    for span in OVERLAPPING:
        assert refusal_of(booking(*span, patient_id=2)) == DEVICE
        assert refusal_of(booking(*span, device_id=2)) == PATIENT


def test_spans_that_only_touch_are_apart() -> None:
    write(booking(30, 40))
    assert refusal_of(booking(20, 30), booking(40, 50), booking(500, 510)) is None


@pytest.mark.parametrize("span", [(20, 50), (-A_WEEK, A_WEEK)])
def test_a_span_is_guarded_to_its_end_however_long_it_is(span: tuple[int, int]) -> None:
    write(booking(*span), booking(-2 * A_WEEK, -A_WEEK), booking(A_WEEK, A_WEEK + 1))
    assert refusal_of(booking(30, 40, patient_id=2)) == DEVICE
    assert refusal_of(booking(30, 40, device_id=2)) == PATIENT


def test_a_microsecond_is_an_overlap() -> None:
    write(booking(0, 10))
    just_before = at(10) - timedelta(microseconds=1)
    assert refusal_of(booking(10, 20, patient_id=2, starts_at=just_before)) == DEVICE


def test_different_devices_and_patients_share_any_time() -> None:
    write(booking(), booking(device_id=2, patient_id=2))
    assert refusal_of(booking(device_id=3, patient_id=3)) is None


def test_live_bookings_hold_their_time_and_the_others_do_not() -> None:
    for place, status in enumerate(Status):
        start = place * 100
        write(booking(start, start + 10, status=status))
        expected = (DEVICE, PATIENT) if status in LIVE else (None, None)
        found = [
            refusal_of(booking(start, start + 10, patient_id=2, status=status)),
            refusal_of(booking(start, start + 10, device_id=2, status=status)),
        ]
        assert tuple(found) == expected, status


@pytest.mark.parametrize("status", ["cancelled", "no_show"])
def test_a_freed_booking_is_refused_when_it_comes_back_to_a_taken_time(status: str) -> None:
    write(booking(status=status), booking(patient_id=2))
    assert refusal_of(change(1, status="arrived")) == DEVICE


def test_an_added_booking_stands_outside_the_device_but_not_outside_the_patient() -> None:
    write(booking(), booking(patient_id=2, is_added=True), booking(patient_id=3, is_added=True))
    assert refusal_of(booking(device_id=2, is_added=True)) == PATIENT
    assert refusal_of(booking(device_id=2, patient_id=2)) == PATIENT
    assert refusal_of(change(2, is_added=False)) == DEVICE


def test_held_bookings_can_change_places_and_are_guarded_when_they_are_placed() -> None:
    write(booking(0, 10), booking(10, 20, patient_id=2))
    spans = [(at(10), at(20)), (at(0), at(10))]
    placed = [
        change(n, is_held=False, starts_at=a, ends_at=b, device_ends_at=b, patient_ends_at=b)
        for n, (a, b) in enumerate(spans, start=1)
    ]
    assert refusal_of(*placed) == DEVICE
    assert refusal_of(change(1, is_held=True), change(2, is_held=True), *placed) is None
    assert refusal_of(booking(patient_id=3, is_held=True)) is None
    assert refusal_of(change(3, is_held=False)) == DEVICE


def test_a_booking_that_is_changed_is_guarded_like_a_new_one() -> None:
    write(booking(0, 10), booking(10, 20, patient_id=2))
    earlier = {"starts_at": at(5), "device_ends_at": at(9), "patient_ends_at": at(9)}
    assert refusal_of(change(2, starts_at=at(9))) == DEVICE
    assert refusal_of(change(2, **earlier)) == DEVICE
    assert refusal_of(change(2, patient_ends_at=at(500)), change(2, status="arrived")) is None
    assert refusal_of(change(2, device_id=2), change(2, **earlier)) is None
    assert refusal_of(change(2, id=77)) is None


def test_a_booking_taken_to_another_device_or_patient_is_guarded_there() -> None:
    write(booking(), booking(device_id=2, patient_id=2), booking(10, 20, patient_id=2))
    assert refusal_of(change(1, device_id=2)) == DEVICE
    assert refusal_of(change(1, patient_id=2)) == PATIENT


def test_the_time_that_an_early_finish_freed_can_be_booked() -> None:
    write(booking(0, 30, device_ends_at=at(10), patient_ends_at=at(10)))
    assert refusal_of(booking(10, 30)) is None


def test_a_span_cut_to_nothing_holds_nothing_and_hits_nothing() -> None:
    write(booking(0, 30), booking(10, 10, patient_id=2), booking(10, 10, device_id=2))
    assert refusal_of(change(2, device_ends_at=at(11))) == DEVICE
    assert refusal_of(change(3, patient_ends_at=at(11))) == PATIENT
    assert refusal_of(change(1, status="cancelled"), booking(0, 30, status="booked")) is None


def test_the_observation_holds_the_patient_and_not_the_device() -> None:
    write(booking(0, 30, patient_ends_at=at(60)))
    assert refusal_of(booking(30, 40, device_id=2)) == PATIENT
    assert refusal_of(booking(30, 40, patient_id=2)) is None


# --- blocks ----------------------------------------------------------------------------------------


def test_a_device_and_a_doctor_work_in_one_block_at_a_time() -> None:
    write(block(30, 40), block(0, 30), block(40, 50))
    for span in OVERLAPPING:
        assert refusal_of(block(*span, operator=2)) == BLOCK_DEVICE
        assert refusal_of(block(*span, device=2)) == BLOCK_OPERATOR
    assert refusal_of(block(30, 40, device=2, operator=2)) is None


def test_blocks_without_a_doctor_share_nobody() -> None:
    write(block(0, 60, operator=None))
    assert refusal_of(block(0, 60, device=2, operator=None)) is None
    assert refusal_of(block(59, 61, operator=None)) == BLOCK_DEVICE


def test_a_block_that_grows_or_changes_hands_is_guarded() -> None:
    write(block(0, 60), block(60, 120, operator=2), block(0, 60, device=2, operator=3))
    assert refusal_of(update(Block).where(Block.id == 1).values(ends_at=at(61))) == BLOCK_DEVICE
    assert refusal_of(update(Block).where(Block.id == 3).values(operator_id=1)) == BLOCK_OPERATOR
    assert refusal_of(update(Block).where(Block.id == 1).values(ends_at=at(59))) is None


# --- any rows --------------------------------------------------------------------------------------

rows = st.lists(
    st.fixed_dictionaries(
        {
            "span": st.tuples(st.integers(0, 40), st.sampled_from([0, 1, 5, 20, 4000])),
            "patient_id": st.integers(1, 2),
            "device_id": st.integers(1, 2),
            "status": st.sampled_from(["booked", "completed", "cancelled"]),
            "is_added": st.booleans(),
            "is_held": st.sampled_from([False, False, False, True]),
        }
    ),
    max_size=8,
)


@settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows)
def test_the_guards_refuse_exactly_what_overlaps(made: list[dict[str, Any]]) -> None:
    with db.engine.connect() as connection:
        kept: list[dict[str, Any]] = []
        for row in made:
            values = {**row}
            start, minutes = values.pop("span")
            try:
                with connection.begin_nested():
                    connection.execute(booking(start, start + minutes, **values))
                    kept.append(row)
                    found = set[str]()
            except IntegrityError as error:
                found = {guard_named(error)}
            expected = clashes(row, [other for other in kept if other is not row])
            assert found <= expected
            assert bool(found) is bool(expected)
        connection.rollback()


def clashes(row: dict[str, Any], kept: list[dict[str, Any]]) -> set[str]:
    """The guards that these kept rows give against a row, worked out in plain Python."""

    def guarded(one: dict[str, Any]) -> bool:
        return one["status"] != "cancelled" and not one["is_held"] and one["span"][1] > 0

    def overlap(other: dict[str, Any]) -> bool:
        (a, n), (b, m) = row["span"], other["span"]
        return guarded(row) and guarded(other) and a < b + m and b < a + n

    def shares(others: list[dict[str, Any]], key: str) -> bool:
        return any(other[key] == row[key] for other in others)

    hit = [other for other in kept if overlap(other)]
    planned = [other for other in hit if not other["is_added"] and not row["is_added"]]
    found = {DEVICE} if shares(planned, "device_id") else set()
    return found | ({PATIENT} if shares(hit, "patient_id") else set())
