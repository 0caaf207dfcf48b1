"""GET /volume/quality/openings: the third next opening of everything that can be booked."""

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.documents import AnswerSchema, Document, instant_or_none, moment, text
from tracker.api.interface import answer, blueprint
from tracker.queries import read_session
from tracker.queries.next_openings import NextOpening, third_next_openings


class NextOpeningSchema(AnswerSchema):
    """The third next opening for one part; null: not within the days that a search may cover."""

    exam_type = text()
    stream = text()
    start = moment(allow_none=True)
    days = fields.Integer(allow_none=True, metadata={"description": "Calendar days from today."})


class NextOpeningsSchema(AnswerSchema):
    """Of every exam type and stream in service."""

    items = fields.List(fields.Nested(NextOpeningSchema))


@blueprint.route("/volume/quality/openings", tags=["volume"])
@blueprint.response(200, NextOpeningsSchema)
def show_next_openings() -> Response:
    """The third next opening of every exam type and stream, as of now"""
    with read_session() as session:
        found = third_next_openings(session, now=clock.now())
    return answer({"items": [next_opening_document(each) for each in found]})


def next_opening_document(each: NextOpening) -> Document:
    """NextOpeningSchema."""
    return {
        "exam_type": each.exam_type.code,
        "stream": each.stream.code,
        "start": instant_or_none(each.start),
        "days": each.days,
    }
