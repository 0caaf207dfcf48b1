"""POST /bookings/{id}/…: one endpoint for each step; every answer is the booking as it is afterwards."""

from collections.abc import Callable
from typing import Any

from flask import Response

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import answer_booking, number_of
from tracker.api.documents import BookingSchema, booking_document, text
from tracker.api.fields import LONGEST_REASON, Code, Flag, Instant, PatientKey, Text, Whole
from tracker.api.interface import answer, blueprint, path_id
from tracker.api.reading import RequestSchema
from tracker.domain.corrections import may_cancel, may_undo
from tracker.domain.errors import N_, ForbiddenError, IllegalTransitionError
from tracker.domain.lifecycle import Status
from tracker.domain.roles import EXAM_WORK
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.booking_lines import BookingLine, booking_line
from tracker.queries.openings import MOST_PARTS
from tracker.queries.same_exam import same_exam_as
from tracker.services.changing import (
    Move,
    cancel_booking,
    check_in,
    mark_no_show,
    move_booking,
    return_patient,
)
from tracker.services.examining import Start, finish, start
from tracker.services.handing_over import RightPatient, hand_over
from tracker.services.settling import Examined, settle_as_examined
from tracker.services.undoing import undo_step
from tracker.writes.examining import Report

LONGEST_EXAM_NUMBER = 40
MOST_VERSIONS = 1_000_000_000

Body = dict[str, Any]


class StepBody(RequestSchema):
    """Any step."""

    version = Whole(
        1, MOST_VERSIONS, "The version that was seen; an older one is refused.", load_default=None
    )


class MoveBody(StepBody):
    """Another time or device."""

    start = Instant("A whole minute.", required=True)
    device = Code(required=True)


class CancelBody(StepBody):
    """Why it is cancelled."""

    reason = Text(longest=LONGEST_REASON, required=True)


class StartBody(StepBody):
    """Where and by whom, if not as booked."""

    device = Code("Where the exam really is done.", load_default=None, allow_none=True)
    operator = Code("Who really examines.", load_default=None, allow_none=True)


class FinishBody(StepBody):
    """What the report sheet says."""

    exam_number = Text(
        "Scanned or typed; without it one is issued.",
        longest=LONGEST_EXAM_NUMBER,
        load_default=None,
        allow_none=True,
    )
    parts = Whole(1, MOST_PARTS, "If not as booked.", load_default=None, allow_none=True)
    supervisor = Code("Who supervised.", load_default=None, allow_none=True)
    assistant = Code("Who assisted.", load_default=None, allow_none=True)


class ExaminedBody(FinishBody):
    """How the exam went."""

    start = Instant(required=True)
    end = Instant(required=True)
    device = Code(required=True)
    operator = Code("Who examined.", required=True)
    reason = Text("Why it is entered later.", longest=LONGEST_REASON, least=0, load_default="")
    is_another = Flag(
        "It is not the exam of this type that the patient already has on that day.",
        load_default=False,
    )


class RightPatientBody(StepBody):
    """Whose booking it really is."""

    patient = PatientKey(required=True)
    reason = Text(longest=LONGEST_REASON, required=True)


class UndoBody(StepBody):
    """Why the last step is taken back."""

    reason = Text(
        "Needed ten minutes after a finish.", longest=LONGEST_REASON, least=0, load_default=""
    )


class FinishedSchema(BookingSchema):
    """The booking whose exam is finished."""

    same_exam_that_day = text(
        "Another exam of this type that the patient has on that day: perhaps the same, entered from paper.",
        allow_none=True,
    )


View = Callable[..., Response]


def _step(
    name: str, body: type[StepBody], answers: type[BookingSchema] = BookingSchema
) -> Callable[[View], View]:
    """The route of one step and what it takes and answers."""

    def decorate(view: View) -> View:
        answered = blueprint.response(200, answers)(view)
        reading = blueprint.arguments(body, required=_needs_fields(body))(answered)
        rule = f"/bookings/<booking>/{name}"
        endpoint = f"{name.replace('-', '_')}_booking"
        blueprint.add_url_rule(
            rule,
            endpoint,
            reading,
            methods=["POST"],
            parameters=path_id("booking", "Its id."),
            tags=["bookings"],
        )
        return view

    return decorate


def _needs_fields(body: type[StepBody]) -> bool:
    return any(field.required for field in body().fields.values())


