"""The calls that race: one use case each, by ids and values that can be sent to another process."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from tracker.db import read_session
from tracker.domain.catalogue import DeviceValues, ExamTypeValues
from tracker.domain.errors import DomainError
from tracker.domain.plan import DeviceDate
from tracker.drivers import no_shows
from tracker.queries.openings import Wish, find_openings
from tracker.services import (
    changing,
    closures,
    devices,
    exam_types,
    examining,
    exams,
    forecasting,
    handing_over,
    horizon,
    merging,
    planning,
    publishing,
    sheets,
    staff,
    taking_over,
    undoing,
)
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.writes.idempotency import Answer, Claim
from tracker.writes.placing import day_of


def answer_of(call: Callable[..., object], arguments: tuple[Any, ...]) -> str:
    """`ok` with what came of it, or the refusal's class and code; anything else says RAW."""
    try:
        result = call(*arguments)
    except DomainError as refusal:
        return f"{type(refusal).__name__} {refusal.code}"
    except BaseException as error:  # noqa: BLE001 - that is what the races look for
        return f"RAW {type(error).__name__}: {error}"
    return "ok" if result is None else f"ok {result}"


def book(by: int, now: datetime, order: BookingOrder) -> int:
    """Book; the booking's id."""
    booked = book_exam(order, by=by, now=now)
    assert isinstance(booked, Booked)
    return booked.booking_id


def book_first_offered(by: int, now: datetime, wish: Wish, patient: str) -> int:
    """Ask for openings as a desk does, and take the first."""
    with read_session() as session:
        opening = find_openings(session, wish, now=now).openings[0]
        devices = _device_codes(session)
    order = BookingOrder(
        patient, wish.exam_type, wish.stream, devices[opening.device_id], opening.start
    )
    return book(by, now, order)


def book_once(by: int, now: datetime, order: BookingOrder, token_id: int, key: str) -> str:
    """Book under an Idempotency-Key; the stored answer, whoever gave it."""
    claim = Claim(lambda _session, booked: (201, str(booked.booking_id)), token_id, key, "hash")
    answer = book_exam(order, by=by, now=now, claim=claim)
    assert isinstance(answer, Answer)
    return answer.body


def move(by: int, now: datetime, booking_id: int, device: str, start: datetime) -> None:
    """Move a booking."""
    changing.move_booking(booking_id, changing.Move(device, start), by=by, now=now)


def cancel(by: int, now: datetime, booking_id: int) -> None:
    """Cancel a booking."""
    changing.cancel_booking(booking_id, reason="rang up", by=by, now=now)


def check_in(by: int, now: datetime, booking_id: int, version: int | None = None) -> None:
    """Check a patient in."""
    changing.check_in(booking_id, by=by, now=now, version=version)


def return_patient(by: int, now: datetime, booking_id: int) -> None:
    """Take a no-show back."""
    changing.return_patient(booking_id, by=by, now=now)


def start(by: int, now: datetime, booking_id: int, device: str | None = None) -> None:
    """Start an exam, here or on another device."""
    examining.start(booking_id, examining.Start(device=device), by=by, now=now)


def finish(by: int, now: datetime, booking_id: int, number: str | None = None) -> None:
    """Finish an exam."""
    examining.finish(booking_id, examining.Report(number), by=by, now=now)


def finish_and_start_next(by: int, now: datetime, booking_id: int) -> None:
    """Finish an exam and start the next."""
    examining.finish_and_start_next(booking_id, by=by, now=now)


def undo(by: int, now: datetime, booking_id: int) -> None:
    """Take back the last step."""
    undoing.undo_step(booking_id, by=by, now=now, reason="mistake")


def enter_later(by: int, now: datetime, *entries: exams.ExamEntry) -> None:
    """Enter exams that were done but not clicked."""
    exams.enter_exams_later(list(entries), by=by, now=now)


def correct(by: int, now: datetime, exam_id: int, correction: exams.Correction) -> None:
    """Correct an exam."""
    exams.correct(exam_id, correction, by=by, now=now)


def merge(by: int, now: datetime, patient_id: int, into_id: int) -> None:
    """Merge a temporary record into the true one."""
    merging.merge_patient(patient_id, merging.Merge(into_id, "the same person"), by=by, now=now)


def void(by: int, now: datetime, exam_id: int) -> None:
    """Void an exam."""
    exams.void(exam_id, reason="twice", by=by, now=now)


def close(by: int, now: datetime, closing: closures.Closing) -> None:
    """Close a device or the department."""
    closures.close(closing, by=by, now=now)


def lift(by: int, now: datetime, closure_id: int) -> None:
    """Lift a closure."""
    closures.lift(closure_id, by=by, now=now)


def take_over(by: int, now: datetime, device: str, operator: str) -> None:
    """Take a machine over."""
    wanted = taking_over.Takeover(device, operator, "ill")
    taking_over.take_over_machine(wanted, by=by, now=now)


def change_device(by: int, now: datetime, device_id: int, values: DeviceValues) -> None:
    """Change a machine."""
    devices.change_device(device_id, values, by=by, now=now)


def import_sheet(
    by: int, now: datetime, lines: dict[str, list[sheets.SheetLine]], seen: str
) -> None:
    """Take in a sheet of machines that was rehearsed."""
    sheets.import_sheets("devices", lines, seen=seen, by=by, now=now)


def change_exam_type(by: int, now: datetime, exam_type_id: int, values: ExamTypeValues) -> None:
    """Change an exam type."""
    exam_types.change_exam_type(exam_type_id, values, by=by, now=now)


def retire_device(by: int, now: datetime, device_id: int) -> None:
    """Take a machine out of service."""
    devices.retire_device(device_id, by=by, now=now)


def retire_person(by: int, now: datetime, staff_member_id: int) -> None:
    """Let a person leave."""
    staff.retire_staff_member(staff_member_id, by=by, now=now)


def hand_over(by: int, now: datetime, booking_id: int, patient: str) -> None:
    """Hand a booking, and its exam, to the right patient."""
    right = handing_over.RightPatient(patient, "the wrong patient")
    handing_over.hand_over(booking_id, right, by=by, now=now)


def mark_due_no_shows(by: int, now: datetime) -> int:
    """What the job does."""
    return no_shows.mark_due_no_shows(by=by, now=now)


def open_days(by: int, now: datetime, through: datetime) -> None:
    """Open the horizon as far as a day."""
    horizon.open_horizon(by=by, now=now, through=day_of(through))


def forecast(by: int, now: datetime) -> str:
    """Forecast the demand; through which day."""
    return str(forecasting.forecast_demand(by=by, now=now).through)


def _device_codes(session: Any) -> dict[int, str]:
    from tracker.queries.devices import devices as devices_in_service

    return {device.id: device.code for device in devices_in_service(session)}


def publish(by: int, now: datetime, monday: date, version: int) -> None:
    """Put a week's draft in force."""
    publishing.publish(monday, version=version, by=by, now=now)


def clear_device_day(by: int, now: datetime, monday: date, key: DeviceDate) -> None:
    """Begin a week's draft by taking a device day's blocks away."""
    planning.edit_plan(monday, {key: ()}, action="remove", version=0, by=by, now=now)
