"""GET /volume/quality/bookings and /exams: the rows that the figures of quality, and of the case for a machine, are sums of."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import (
    AnswerSchema,
    Document,
    id_or_none,
    instant,
    instant_or_none,
    moment,
    patient_id,
    text,
)
from tracker.api.fields import Codes, OneOf, RowId, Whole
from tracker.api.interface import answer, blueprint
from tracker.api.pages import PageQuery, aware, page, read_cursor, row_id
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.attendance import LEADS
from tracker.queries.attendance_rows import (
    STATUSES,
    AttendanceFilter,
    EndedBooking,
    attendance_rows,
    sum_attendance,
)
from tracker.queries.wait_rows import WaitFilter, WaitRow, wait_rows, waiting_exams

WHICH: dict[str, dict[str, Any]] = {
    "measured": {},
    "not_measured": {"is_measured": False},
    "checked_in": {"checked_in": True},
    "compared": {"is_compared": True},
    "live": {"is_live": True},
    "not_live": {"is_live": False},
    "past_block": {"past_block": True},
}
"""Which exams, as a filter says it."""
LONGEST_WAIT = 9999


class QualityBookingsQuery(PageQuery, DaysQuery):
    """Which bookings of the days, as far as they are over."""

    stream = Codes("Of these streams only.", load_default=None)
    exam_type = Codes("Of these exam types only.", load_default=None)
    status = OneOf(STATUSES, load_default=None)
    lead = OneOf(
        tuple(map(str, LEADS)),
        "`from_days` of a line of by_lead: made so many days before.",
        load_default=None,
    )
    step = RowId("`step` of a reason: ended with the same words.", load_default=None)


class QualityBookingSchema(AnswerSchema):
    """A booking, and how it ended."""

    id = text()
    status = text()
    patient = text("The patient's id.")
    exam_type = text()
    parts = fields.Integer()
    stream = text()
    device = text("As planned.")
    start = moment("As planned.")
    end = moment("As planned.")
    planned_minutes = fields.Integer()
    booked_at = moment()
    reason = text("Why it stands cancelled or not come to; empty: not said, or it does not.")
    exam = text("The exam that counts, once there is one.", allow_none=True)


class QualityBookingsSchema(AnswerSchema):
    """Bookings by planned start; the sums are those of all pages."""

    bookings = fields.Integer()
    planned_minutes = fields.Integer()
    items = fields.List(fields.Nested(QualityBookingSchema))
    next_cursor = text(allow_none=True)


class QualityExamsQuery(PageQuery, DaysQuery):
    """Which exams of the days, as far as they are over."""

    which = OneOf(
        tuple(WHICH),
        "measured: clicked live and booked; checked_in and compared (with the standard duration): those of them alone; "
        "not_measured: all others; live: clicked live, booked or not; not_live: entered later or from a file; past_block: those that ran past the block.",
        load_default="measured",
    )
    stream = Codes("Of these streams only.", load_default=None)
    exam_type = Codes("Of these exam types only.", load_default=None)
    device = Codes("Of these devices only.", load_default=None)
    from_days = Whole(0, LONGEST_WAIT, "Working days waited at least.", load_default=None)
    to_days = Whole(0, LONGEST_WAIT, "Working days waited at most.", load_default=None)
    goal = OneOf(("within",), "Within the stream's goal.", load_default=None)
    within_hours = Whole(
        0, LONGEST_WAIT, "Ended so many hours after booking at most.", load_default=None
    )
    within_minutes = Whole(
        0, LONGEST_WAIT, "Started so many minutes after check-in at most.", load_default=None
    )


class QualityExamSchema(AnswerSchema):
    """An exam with its waits; of one that is not measured, or has no booking or check-in, they are null."""

    id = text()
    number = text("On the report sheet.")
    booking = text(allow_none=True)
    patient = text(allow_none=True)
    exam_type = text()
    parts = fields.Integer()
    stream = text()
    device = text()
    local_date = fields.Date()
    start = moment()
    entered_later = fields.Boolean()
    booked_at = moment(allow_none=True)
    arrived_at = moment(allow_none=True)
    working_days = fields.Integer(allow_none=True)
    minutes_waited = fields.Integer(allow_none=True)
    planned_minutes = fields.Integer(allow_none=True)
    actual_minutes = fields.Integer()
    past_block_minutes = fields.Integer(
        allow_none=True, metadata={"description": "Null unless `past_block` was asked for."}
    )


class QualityExamsSchema(AnswerSchema):
    """Exams by day and id; the sums are those of all pages."""

    exams = fields.Integer()
    planned_minutes = fields.Integer(
        allow_none=True,
        metadata={"description": "Of those with a booking; null where not measured."},
    )
    actual_minutes = fields.Integer()
    past_block_minutes = fields.Integer(allow_none=True)
    items = fields.List(fields.Nested(QualityExamSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/volume/quality/bookings", tags=["volume"])
@blueprint.arguments(QualityBookingsQuery, location="query")
@blueprint.response(200, QualityBookingsSchema)
def list_quality_bookings(query: dict[str, Any]) -> Response:
    """The bookings behind attendance, and behind the minutes booked of a function"""
    chosen = AttendanceFilter(
        *_days_over(query),
        stream=query["stream"],
        exam_type=query["exam_type"],
        lead=None if query["lead"] is None else int(query["lead"]),
        status=query["status"],
        alike=query["step"],
    )
    place, limit = read_cursor(query["cursor"], aware, row_id), query["limit"]
    with read_session() as session:
        sums = sum_attendance(session, chosen)
        found = attendance_rows(session, chosen, after=place, limit=limit + 1)
    listed = page(
        found,
        limit,
        document=_booking,
        place=lambda row: (row.booking.starts_at, row.booking.id),
    )
    return answer({"bookings": sums.bookings, "planned_minutes": sums.planned_minutes, **listed})


@blueprint.route("/volume/quality/exams", tags=["volume"])
@blueprint.arguments(QualityExamsQuery, location="query")
@blueprint.response(200, QualityExamsSchema)
def list_quality_exams(query: dict[str, Any]) -> Response:
    """The exams behind waits, minutes and what ran past the block"""
    chosen = WaitFilter(
        *_days_over(query),
        stream=query["stream"],
        exam_type=query["exam_type"],
        device=query["device"],
        days_from=query["from_days"],
        days_to=query["to_days"],
        within_goal=query["goal"] is not None,
        hours_to=query["within_hours"],
        minutes_to=query["within_minutes"],
        **WHICH[query["which"]],
    )
    cursor = read_cursor(query["cursor"], date.fromisoformat, row_id)
    limit = query["limit"]
    with read_session() as session:
        every = waiting_exams(session, chosen)
        rows = wait_rows(session, chosen, every.behind(cursor, limit + 1))
    listed = page(rows, limit, document=_exam, place=lambda row: (row.local_date, row.id))
    sums = {
        "exams": len(every.places),
        "planned_minutes": every.planned_minutes,
        "actual_minutes": every.actual_minutes,
        "past_block_minutes": every.past_block_minutes,
    }
    return answer({**sums, **listed})


def _days_over(query: dict[str, Any]) -> tuple[date, date]:
    first, last = days_of(query)
    return first, min(last, local_date_of(clock.now(), clock.hospital_zone()))


def _booking(row: EndedBooking) -> Document:
    booking = row.booking
    return {
        "id": str(booking.id),
        "status": booking.status,
        "patient": patient_id(booking.patient_id),
        "exam_type": booking.exam_type,
        "parts": booking.parts,
        "stream": booking.stream,
        "device": booking.device,
        "start": instant(booking.starts_at),
        "end": instant(booking.ends_at),
        "planned_minutes": row.planned_minutes,
        "booked_at": instant(booking.created_at),
        "reason": row.reason,
        "exam": id_or_none(booking.exam_id),
    }


def _exam(row: WaitRow) -> Document:
    return {
        "id": str(row.id),
        "number": row.number,
        "booking": id_or_none(row.booking_id),
        "patient": None if row.patient_id is None else patient_id(row.patient_id),
        "exam_type": row.exam_type,
        "parts": row.parts,
        "stream": row.stream,
        "device": row.device,
        "local_date": row.local_date.isoformat(),
        "start": instant(row.started_at),
        "entered_later": row.entered_later,
        "booked_at": instant_or_none(row.asked_at),
        "arrived_at": instant_or_none(row.arrived_at),
        "working_days": row.working_days,
        "minutes_waited": row.minutes,
        "planned_minutes": row.planned_minutes,
        "actual_minutes": row.actual_minutes,
        "past_block_minutes": row.past_block_minutes,
    }
