"""POST and GET /exams, POST /exams/{id}/void: exams outside the machine's clicks, and the list that is counted."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.booking_steps import LONGEST_EXAM_NUMBER, CancelBody, StepBody
from tracker.api.bookings import number_of
from tracker.api.chosen import RowsQuery, exam_filter
from tracker.api.documents import AnswerSchema, ExamSchema, exam_document, text
from tracker.api.fields import (
    LONGEST_REASON,
    Code,
    Day,
    Flag,
    Instant,
    PatientKey,
    RowId,
    Text,
    Whole,
)
from tracker.api.idempotency import claimed, idempotent
from tracker.api.interface import answer, blueprint, path_id, rendered
from tracker.api.pages import PageQuery, page, read_cursor, row_id
from tracker.api.reading import RequestSchema
from tracker.domain.fileexams import NOT_MATCHED
from tracker.domain.stretches import check_stretch
from tracker.drivers.naming import name_doctor as name_in_all
from tracker.queries import read_session
from tracker.queries.exams import ExamDetails, exam_details, list_exams
from tracker.queries.openings import MOST_PARTS
from tracker.services.exams import Correction, ExamEntry, correct, enter_exam_later, void


class ExamBody(RequestSchema):
    """An exam that was done but not clicked."""

    patient = PatientKey(required=True)
    exam_type = Code(required=True)
    parts = Whole(1, MOST_PARTS, load_default=1)
    stream = Code(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    device = Code(required=True)
    operator = Code(required=True)
    supervisor = Code("Who supervised.", load_default=None, allow_none=True)
    assistant = Code("Who assisted.", load_default=None, allow_none=True)
    reason = Text("Why it is entered later.", longest=LONGEST_REASON, least=0, load_default="")
    booking = RowId(
        "The booking it was done for, if it is the patient's on that day; else the nearest of this exam type is completed.",
        load_default=None,
        allow_none=True,
    )
    is_another = Flag(
        "It is not the exam of this type that the patient already has on that day.",
        load_default=False,
    )


class CorrectionBody(StepBody):
    """What the exam should have said; what is left out stays as it is."""

    reason = Text(longest=LONGEST_REASON, required=True)
    exam_type = Code()
    parts = Whole(1, MOST_PARTS)
    stream = Code()
    start = Instant()
    end = Instant()
    device = Code()
    operator = Code(
        "Who examined; null, of an exam from a file: nobody who is known here.", allow_none=True
    )
    supervisor = Code("Who supervised; null: nobody.", allow_none=True)
    assistant = Code("Who assisted; null: nobody.", allow_none=True)
    number = Text("On the report sheet.", longest=LONGEST_EXAM_NUMBER)
    patient = PatientKey("Of an exam from a file it stays that of the file.")


class NamingBody(RequestSchema):
    """Who the unknown doctor of a file is."""

    operator = Code(required=True)
    reason = Text(longest=LONGEST_REASON, required=True)
    remember = Flag("Later files are understood so too.", load_default=True)


class NamedSchema(AnswerSchema):
    """How many exams have their doctor now; where any is left, ask again."""

    named = fields.Integer()
    left = fields.Integer()


class ExamQuery(PageQuery, RowsQuery):
    """Which exams; both days are inclusive. What figures are filtered by, filters the rows behind them."""

    first = Day("The first day.", data_key="from", load_default=None)
    last = Day("The last day.", data_key="to", load_default=None)


class ExamPageSchema(AnswerSchema):
    """Exams by day and id; those that were voided are left out."""

    items = fields.List(fields.Nested(ExamSchema))
    next_cursor = text(allow_none=True)


@blueprint.route("/exams", methods=["POST"], tags=["exams"])
@idempotent
@blueprint.arguments(ExamBody)
@blueprint.response(201, ExamSchema)
def enter_exam(body: dict[str, Any]) -> Response:
    """Enter an exam afterwards"""
    entry = exam_entry(body)
    claim = claimed(body, _render)
    return rendered(enter_exam_later(entry, by=caller().account_id, now=clock.now(), claim=claim))


def exam_entry(body: dict[str, Any]) -> ExamEntry:
    """What an ExamBody says; `exam_number`, where it has one, is the exam's number."""
    renamed = {"start": "started_at", "end": "ended_at", "exam_number": "number"}
    return ExamEntry(**{renamed.get(name, name): value for name, value in body.items()})


