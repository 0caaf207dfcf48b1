"""POST /objections/{id}/enter: the head agrees that an exam is missing, and enters it."""

from typing import Any

from flask import Response

from tracker import clock
from tracker.api.access import caller
from tracker.api.booking_steps import LONGEST_EXAM_NUMBER
from tracker.api.bookings import number_of
from tracker.api.exams import ExamBody, exam_entry
from tracker.api.fields import LONGEST_REASON, Text
from tracker.api.interface import blueprint
from tracker.api.objections import PATH, ObjectionSchema, answer_objection
from tracker.services.objections import enter_missing


class MissingExamBody(ExamBody):
    """The missing exam as it was."""

    exam_number = Text(
        "On the report sheet; without it one is issued.",
        longest=LONGEST_EXAM_NUMBER,
        load_default=None,
        allow_none=True,
    )
    reason = Text(longest=LONGEST_REASON, required=True)


@blueprint.route(
    "/objections/<objection>/enter", methods=["POST"], parameters=PATH, tags=["objections"]
)
@blueprint.arguments(MissingExamBody)
@blueprint.response(200, ObjectionSchema)
def enter_missing_exam(body: dict[str, Any], objection: str) -> Response:
    """Agree that an exam is missing: it is entered, and counts on its own day"""
    objection_id = number_of(objection)
    enter_missing(objection_id, exam_entry(body), by=caller().account_id, now=clock.now())
    return answer_objection(objection_id)
