"""GET /unmet-demand and its searches: what was looked for and left without a booking."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import AnswerSchema, Document, instant, moment, text
from tracker.api.fields import Codes, Several
from tracker.api.interface import answer, blueprint
from tracker.api.pages import PageQuery, page, read_cursor, row_id
from tracker.domain.demand import REASONS
from tracker.queries import read_session
from tracker.queries.unmet_demand import (
    DemandCount,
    DemandFilter,
    DemandRow,
    sum_searches,
    unmet_counts,
    unmet_searches,
)


class SearchesQuery(PageQuery, DaysQuery):
    """Which searches: those left on these days."""

    exam_type = Codes("Of these exam types only.", load_default=None)
    stream = Codes("Of these streams only.", load_default=None)
    reason = Several(tuple(REASONS), "For these reasons only.", load_default=None)


class DemandCountSchema(AnswerSchema):
    """How many searches of an exam type and stream were left for a reason."""

    exam_type = text()
    stream = text()
    reason = text("none_free, too_late, other or unsaid.")
    searches = fields.Integer()


class DemandCountsSchema(AnswerSchema):
    """In the department's order; what was left never is not listed."""

    items = fields.List(fields.Nested(DemandCountSchema))


class SearchSchema(AnswerSchema):
    """One search that was left."""

    id = text()
    at = moment()
    by = text("The account's name.")
    exam_type = text()
    stream = text()
    parts = fields.Integer()
    minutes = fields.Integer(metadata={"description": "Asked for, by today's durations."})
    wanted_from = fields.Date()
    wanted_to = fields.Date()
    reason = text()


class SearchPageSchema(AnswerSchema):
    """Searches, newest first; the sums are those of all pages."""

    searches = fields.Integer()
    minutes = fields.Integer()
    items = fields.List(fields.Nested(SearchSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/unmet-demand", tags=["volume"])
@blueprint.arguments(DaysQuery, location="query")
@blueprint.response(200, DemandCountsSchema)
def count_unmet_demand(query: dict[str, Any]) -> Response:
    """Searches that ended without a booking, by exam type, stream and reason"""
    first, last = days_of(query)
    with read_session() as session:
        found = unmet_counts(session, first, last)
    return answer({"items": [_count(each) for each in found]})


@blueprint.route("/unmet-demand/searches", tags=["volume"])
@blueprint.arguments(SearchesQuery, location="query")
@blueprint.response(200, SearchPageSchema)
def list_unmet_demand(query: dict[str, Any]) -> Response:
    """The searches behind the counts"""
    first, last = days_of(query)
    codes = {name: query[name] for name in ("exam_type", "stream", "reason")}
    place = read_cursor(query["cursor"], row_id)
    limit = query["limit"]
    chosen, before_id = DemandFilter(first, last, **codes), place[0] if place else None
    with read_session() as session:
        sums = sum_searches(session, chosen)
        found = unmet_searches(session, chosen, before_id=before_id, limit=limit + 1)
    listed = page(found, limit, document=_search, place=lambda row: (row.id,))
    return answer({"searches": sums.searches, "minutes": sums.minutes, **listed})


def _count(each: DemandCount) -> Document:
    return {
        "exam_type": each.exam_type,
        "stream": each.stream,
        "reason": each.reason,
        "searches": each.searches,
    }


def _search(row: DemandRow) -> Document:
    return {
        "id": str(row.id),
        "at": instant(row.at),
        "by": row.by,
        "exam_type": row.exam_type,
        "stream": row.stream,
        "parts": row.parts,
        "minutes": row.minutes,
        "wanted_from": row.wanted_from.isoformat(),
        "wanted_to": row.wanted_to.isoformat(),
        "reason": row.reason,
    }
