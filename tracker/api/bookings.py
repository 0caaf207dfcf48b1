"""POST and GET /bookings: booking an exam, and reading bookings back. What is done to one: booking_steps."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.documents import AnswerSchema, BookingSchema, booking_document, text
from tracker.api.fields import LONGEST_REASON, Code, Day, Inner, Instant, PatientKey, Text, Whole
from tracker.api.idempotency import claimed, idempotent
from tracker.api.interface import answer, blueprint, path_id, rendered
from tracker.api.pages import PageQuery, aware, page, read_cursor, row_id
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, NotFoundError
from tracker.queries import read_session
from tracker.queries.booking_lines import booking_line, booking_lines
from tracker.queries.openings import MOST_PARTS
from tracker.services.booking import LONGEST_BAND_MINUTES, BookingOrder, book_exam


class AddedBody(RequestSchema):
    """Beyond the plan (加号)."""

    reason = Text(longest=LONGEST_REASON, required=True)


class BookingBody(RequestSchema):
    """What is to be booked."""

    patient = PatientKey(required=True)
    exam_type = Code(required=True)
    parts = Whole(1, MOST_PARTS, load_default=1)
    stream = Code(required=True)
    start = Instant("A whole minute.", required=True)
    device = Code(required=True)
    within = Whole(
        0,
        LONGEST_BAND_MINUTES,
        "If the minute was taken meanwhile, the next opening at most so many minutes later will do.",
        load_default=0,
    )
    added = Inner(AddedBody, "Takes no planned minutes.", load_default=None, allow_none=True)


class BookingQuery(PageQuery):
    """Which bookings."""

    date = Day("Of this day of the hospital.", load_default=None)
    device = Code("Planned on this device.", load_default=None)


class BookingPageSchema(AnswerSchema):
    """Bookings by planned start."""

    items = fields.List(fields.Nested(BookingSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/bookings", methods=["POST"], endpoint="book_exam", tags=["bookings"])
@idempotent
@blueprint.arguments(BookingBody)
@blueprint.response(201, BookingSchema)
def book(body: dict[str, Any]) -> Response:
    """Book an exam"""
    who = caller()
    added = body["added"]
    order = BookingOrder(
        patient=body["patient"],
        exam_type=body["exam_type"],
        stream=body["stream"],
        device=body["device"],
        start=body["start"],
        parts=body["parts"],
        within_minutes=body["within"],
        added_reason=None if added is None else added["reason"],
    )
    claim = claimed(body, _render)
    return rendered(book_exam(order, by=who.account_id, now=clock.now(), claim=claim))


def _render(session: Any, booked: Any) -> object:
    return booking_document(booking_line(session, booked.booking_id))


def answer_booking(booking_id: int) -> Response:
    """A booking as it is now. Raises NotFoundError."""
    with read_session() as session:
        return answer(booking_document(booking_line(session, booking_id)))


def number_of(text_id: str) -> int:
    """The number behind an id in an address. Raises NotFoundError for what can be none."""
    if not (text_id.isascii() and text_id.isdigit() and len(text_id) <= 9):
        raise NotFoundError(N_("There is nothing with this id."))
    return int(text_id)


@blueprint.route("/bookings", endpoint="list_bookings", tags=["bookings"])
@blueprint.arguments(BookingQuery, location="query")
@blueprint.response(200, BookingPageSchema)
def list_bookings(query: dict[str, Any]) -> Response:
    """Bookings, of a day or a device"""
    limit = query["limit"]
    with read_session() as session:
        found = booking_lines(
            session,
            local_date=query["date"],
            device=query["device"],
            after=read_cursor(query["cursor"], aware, row_id),
            limit=limit + 1,
        )
    document = page(found, limit, document=booking_document, place=lambda line: line.place)
    return answer(document)


@blueprint.route("/bookings/<booking>", parameters=path_id("booking", "Its id."), tags=["bookings"])
@blueprint.response(200, BookingSchema)
def show_booking(booking: str) -> Response:
    """One booking"""
    return answer_booking(number_of(booking))
