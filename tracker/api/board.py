"""GET /board: what every device does at this moment."""

from flask import Response
from marshmallow import fields, validate

from tracker import clock
from tracker.api.documents import AnswerSchema, Document, instant, instant_or_none, moment, text
from tracker.api.interface import answer, blueprint
from tracker.api.reading import RequestSchema
from tracker.queries import read_session
from tracker.queries.board import BoardBooking, BoardDevice, board


class NothingQuery(RequestSchema):
    """A query without fields."""


class NextBookingSchema(AnswerSchema):
    """Whose turn is next on a device."""

    booking = text("The booking's id.")
    exam_type = text()
    start = moment("As planned.")


class BoardDeviceSchema(AnswerSchema):
    """A device now."""

    device = text()
    state = text(validate=validate.OneOf(["free", "in_use", "closed"]))
    exam_type = text("In progress.", allow_none=True)
    since = moment(allow_none=True)
    until = moment("Expected; for a free device: when the plan wants it next.", allow_none=True)
    late_minutes = fields.Integer()
    next = fields.Nested(NextBookingSchema, allow_none=True)
    free_minutes = fields.Integer(metadata={"description": "Left to book today."})


class BoardSchema(AnswerSchema):
    """The board."""

    now = moment()
    items = fields.List(fields.Nested(BoardDeviceSchema))


@blueprint.route("/board", tags=["desk"])
@blueprint.arguments(NothingQuery, location="query")
@blueprint.response(200, BoardSchema)
def show_board(_query: dict[str, object]) -> Response:
    """Every device now"""
    now = clock.now()
    with read_session() as session:
        devices = board(session, now=now)
    return answer({"now": instant(now), "items": [_device(device) for device in devices]})


def _device(device: BoardDevice) -> Document:
    return {
        "device": device.device,
        "state": device.state,
        "exam_type": device.exam_type,
        "since": instant_or_none(device.since),
        "until": instant_or_none(device.until),
        "late_minutes": device.late_minutes,
        "next": _next(device.next),
        "free_minutes": device.free_minutes,
    }


def _next(booking: BoardBooking | None) -> Document | None:
    if booking is None:
        return None
    return {
        "booking": str(booking.id),
        "exam_type": booking.exam_type,
        "start": instant(booking.starts_at),
    }
