"""GET /volume: exams, visits, parts, minutes and points, in any grouping and of any part."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker.api.amounts import AmountsSchema, ThreeSchema, amounts_document, three_document
from tracker.api.chosen import ChosenQuery
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Day, Several
from tracker.api.interface import answer, blueprint
from tracker.domain.stretches import check_stretch
from tracker.queries import read_session
from tracker.queries.closing import ClosedPart, closed_part
from tracker.queries.volume import CODED, KEYS, VolumeFilter, volume


class VolumeQuery(ChosenQuery):
    """Which days, both inclusive, and how they are grouped."""

    first = Day("The first day.", data_key="from", required=True)
    last = Day("The last day.", data_key="to", required=True)
    by = Several(KEYS, "What rows are grouped by; without it the total alone.", load_default=())


class GroupSchema(AnswerSchema):
    """What was grouped by."""

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


class VolumeRowSchema(GroupSchema, AmountsSchema):
    """One group: what it was grouped by, and how much."""


class ClosedRowSchema(GroupSchema, ThreeSchema):
    """One group of closed months: as it was closed, what changed since, as it is now."""


class ClosedPartSchema(AnswerSchema):
    """The closed months that lie whole within the days; no rows where closed figures are not kept by these keys."""

    first_month = text("2026-01")
    last_month = text("2026-10")
    rows = fields.List(fields.Nested(ClosedRowSchema))
    total = fields.Nested(ThreeSchema)


class VolumeSchema(AnswerSchema):
    """The groups, in the order of what they are grouped by, and their sum; beside them what of the days is closed."""

    rows = fields.List(fields.Nested(VolumeRowSchema))
    total = fields.Nested(AmountsSchema)
    closed = fields.Nested(ClosedPartSchema, allow_none=True)


@blueprint.route("/volume", tags=["volume"])
@blueprint.arguments(VolumeQuery, location="query")
@blueprint.response(200, VolumeSchema)
def show_volume(query: dict[str, Any]) -> Response:
    """Exams that were performed, counted"""
    first, last = query["first"], query["last"]
    check_stretch(first, last, longest=None)
    chosen = VolumeFilter(first, last, **{key: query[key] for key in CODED})
    with read_session() as session:
        counted = volume(session, chosen, query["by"])
        closed = closed_part(session, chosen, query["by"])
    return answer(
        {
            "rows": [{**_group(row.keys), **amounts_document(row.amounts)} for row in counted.rows],
            "total": amounts_document(counted.total),
            "closed": None if closed is None else _closed(closed),
        }
    )


def _closed(part: ClosedPart) -> Document:
    return {
        "first_month": f"{part.months[0].month:%Y-%m}",
        "last_month": f"{part.last:%Y-%m}",
        "rows": [
            {**_group(dict(zip(part.keys, group, strict=True))), **three_document(three)}
            for group, three in part.groups.items()
        ],
        "total": three_document(part.total),
    }


def _group(keys: Mapping[str, Any]) -> Document:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in keys.items()
    }
