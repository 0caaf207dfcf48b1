"""GET /volume/months and its steps: each month three times (closed, changed since, now), closing and reopening."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.amounts import ThreeSchema, three_document
from tracker.api.documents import AnswerSchema, Document, instant, moment, text
from tracker.api.fields import LONGEST_REASON, Text
from tracker.api.interface import answer, blueprint
from tracker.api.month_figures import (
    ChangeSchema,
    MonthSchema,
    change_document,
    month_document,
)
from tracker.api.reading import RequestSchema
from tracker.api.volume_year import YearQuery
from tracker.domain.months import begun_month
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.closing import DIMENSIONS, Reopening, Three
from tracker.queries.month_review import (
    MonthReview,
    codes_of_keys,
    month_review,
    months_of_year,
)
from tracker.services.closing import close_month, reopen_month

MONTH = [
    {
        "in": "path",
        "name": "month",
        "description": "2026-10",
        "schema": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
    }
]


class CloseBody(RequestSchema):
    """Nothing is asked for."""


class ReopenBody(RequestSchema):
    """Why the closing is taken back."""

    reason = Text(longest=LONGEST_REASON, required=True)


class MonthsSchema(AnswerSchema):
    """The months of a year that have begun, newest first."""

    year = fields.Integer()
    items = fields.List(fields.Nested(MonthSchema))


class KeyFiguresSchema(ThreeSchema):
    """Of one stream, exam type, device or doctor."""

    code = text()


class ReopeningSchema(AnswerSchema):
    """A closing that was taken back; names are accounts'."""

    closed_at = moment()
    closed_by = text()
    reopened_at = moment()
    reopened_by = text()
    reason = text()


class MonthReviewSchema(MonthSchema):
    """One month in full. Closed figures and changes add up to the present ones."""

    by_stream = fields.List(fields.Nested(KeyFiguresSchema))
    by_exam_type = fields.List(fields.Nested(KeyFiguresSchema))
    by_device = fields.List(fields.Nested(KeyFiguresSchema))
    by_operator = fields.List(fields.Nested(KeyFiguresSchema))
    changes_since = fields.List(
        fields.Nested(ChangeSchema), metadata={"description": "Since closing, oldest first."}
    )
    reopened = fields.List(fields.Nested(ReopeningSchema))


@blueprint.route("/volume/months", tags=["months"])
@blueprint.arguments(YearQuery, location="query")
@blueprint.response(200, MonthsSchema)
def list_months(query: dict[str, Any]) -> Response:
    """The months of a year: which are closed, and their figures"""
    today = _day_of(clock.now())
    year = query["year"] or today.year
    with read_session() as session:
        months = months_of_year(session, year, today)
    return answer({"year": year, "items": [month_document(each, each.three) for each in months]})


@blueprint.route("/volume/months/<month>", parameters=MONTH, tags=["months"])
@blueprint.response(200, MonthReviewSchema)
def show_month(month: str) -> Response:
    """One month in full, with every change since it was closed"""
    today = _day_of(clock.now())
    return _answer_month(begun_month(month, today), today)


@blueprint.route(
    "/volume/months/<month>/close",
    endpoint="close_month",
    methods=["POST"],
    parameters=MONTH,
    tags=["months"],
)
@blueprint.arguments(CloseBody, required=False)
@blueprint.response(200, MonthReviewSchema)
def close(_body: dict[str, Any], month: str) -> Response:
    """Keep the figures of a month that is over; months are closed in order"""
    now = clock.now()
    first = begun_month(month, _day_of(now))
    close_month(first, by=caller().account_id, now=now)
    return _answer_month(first, _day_of(now))


@blueprint.route(
    "/volume/months/<month>/reopen",
    endpoint="reopen_month",
    methods=["POST"],
    parameters=MONTH,
    tags=["months"],
)
@blueprint.arguments(ReopenBody)
@blueprint.response(200, MonthReviewSchema)
def reopen(body: dict[str, Any], month: str) -> Response:
    """Take a closing back; it stays on record with the reason"""
    now = clock.now()
    first = begun_month(month, _day_of(now))
    reopen_month(first, reason=body["reason"], by=caller().account_id, now=now)
    return _answer_month(first, _day_of(now))


def _day_of(now: datetime) -> date:
    return local_date_of(now, clock.hospital_zone())


def _answer_month(first: date, today: date) -> Response:
    with read_session() as session:
        review = month_review(session, first, today)
        codes = codes_of_keys(session) if review.changes else []
    return answer(_review(review, codes))


def _review(review: MonthReview, codes: list[dict[int, str]]) -> Document:
    closed = review.closing is not None
    return {
        **month_document(review, review.total),
        **{f"by_{key}": _lines(review.by[key], is_closed=closed) for key in DIMENSIONS},
        "changes_since": [change_document(each, codes) for each in review.changes],
        "reopened": [_reopening(each) for each in review.taken_back],
    }


def _lines(threes: Mapping[str, Three], *, is_closed: bool) -> list[Document]:
    return [
        {"code": code, **three_document(three, is_closed=is_closed)}
        for code, three in threes.items()
    ]


def _reopening(each: Reopening) -> Document:
    return {
        "closed_at": instant(each.closed_at),
        "closed_by": each.closed_by,
        "reopened_at": instant(each.reopened_at),
        "reopened_by": each.reopened_by,
        "reason": each.reason,
    }
