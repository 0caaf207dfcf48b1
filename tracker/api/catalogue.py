"""GET /exam-types, /streams and /devices: what the department has, in its own order."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.interface import answer, blueprint
from tracker.api.pages import PageQuery, page, read_cursor
from tracker.domain.errors import N_, InvalidError
from tracker.domain.weights import Weights
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.devices import DeviceRow, devices
from tracker.queries.exam_types import ExamTypeRow, exam_types
from tracker.queries.streams import StreamRow, streams
from tracker.queries.weights import all_weights


class ExamTypeSchema(AnswerSchema):
    """One kind of examination; minutes are room time, of the first and of each further part."""

    code = text()
    name_zh = text()
    name_en = text()
    loinc = text()
    minutes = fields.Integer()
    further_part_minutes = fields.Integer()
    observation_minutes = fields.Integer(metadata={"description": "Off the machine, afterwards."})
    points = fields.Float(metadata={"description": "Of an exam of today."})
    further_part_points = fields.Float()
    fasting = fields.Boolean()
    bladder = text("Nothing, empty or full.")
    needs_competence = fields.Boolean()
    least_title = text("The lowest title of who may perform it; empty for any.")
    capabilities = fields.List(fields.String(), metadata={"description": "All are required."})
    preparation_zh = text()
    preparation_en = text()


class StreamSchema(AnswerSchema):
    """Where patients come from."""

    code = text()
    name_zh = text()
    name_en = text()
    goal_working_days = fields.Integer(allow_none=True)
    goal_working_hours = fields.Integer(allow_none=True)


class DeviceSchema(AnswerSchema):
    """A machine."""

    code = text()
    name = text()
    building = text()
    floor = text()
    room = text()
    portable = fields.Boolean()
    capabilities = fields.List(fields.String())


class ExamTypePageSchema(AnswerSchema):
    """Exam types."""

    items = fields.List(fields.Nested(ExamTypeSchema))
    next_cursor = text(allow_none=True)


class StreamPageSchema(AnswerSchema):
    """Streams."""

    items = fields.List(fields.Nested(StreamSchema))
    next_cursor = text(allow_none=True)


class DevicePageSchema(AnswerSchema):
    """Devices."""

    items = fields.List(fields.Nested(DeviceSchema))
    next_cursor = text(allow_none=True)


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


Row = TypeVar("Row", bound=_Coded)


@blueprint.route("/exam-types", tags=["catalogue"])
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, ExamTypePageSchema)
def list_exam_types(query: dict[str, Any]) -> Response:
    """Exam types in service"""
    with read_session() as session:
        found = exam_types(session)
        weights = all_weights(session)
    today = local_date_of(clock.now(), clock.hospital_zone())

    def document(row: ExamTypeRow) -> Document:
        return _exam_type(row, weights.on(today, row.id, None))

    return _part(found, query, document)


@blueprint.route("/streams", tags=["catalogue"])
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, StreamPageSchema)
def list_streams(query: dict[str, Any]) -> Response:
    """Streams in service"""
    with read_session() as session:
        found = streams(session)
    return _part(found, query, _stream)


@blueprint.route("/devices", tags=["catalogue"])
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, DevicePageSchema)
def list_devices(query: dict[str, Any]) -> Response:
    """Devices in service"""
    with read_session() as session:
        found = devices(session)
    return _part(found, query, _device)


def _part(
    rows: Sequence[Row], query: dict[str, Any], document: Callable[[Row], Document]
) -> Response:
    """A page of a list that is short enough to be read whole; the cursor names the row before it."""
    place = read_cursor(query["cursor"], str)
    if place is not None:
        codes = [row.code for row in rows]
        if place[0] not in codes:  # retired meanwhile, or made up
            raise InvalidError(N_("This is no cursor of this list."), field="cursor")
        rows = rows[codes.index(place[0]) + 1 :]
    return answer(page(rows, query["limit"], document=document, place=lambda row: [row.code]))


def _exam_type(row: ExamTypeRow, weights: Weights) -> Document:
    return {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "loinc": row.loinc,
        "minutes": row.minutes,
        "further_part_minutes": row.further_part_minutes,
        "observation_minutes": row.observation_minutes,
        "points": weights.first / 100,
        "further_part_points": weights.further / 100,
        "fasting": row.is_fasting,
        "bladder": row.bladder,
        "needs_competence": row.needs_competence,
        "least_title": row.least_title,
        "capabilities": sorted(row.capabilities),
        "preparation_zh": row.preparation_zh,
        "preparation_en": row.preparation_en,
    }


def _stream(row: StreamRow) -> Document:
    return {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "goal_working_days": row.goal_working_days,
        "goal_working_hours": row.goal_working_hours,
    }


def _device(row: DeviceRow) -> Document:
    return {
        "code": row.code,
        "name": row.name,
        "building": row.building,
        "floor": row.floor,
        "room": row.room,
        "portable": row.is_portable,
        "capabilities": sorted(row.capabilities),
    }
