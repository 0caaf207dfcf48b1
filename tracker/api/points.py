"""GET and POST /exam-types/{code}/points, DELETE …/{id}: what an exam is worth from a day on."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.documents import AnswerSchema, Document, instant, moment, text
from tracker.api.fields import Code, Day, Points
from tracker.api.interface import answer, blueprint, path_code, path_id
from tracker.api.reading import RequestSchema
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.exam_types import exam_type_by_code
from tracker.queries.weights import WeightsRow, all_weights, weights_rows
from tracker.services.weights import PointsFrom, drop_points_from, set_points_from

PATH = path_code("exam_type", "The exam type.")


class PointsBody(RequestSchema):
    """Points from a day on."""

    valid_from = Day(
        "From today on at the earliest; not today once an exam of the type is counted.",
        required=True,
    )
    points = Points("Of the first part.", required=True)
    further_part_points = Points("Of each further part.", required=True)
    stream = Code("Of this stream alone; null: of every one.", load_default=None, allow_none=True)


class WeightsSchema(AnswerSchema):
    """Points of the first part and of each further one."""

    points = fields.Float()
    further_part_points = fields.Float()


class PointsFromSchema(WeightsSchema):
    """Points from a day on, with who entered them."""

    id = text()
    valid_from = fields.Date()
    stream = text("Null: every stream.", allow_none=True)
    made_at = moment()
    made_by = text("The account's name.")


class PointsListSchema(AnswerSchema):
    """What holds today (of streams without points of their own), and every day from which others hold, the latest first."""

    exam_type = text()
    today = fields.Nested(WeightsSchema)
    items = fields.List(fields.Nested(PointsFromSchema))


@blueprint.route("/exam-types/<exam_type>/points", parameters=PATH, tags=["catalogue"])
@blueprint.response(200, PointsListSchema)
def list_points(exam_type: str) -> Response:
    """The points of an exam type, by date"""
    with read_session() as session:
        exam_type_id = _id_of(session, exam_type)
        rows = weights_rows(session, exam_type_id)
        held = all_weights(session).on(_today(), exam_type_id, None)
    return answer(
        {
            "exam_type": exam_type,
            "today": _points(held.first, held.further),
            "items": [_from(row) for row in rows],
        }
    )


@blueprint.route(
    "/exam-types/<exam_type>/points", methods=["POST"], parameters=PATH, tags=["catalogue"]
)
@blueprint.arguments(PointsBody)
@blueprint.response(201, PointsFromSchema)
def add_points(body: dict[str, Any], exam_type: str) -> Response:
    """Let other points hold from a day on; what is examined before keeps its points"""
    with read_session() as session:
        exam_type_id = _id_of(session, exam_type)
    wanted = PointsFrom(
        valid_from=body["valid_from"],
        points_hundredths=body["points"],
        further_part_points_hundredths=body["further_part_points"],
        stream=body["stream"],
    )
    made = set_points_from(exam_type_id, wanted, by=caller().account_id, now=clock.now())
    with read_session() as session:
        rows = {row.id: row for row in weights_rows(session, exam_type_id)}
    return answer(_from(rows[made]), 201)


@blueprint.route(
    "/exam-types/<exam_type>/points/<points>",
    methods=["DELETE"],
    parameters=[*PATH, *path_id("points", "Their id.")],
    tags=["catalogue"],
)
@blueprint.response(204)
def drop_points(exam_type: str, points: str) -> Response:
    """Take back points that have not begun"""
    with read_session() as session:
        exam_type_id = _id_of(session, exam_type)
    drop_points_from(exam_type_id, number_of(points), by=caller().account_id, now=clock.now())
    return Response(status=204)


def _id_of(session: Reading, code: str) -> int:
    found = exam_type_by_code(session, code)
    if found is None:
        raise NotFoundError(N_("There is no such exam type."))
    return found.id


def _today() -> date:
    return local_date_of(clock.now(), clock.hospital_zone())


def _points(first: int, further: int) -> Document:
    return {"points": first / 100, "further_part_points": further / 100}


def _from(row: WeightsRow) -> Document:
    return {
        **_points(row.points_hundredths, row.further_part_points_hundredths),
        "id": str(row.id),
        "valid_from": row.valid_from.isoformat(),
        "stream": row.stream,
        "made_at": instant(row.made_at),
        "made_by": row.made_by,
    }