def _render(session: Any, exam_id: Any) -> object:
    return exam_document(exam_details(session, exam_id))


def _answer_exam(exam_id: int) -> Response:
    with read_session() as session:
        return answer(_render(session, exam_id))


@blueprint.route("/exams", endpoint="list_exams", tags=["exams"])
@blueprint.arguments(ExamQuery, location="query")
@blueprint.response(200, ExamPageSchema)
def list_performed(query: dict[str, Any]) -> Response:
    """Exams that count, of some days"""
    first, last, limit = query["first"], query["last"], query["limit"]
    if first is not None and last is not None:
        check_stretch(first, last, longest=None)
    with read_session() as session:
        found = list_exams(
            session,
            exam_filter(query, first=first, last=last),
            after=read_cursor(query["cursor"], date.fromisoformat, row_id),
            limit=limit + 1,
        )
    document = page(
        found, limit, document=exam_document, place=lambda exam: (exam.local_date, exam.id)
    )
    return answer(document)


@blueprint.route(
    "/exams/<exam>/void",
    methods=["POST"],
    parameters=path_id("exam", "Its id."),
    tags=["exams"],
)
@blueprint.arguments(CancelBody)
@blueprint.response(200, ExamSchema)
def void_exam(body: dict[str, Any], exam: str) -> Response:
    """Void an exam: it stays on record and counts nothing"""
    exam_id = number_of(exam)
    void(
        exam_id,
        reason=body["reason"],
        by=caller().account_id,
        now=clock.now(),
        version=body["version"],
    )
    return _answer_exam(exam_id)


@blueprint.route(
    "/exams/<exam>/correct",
    methods=["POST"],
    parameters=path_id("exam", "Its id."),
    tags=["exams"],
)
@blueprint.arguments(CorrectionBody)
@blueprint.response(200, ExamSchema)
def correct_exam(body: dict[str, Any], exam: str) -> Response:
    """Correct an exam by a new version: the head of department, or on its day the operator"""
    exam_id = number_of(exam)
    with read_session() as session:
        found = exam_details(session, exam_id)
    version = body["version"] or found.version
    wanted = _correction(found, body)
    correct(exam_id, wanted, by=caller().account_id, now=clock.now(), version=version)
    return _answer_exam(exam_id)


def _correction(exam: ExamDetails, body: dict[str, Any]) -> Correction:
    same = ("exam_type", "stream", "device", "parts", "number", "supervisor", "assistant")
    return Correction(
        **{name: body.get(name, getattr(exam, name)) for name in same},
        operator=body.get("operator", exam.operator) or NOT_MATCHED,
        started_at=body.get("start", exam.started_at),
        ended_at=body.get("end", exam.ended_at),
        patient=body.get("patient", exam.patient_id),
        reason=body["reason"],
    )


@blueprint.route(
    "/exams/<exam>/name-doctor",
    methods=["POST"],
    parameters=path_id("exam", "An exam that a file brought."),
    tags=["exams"],
)
@blueprint.arguments(NamingBody)
@blueprint.response(200, NamedSchema)
def name_doctor(body: dict[str, Any], exam: str) -> Response:
    """Say who its unknown doctor is, in all exams for which files have the same name"""
    named, left = name_in_all(
        number_of(exam),
        body["operator"],
        reason=body["reason"],
        is_remembered=body["remember"],
        by=caller().account_id,
        now=clock.now(),
    )
    return answer({"named": named, "left": left})