@_step("move", MoveBody)
def move(body: dict[str, Any], booking: str) -> Response:
    """Give a booking another time or device"""
    where = Move(body["device"], body["start"])
    move_booking(number_of(booking), where, **_author(body))
    return answer_booking(number_of(booking))


@_step("cancel", CancelBody)
def cancel(body: dict[str, Any], booking: str) -> Response:
    """Cancel a booking; its time is free at once"""
    seen = _guarded(number_of(booking), body, _may_cancel)
    cancel_booking(number_of(booking), reason=body["reason"], **_author(seen))
    return answer_booking(number_of(booking))


@_step("arrive", StepBody)
def arrive(body: dict[str, Any], booking: str) -> Response:
    """The patient is here; one who did not come gets the next opening of today"""
    try:
        check_in(number_of(booking), **_author(body))
    except IllegalTransitionError as refusal:
        if refusal.details.get("status") != Status.NO_SHOW:
            raise
        return_patient(number_of(booking), **_author(body))
    return answer_booking(number_of(booking))


@_step("start", StartBody)
def start_exam(body: dict[str, Any], booking: str) -> Response:
    """Start the exam of a patient who has arrived"""
    start(number_of(booking), Start(body["device"], body["operator"]), **_author(body))
    return answer_booking(number_of(booking))


@_step("finish", FinishBody, FinishedSchema)
def finish_exam(body: dict[str, Any], booking: str) -> Response:
    """Finish the exam; it is counted"""
    report = Report(body["exam_number"], body["parts"], body["supervisor"], body["assistant"])
    exam_id = finish(number_of(booking), report, **_author(body))
    with read_session() as session:
        document = booking_document(booking_line(session, number_of(booking)))
        other = same_exam_as(session, exam_id)
    return answer({**document, "same_exam_that_day": None if other is None else str(other.id)})


@_step("examined", ExaminedBody)
def settle_as_done(body: dict[str, Any], booking: str) -> Response:
    """Enter the exam of a booking that an earlier day left open; it is counted on its own day"""
    done = Examined(
        device=body["device"],
        operator=body["operator"],
        started_at=body["start"],
        ended_at=body["end"],
        parts=body["parts"],
        number=body["exam_number"],
        reason=body["reason"],
        is_another=body["is_another"],
        supervisor=body["supervisor"],
        assistant=body["assistant"],
    )
    settle_as_examined(number_of(booking), done, **_author(body))
    return answer_booking(number_of(booking))


@_step("patient", RightPatientBody)
def give_to_patient(body: dict[str, Any], booking: str) -> Response:
    """Hand a wrong patient's booking, and its exam, to the right one"""
    right = RightPatient(body["patient"], body["reason"])
    hand_over(number_of(booking), right, **_author(body))
    return answer_booking(number_of(booking))


@_step("no-show", StepBody)
def no_show(body: dict[str, Any], booking: str) -> Response:
    """The patient did not come; the time is free at once"""
    mark_no_show(number_of(booking), **_author(body))
    return answer_booking(number_of(booking))


@_step("undo", UndoBody)
def undo(body: dict[str, Any], booking: str) -> Response:
    """Take back the last step: check-in, start, finish or cancellation"""
    seen = _guarded(number_of(booking), body, _may_undo)
    undo_step(number_of(booking), reason=body["reason"], **_author(seen))
    return answer_booking(number_of(booking))


def _author(body: dict[str, Any]) -> dict[str, Any]:
    return {"by": caller().account_id, "now": clock.now(), "version": body["version"]}


def _guarded(booking_id: int, body: dict[str, Any], may: Callable[[BookingLine], bool]) -> Body:
    """Let only those who examine take back or stop an exam. Raises ForbiddenError, NotFoundError.

    Pins the version that was looked at, so that the booking cannot reach the room in between.
    """
    if caller().has_any(EXAM_WORK):
        return body
    with read_session() as session:
        line = booking_line(session, booking_id)
    if not may(line):
        raise ForbiddenError(N_("The token's roles do not include stopping or undoing an exam."))
    return {**body, "version": body["version"] or line.version}


def _may_cancel(line: BookingLine) -> bool:
    zone = clock.hospital_zone()
    day, today = (local_date_of(instant, zone) for instant in (line.starts_at, clock.now()))
    return may_cancel(caller().roles, status=Status(line.status), day=day, today=today)


def _may_undo(line: BookingLine) -> bool:
    return may_undo(caller().roles, status=Status(line.status))
