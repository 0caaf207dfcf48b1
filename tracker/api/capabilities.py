"""GET /volume/capabilities: the case for one more machine of each kind."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.days import DaysQuery, days_of
from tracker.api.device_use import CauseSchema, cause_document
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.interface import answer, blueprint
from tracker.api.next_openings import NextOpeningSchema, next_opening_document
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.machine_case import CapabilityCase, OneMore, TypeMinutes, capability_cases
from tracker.queries.next_openings import NextOpening, latest_opening, third_next_openings


class TypeMinutesSchema(AnswerSchema):
    """Minutes of an exam type: asked for are booked, turned away for want of time, and left for other reasons."""

    exam_type = text()
    asked_minutes = fields.Integer()
    booked_minutes = fields.Integer()
    examined_minutes = fields.Integer(metadata={"description": "Of exams clicked live."})
    overtime_minutes = fields.Integer(metadata={"description": "Past the block."})
    turned_away_searches = fields.Integer()
    turned_away_minutes = fields.Integer()
    otherwise_minutes = fields.Integer()
    left_out = fields.Integer(metadata={"description": "Exams without live times."})


class OneMoreSchema(AnswerSchema):
    """One more machine of the kind, open as long as those of the kind are on average."""

    open_minutes = fields.Integer()
    taken_searches = fields.Integer(
        metadata={"description": "Turned away, and would have found a time."}
    )
    taken_minutes = fields.Integer()
    relieved_minutes = fields.Integer(
        metadata={"description": "Past the block, and would have found room."}
    )


class CapabilityCaseSchema(AnswerSchema):
    """A capability: its exam types, its machines in service, and one more of them."""

    capability = text()
    exam_types = fields.List(fields.Nested(TypeMinutesSchema))
    machines = fields.List(fields.String())
    open_minutes = fields.Integer()
    closed_minutes = fields.Integer()
    causes = fields.List(fields.Nested(CauseSchema))
    third_next = fields.Nested(
        NextOpeningSchema,
        allow_none=True,
        metadata={"description": "The latest of its exam types, for the first stream, as of now."},
    )
    one_more = fields.Nested(OneMoreSchema)


class CapabilityCasesSchema(AnswerSchema):
    """Every capability that an exam type needs; the days as far as they are over."""

    items = fields.List(fields.Nested(CapabilityCaseSchema))


@blueprint.route("/volume/capabilities", tags=["volume"])
@blueprint.arguments(DaysQuery, location="query")
@blueprint.response(200, CapabilityCasesSchema)
def show_capabilities(query: dict[str, Any]) -> Response:
    """Minutes asked for, examined and turned away by capability, beside one more machine"""
    first, last = days_of(query)
    now = clock.now()
    over = min(last, local_date_of(now, clock.hospital_zone()))
    with read_session() as session:
        cases = capability_cases(session, first, over, now=now)
        openings = third_next_openings(session, now=now)
    return answer({"items": [_case(each, latest_opening(openings, each.codes)) for each in cases]})


def _case(case: CapabilityCase, opening: NextOpening | None) -> Document:
    return {
        "capability": case.capability.code,
        "exam_types": [_type(each) for each in case.exam_types],
        "machines": [row.code for row in case.machines],
        "open_minutes": case.open_minutes,
        "closed_minutes": case.closed_minutes,
        "causes": [cause_document(each) for each in case.causes],
        "third_next": None if opening is None else next_opening_document(opening),
        "one_more": _one_more(case.one_more),
    }


def _type(each: TypeMinutes) -> Document:
    return {
        "exam_type": each.exam_type.code,
        "asked_minutes": each.asked,
        "booked_minutes": each.booked,
        "examined_minutes": each.examined,
        "overtime_minutes": each.overtime,
        "turned_away_searches": len(each.turned_away),
        "turned_away_minutes": each.turned_minutes,
        "otherwise_minutes": each.otherwise,
        "left_out": each.left_out,
    }


def _one_more(more: OneMore) -> Document:
    return {
        "open_minutes": more.open_minutes,
        "taken_searches": more.taken.searches,
        "taken_minutes": more.taken.minutes,
        "relieved_minutes": more.relieved,
    }
