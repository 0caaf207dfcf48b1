"""GET and POST /shares, DELETE /shares/{day}: how the points of an exam are shared among who took part, by date."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.documents import AnswerSchema, Document, instant, moment, text
from tracker.api.fields import Day, Whole
from tracker.api.interface import answer, blueprint, path_day
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.shares import WHOLE, Shares, shares_on
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.shares import SharesRow, shares_rows
from tracker.services.shares import drop_shares_from, set_shares_from


class SharesBody(RequestSchema):
    """Shares in ‰ from a day on; together 1000."""

    valid_from = Day("From today on at the earliest.", required=True)
    operator = Whole(0, WHOLE, required=True)
    supervisor = Whole(0, WHOLE, required=True)
    assistant = Whole(0, WHOLE, required=True)


class SharesSchema(AnswerSchema):
    """Of the points of an exam, in ‰; the operator has the share of whoever was not there."""

    operator = fields.Integer()
    supervisor = fields.Integer()
    assistant = fields.Integer()


class SharesFromSchema(SharesSchema):
    """Shares from a day on, with who entered them."""

    valid_from = fields.Date()
    made_at = moment()
    made_by = text("The account's name.")


class SharesListSchema(AnswerSchema):
    """What holds today, and every day from which others hold, the latest first."""

    today = fields.Nested(SharesSchema)
    items = fields.List(fields.Nested(SharesFromSchema))


@blueprint.route("/shares", tags=["volume"])
@blueprint.response(200, SharesListSchema)
def list_shares() -> Response:
    """How points are shared, by date"""
    with read_session() as session:
        rows = shares_rows(session)
    today = local_date_of(clock.now(), clock.hospital_zone())
    held = shares_on(today, [row.held for row in rows])
    return answer({"today": shares_document(held), "items": [_from(row) for row in rows]})


@blueprint.route("/shares", methods=["POST"], tags=["volume"])
@blueprint.arguments(SharesBody)
@blueprint.response(201, SharesFromSchema)
def add_shares(body: dict[str, Any]) -> Response:
    """Share the points of exams otherwise from a day on"""
    shares = Shares(body["operator"], body["supervisor"], body["assistant"])
    day = body["valid_from"]
    set_shares_from(day, shares, by=caller().account_id, now=clock.now())
    with read_session() as session:
        rows = {row.held.valid_from: row for row in shares_rows(session)}
    return answer(_from(rows[day]), 201)


@blueprint.route(
    "/shares/<day>",
    methods=["DELETE"],
    parameters=path_day("day", "From which they hold."),
    tags=["volume"],
)
@blueprint.response(204)
def drop_shares(day: str) -> Response:
    """Take back shares that have not begun"""
    try:
        valid_from = date.fromisoformat(day)
    except ValueError as error:
        raise NotFoundError(N_("This entry does not exist.")) from error
    drop_shares_from(valid_from, by=caller().account_id, now=clock.now())
    return Response(status=204)


def shares_document(shares: Shares) -> Document:
    """SharesSchema."""
    return {
        "operator": shares.operator,
        "supervisor": shares.supervisor,
        "assistant": shares.assistant,
    }


def _from(row: SharesRow) -> Document:
    return {
        **shares_document(row.held.shares),
        "valid_from": row.held.valid_from.isoformat(),
        "made_at": instant(row.made_at),
        "made_by": row.made_by,
    }
