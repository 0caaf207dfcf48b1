"""POST /closures and DELETE /closures/{id}: closing a device or the department, and lifting that again."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.documents import AnswerSchema, text
from tracker.api.fields import LONGEST_REASON, Code, Instant, OneOf, Text
from tracker.api.interface import answer, blueprint, path_id
from tracker.api.reading import RequestSchema
from tracker.services.closures import Closing, close, lift


class ClosureBody(RequestSchema):
    """A stretch in which a device, or the whole department (null), does not work."""

    device = Code("null: the whole department.", required=True, allow_none=True)
    start = Instant(required=True)
    end = Instant(required=True)
    reason = Text(longest=LONGEST_REASON, required=True)
    bookings = OneOf(
        ("move", "flag"),
        "Move the bookings it hits where that is possible, or keep and flag all.",
        required=True,
    )


class ClosureSchema(AnswerSchema):
    """What became of the bookings that were hit: each is moved or flagged."""

    id = text()
    moved = fields.List(fields.String(), metadata={"description": "Bookings, by id."})
    flagged = fields.List(fields.String(), metadata={"description": "Bookings, by id."})


@blueprint.route("/closures", methods=["POST"], tags=["closures"])
@blueprint.arguments(ClosureBody)
@blueprint.response(201, ClosureSchema)
def close_stretch(body: dict[str, Any]) -> Response:
    """Close a device or the department for a stretch"""
    closed = close(Closing(**body), by=caller().account_id, now=clock.now())
    document = {
        "id": str(closed.closure_id),
        "moved": [str(booking) for booking in closed.moved],
        "flagged": [str(booking) for booking in closed.flagged],
    }
    return answer(document, 201)


@blueprint.route(
    "/closures/<closure>",
    methods=["DELETE"],
    parameters=path_id("closure", "Its id."),
    tags=["closures"],
)
@blueprint.response(204)
def lift_closure(closure: str) -> Response:
    """Lift a closure: its time is open again"""
    lift(number_of(closure), by=caller().account_id, now=clock.now())
    return Response(status=204)
