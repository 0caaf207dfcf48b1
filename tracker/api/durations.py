"""GET /volume/quality/minutes: planned against actual minutes, with a suggested standard duration."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.interface import answer, blueprint
from tracker.queries import read_session
from tracker.queries.devices import devices
from tracker.queries.durations import Duration, TypeDuration, durations


class DurationSchema(AnswerSchema):
    """Exams that were clicked live and had a booking: minutes as planned and as they were, in all."""

    exams = fields.Integer()
    planned_minutes = fields.Integer()
    actual_minutes = fields.Integer()
    ratio = fields.Float(allow_none=True, metadata={"description": "Actual ÷ planned."})
    median_minutes = fields.Integer(allow_none=True)


class DeviceDurationSchema(DurationSchema):
    """On one device."""

    device = text()


class TypeDurationSchema(DurationSchema):
    """An exam type beside its standard duration. Compared are exams of one part of streams without minutes of their own."""

    exam_type = text()
    standard_minutes = fields.Integer()
    compared_exams = fields.Integer()
    compared_median_minutes = fields.Integer(allow_none=True)
    compared_p90_minutes = fields.Integer(allow_none=True)
    suggested_minutes = fields.Integer(
        allow_none=True,
        metadata={"description": "A new standard duration; null where the present one is right."},
    )
    devices = fields.List(fields.Nested(DeviceDurationSchema))


class DurationsSchema(AnswerSchema):
    """By exam type."""

    items = fields.List(fields.Nested(TypeDurationSchema))


@blueprint.route("/volume/quality/minutes", tags=["volume"])
@blueprint.arguments(DaysQuery, location="query")
@blueprint.response(200, DurationsSchema)
def show_durations(query: dict[str, Any]) -> Response:
    """Planned against actual minutes by exam type and device"""
    first, last = days_of(query)
    with read_session() as session:
        found = durations(session, first, last)
        codes = {row.id: row.code for row in devices(session, include_retired=True)}
    return answer({"items": [_type(each, codes) for each in found]})


def _type(each: TypeDuration, codes: dict[int, str]) -> Document:
    return {
        "exam_type": each.exam_type.code,
        **_duration(each.whole),
        "standard_minutes": each.exam_type.minutes,
        "compared_exams": each.compared.number,
        "compared_median_minutes": each.compared.median,
        "compared_p90_minutes": each.compared.p90,
        "suggested_minutes": each.suggested,
        "devices": [
            {"device": code, **_duration(each.devices[device_id])}
            for device_id, code in codes.items()
            if device_id in each.devices
        ],
    }


def _duration(found: Duration) -> Document:
    return {
        "exams": found.actual.number,
        "planned_minutes": found.planned_minutes,
        "actual_minutes": found.actual_minutes,
        "ratio": found.ratio,
        "median_minutes": found.actual.median,
    }
