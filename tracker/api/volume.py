"""GET /volume: counts, parts, minutes and points of exams, in any grouping."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Day, Several
from tracker.api.interface import answer, blueprint
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, InvalidError
from tracker.queries import read_session
from tracker.queries.volume import KEYS, Amounts, VolumeFilter, VolumeRow, volume


class VolumeQuery(RequestSchema):
    """Which days, both inclusive, and how they are grouped."""

    first = Day("The first day.", data_key="from", required=True)
    last = Day("The last day.", data_key="to", required=True)
    by = Several(KEYS, "What rows are grouped by; without it the total alone.", load_default=())


class AmountsSchema(AnswerSchema):
    """How much."""

    exams = fields.Integer()
    parts = fields.Integer()
    minutes = fields.Integer()
    points = fields.Float()


class VolumeRowSchema(AmountsSchema):
    """One group: what it was grouped by, and how much."""

    class Meta:
        sometimes = KEYS

    day = fields.Date()
    month = text("2026-11")
    year = fields.Integer()
    stream = text()
    exam_type = text()
    device = text()
    operator = text()


class VolumeSchema(AnswerSchema):
    """The groups, in the order of what they are grouped by, and their sum."""

    rows = fields.List(fields.Nested(VolumeRowSchema))
    total = fields.Nested(AmountsSchema)


@blueprint.route("/volume", tags=["volume"])
@blueprint.arguments(VolumeQuery, location="query")
@blueprint.response(200, VolumeSchema)
def show_volume(query: dict[str, Any]) -> Response:
    """Exams that were performed, counted"""
    first, last = query["first"], query["last"]
    if last < first:
        raise InvalidError(N_("The last day lies before the first."), field="to")
    with read_session() as session:
        counted = volume(session, VolumeFilter(first, last), query["by"])
    return answer({"rows": [_row(row) for row in counted.rows], "total": _amounts(counted.total)})


def _row(row: VolumeRow) -> Document:
    keys = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in row.keys.items()
    }
    return {**keys, **_amounts(row.amounts)}


def _amounts(amounts: Amounts) -> Document:
    return {
        "exams": amounts.exams,
        "parts": amounts.parts,
        "minutes": amounts.minutes,
        "points": amounts.points_hundredths / 100,
    }
