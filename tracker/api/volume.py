"""GET /volume: exams, visits, parts, minutes and points, in any grouping and of any part."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Codes, Day, Several
from tracker.api.interface import answer, blueprint
from tracker.api.reading import RequestSchema
from tracker.domain.stretches import check_stretch
from tracker.queries import read_session
from tracker.queries.volume import CODED, KEYS, Amounts, VolumeFilter, VolumeRow, volume


class VolumeQuery(RequestSchema):
    """Which days, both inclusive, and how they are grouped."""

    first = Day("The first day.", data_key="from", required=True)
    last = Day("The last day.", data_key="to", required=True)
    by = Several(KEYS, "What rows are grouped by; without it the total alone.", load_default=())
    stream = Codes("Of these streams only.", load_default=None)
    exam_type = Codes("Of these exam types only.", load_default=None)
    device = Codes("Of these devices only.", load_default=None)
    operator = Codes("Of these doctors only.", load_default=None)
    title = Codes("Of doctors with these titles only; none: without one.", load_default=None)
    part_of_day = Codes("Begun in these half-days only; other: outside of all.", load_default=None)


class AmountsSchema(AnswerSchema):
    """How much; of a change it may be negative."""

    exams = fields.Integer()
    visits = fields.Integer(
        metadata={"description": "Patients on a day, where their first exam counts."}
    )
    parts = fields.Integer()
    minutes = fields.Integer(metadata={"description": "Of all exams."})
    live_exams = fields.Integer(
        metadata={"description": "Whose times were clicked at the machine."}
    )
    live_minutes = fields.Integer(metadata={"description": "Of the live exams alone."})
    points = fields.Float()


class VolumeRowSchema(AmountsSchema):
    """One group: what it was grouped by, and how much."""

    class Meta:
        sometimes = KEYS

    day = fields.Date()
    week = text("2026-W47, as ISO 8601 counts weeks")
    month = text("2026-11")
    quarter = text("2026-Q4")
    year = fields.Integer()
    stream = text()
    exam_type = text()
    device = text()
    operator = text()
    title = text()
    part_of_day = text()


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
    check_stretch(first, last, longest=None)
    with read_session() as session:
        codes = {key: query[key] for key in CODED}
        counted = volume(session, VolumeFilter(first, last, **codes), query["by"])
    return answer(
        {"rows": [_row(row) for row in counted.rows], "total": amounts_document(counted.total)}
    )


def _row(row: VolumeRow) -> Document:
    keys = {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in row.keys.items()
    }
    return {**keys, **amounts_document(row.amounts)}


def amounts_document(amounts: Amounts) -> Document:
    """AmountsSchema."""
    return {
        "exams": amounts.exams,
        "visits": amounts.visits,
        "parts": amounts.parts,
        "minutes": amounts.minutes,
        "live_exams": amounts.live_exams,
        "live_minutes": amounts.live_minutes,
        "points": amounts.points_hundredths / 100,
    }
