"""The objections: *not mine* and *missing*, said by a doctor of the own rows; hand-on, enter and decline by the head."""

from typing import Any

from flask import Response
from marshmallow import fields, validate

from tracker import clock
from tracker.api.access import caller
from tracker.api.bookings import number_of
from tracker.api.documents import (
    AnswerSchema,
    Document,
    id_or_none,
    instant,
    instant_or_none,
    moment,
    text,
)
from tracker.api.fields import LONGEST_REASON, Code, Day, OneOf, Text
from tracker.api.idempotency import claimed, idempotent
from tracker.api.interface import answer, blueprint, path_id, rendered
from tracker.api.pages import PageQuery, page, read_cursor, row_id
from tracker.api.reading import RequestSchema
from tracker.domain.patients import LONGEST_NUMBER
from tracker.domain.roles import LEADING
from tracker.queries import read_session
from tracker.queries.objections import ObjectionRow, list_objections, objection
from tracker.services.objections import (
    MissingExam,
    decline_objection,
    hand_exam_on,
    object_not_mine,
    report_missing,
)

PATH = path_id("objection", "Its id.")
DECISIONS = ("corrected", "kept", "entered", "declined")


class ObjectionQuery(PageQuery):
    """Which objections."""

    state = OneOf(("open", "decided"), "Without it both.", load_default=None)


class NotMineBody(RequestSchema):
    """What there is to say."""

    note = Text(longest=LONGEST_REASON, least=0, load_default="")


class MissingBody(NotMineBody):
    """The exam as one remembers it."""

    patient = Text("The patient's number.", longest=LONGEST_NUMBER, required=True)
    exam_type = Code(required=True)
    device = Code(required=True)
    day = Day(required=True)


class HandOnBody(RequestSchema):
    """Who it was, and why the exam is corrected."""

    operator = Code(
        "Null: nobody in place of a supervisor or an assistant.",
        load_default=None,
        allow_none=True,
    )
    reason = Text(longest=LONGEST_REASON, required=True)


class DeclineBody(RequestSchema):
    """Why everything stays as it is."""

    reason = Text(longest=LONGEST_REASON, required=True)


class ObjectionSchema(AnswerSchema):
    """What a doctor said of the own figures, and what the head made of it; decision null: nothing yet."""

    id = text()
    kind = text(validate=validate.OneOf(["not_mine", "missing"]))
    doctor = text()
    exam = text("Of *not mine*.", allow_none=True)
    exam_number = text(allow_none=True)
    patient_number = text("Of *missing*, as it was typed.")
    exam_type = text()
    device = text()
    local_date = fields.Date()
    note = text()
    made_at = moment()
    decision = text(allow_none=True, validate=validate.OneOf(DECISIONS))
    decided_at = moment(allow_none=True)
    decided_by = text("The account's name.", allow_none=True)
    decision_reason = text()
    made_exam = text("The exam that was entered.", allow_none=True)


class ObjectionPageSchema(AnswerSchema):
    """Objections, newest first."""

    items = fields.List(fields.Nested(ObjectionSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/objections", endpoint="list_objections", tags=["objections"])
@blueprint.arguments(ObjectionQuery, location="query")
@blueprint.response(200, ObjectionPageSchema)
def list_said(query: dict[str, Any]) -> Response:
    """What was said of figures; whoever does not lead sees the own objections alone"""
    place, limit = read_cursor(query["cursor"], row_id), query["limit"]
    with read_session() as session:
        found = list_objections(
            session,
            doctor=None if caller().has_any(LEADING) else caller().staff_code or "",
            is_open=None if query["state"] is None else query["state"] == "open",
            before_id=place[0] if place else None,
            limit=limit + 1,
        )
    return answer(page(found, limit, document=_document, place=lambda row: (row.id,)))


@blueprint.route("/objections/<objection>", parameters=PATH, tags=["objections"])
@blueprint.response(200, ObjectionSchema)
def show_objection(objection: str) -> Response:
    """One objection; a doctor's own"""
    row = _row(number_of(objection))
    caller().check_figures_of(row.doctor)
    return answer(_document(row))


@blueprint.route(
    "/exams/<exam>/not-mine",
    methods=["POST"],
    parameters=path_id("exam", "Its id."),
    tags=["objections"],
)
@blueprint.arguments(NotMineBody, required=False)
@blueprint.response(201, ObjectionSchema)
def say_not_mine(body: dict[str, Any], exam: str) -> Response:
    """Say that one did not take part in an exam; it counts on until the head decides"""
    by, now = caller().account_id, clock.now()
    made = object_not_mine(number_of(exam), note=body["note"], by=by, now=now)
    return answer_objection(made, 201)


@blueprint.route("/objections", methods=["POST"], tags=["objections"])
@idempotent
@blueprint.arguments(MissingBody)
@blueprint.response(201, ObjectionSchema)
def say_missing(body: dict[str, Any]) -> Response:
    """Say that an exam of one's own is missing; nothing counts yet"""
    said, by, now = MissingExam(**body), caller().account_id, clock.now()
    return rendered(report_missing(said, by=by, now=now, claim=claimed(body, _render)))


def _render(session: Any, objection_id: Any) -> object:
    return _document(objection(session, objection_id))


@blueprint.route(
    "/objections/<objection>/hand-on",
    endpoint="hand_exam_on",
    methods=["POST"],
    parameters=PATH,
    tags=["objections"],
)
@blueprint.arguments(HandOnBody)
@blueprint.response(200, ObjectionSchema)
def hand_on(body: dict[str, Any], objection: str) -> Response:
    """Agree that an exam is not the doctor's: a new version names who it was"""
    objection_id, by, now = number_of(objection), caller().account_id, clock.now()
    hand_exam_on(objection_id, to=body["operator"], reason=body["reason"], by=by, now=now)
    return answer_objection(objection_id)


@blueprint.route(
    "/objections/<objection>/decline",
    endpoint="decline_objection",
    methods=["POST"],
    parameters=PATH,
    tags=["objections"],
)
@blueprint.arguments(DeclineBody)
@blueprint.response(200, ObjectionSchema)
def decline(body: dict[str, Any], objection: str) -> Response:
    """Leave everything as it is, with a reason that the doctor reads"""
    objection_id, by, now = number_of(objection), caller().account_id, clock.now()
    decline_objection(objection_id, reason=body["reason"], by=by, now=now)
    return answer_objection(objection_id)


def _row(objection_id: int) -> ObjectionRow:
    with read_session() as session:
        return objection(session, objection_id)


def answer_objection(objection_id: int, status: int = 200) -> Response:
    """ObjectionSchema, as it is now."""
    return answer(_document(_row(objection_id)), status)


def _document(row: ObjectionRow) -> Document:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "doctor": row.doctor,
        "exam": id_or_none(row.exam_id),
        "exam_number": row.exam_number,
        "patient_number": row.patient_number or "",
        "exam_type": row.exam_type,
        "device": row.device,
        "local_date": row.local_date.isoformat(),
        "note": row.note,
        "made_at": instant(row.made_at),
        "decision": row.decision or None,
        "decided_at": instant_or_none(row.decided_at),
        "decided_by": row.decided_by,
        "decision_reason": row.decision_reason,
        "made_exam": id_or_none(row.made_exam_id),
    }
