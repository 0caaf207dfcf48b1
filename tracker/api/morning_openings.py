"""GET /volume/quality/mornings: how far away the third next openings were on the mornings of some days."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Code
from tracker.api.interface import answer, blueprint
from tracker.domain.errors import N_, InvalidError
from tracker.domain.spread import Spread
from tracker.queries import read_session
from tracker.queries.morning_openings import OUT_OF_REACH, Mornings, course, mornings


class MorningsQuery(DaysQuery):
    """Which days, and whose course."""

    exam_type = Code("The exam type whose mornings are told one by one.", load_default=None)


class StreamMorningsSchema(AnswerSchema):
    """The mornings of a stream: calendar days to the third next opening; null: later than a search may cover."""

    stream = text()
    mornings = fields.Integer()
    out_of_reach = fields.Integer(metadata={"description": "Mornings on which none was found."})
    median_days = fields.Integer(allow_none=True)
    p90_days = fields.Integer(allow_none=True)


class TypeMorningsSchema(AnswerSchema):
    """An exam type."""

    exam_type = text()
    streams = fields.List(fields.Nested(StreamMorningsSchema))


class MorningSchema(AnswerSchema):
    """One morning of one stream."""

    day = fields.Date()
    stream = text()
    days = fields.Integer(allow_none=True)


class MorningsSchema(AnswerSchema):
    """The working mornings that were noted; the course is empty unless an exam type is named."""

    items = fields.List(fields.Nested(TypeMorningsSchema))
    course = fields.List(fields.Nested(MorningSchema))


@blueprint.route("/volume/quality/mornings", tags=["volume"])
@blueprint.arguments(MorningsQuery, location="query")
@blueprint.response(200, MorningsSchema)
def show_mornings(query: dict[str, Any]) -> Response:
    """The third next openings as they were, morning by morning"""
    first, last = days_of(query)
    code, noted = query["exam_type"], dict[date, dict[int, int | None]]()
    with read_session() as session:
        found = mornings(session, first, last)
        if code is not None and code not in found.known:
            raise InvalidError(N_("There is no such exam type."), field="exam_type")
        for each in found.exam_types:
            if each.exam_type.code == code:
                noted = course(session, first, last, exam_type_id=each.exam_type.id)
    return answer({"items": _items(found), "course": _course(found, noted)})


def _items(found: Mornings) -> list[Document]:
    return [
        {
            "exam_type": each.exam_type.code,
            "streams": [
                {"stream": row.code, **_spread(each.streams[row.id])}
                for row in found.streams
                if row.id in each.streams
            ],
        }
        for each in found.exam_types
    ]


def _spread(days: Spread) -> Document:
    return {
        "mornings": days.number,
        "out_of_reach": days.counts.get(OUT_OF_REACH, 0),
        "median_days": _within_reach(days.median),
        "p90_days": _within_reach(days.p90),
    }


def _within_reach(days: int | None) -> int | None:
    return None if days == OUT_OF_REACH else days


def _course(found: Mornings, noted: Mapping[date, Mapping[int, int | None]]) -> list[Document]:
    return [
        {"day": day.isoformat(), "stream": row.code, "days": seen[row.id]}
        for day, seen in noted.items()
        for row in found.streams
        if row.id in seen
    ]
