"""GET /volume/staff and its exams: everybody's figures for the head, for a doctor the own ones and every own row."""

from datetime import date
from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.access import caller
from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import AnswerSchema, Document, ExamSchema, exam_document, text
from tracker.api.fields import Code
from tracker.api.interface import answer, blueprint, path_code
from tracker.api.pages import PageQuery, page, read_cursor, row_id
from tracker.api.shares import SharesSchema, shares_document
from tracker.domain.comparison import Comparison
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.roles import LEADING
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.staff import staff_member_by_code
from tracker.queries.staff_standing import (
    COMPARED,
    OwnRow,
    PersonStanding,
    own_rows,
    person_standing,
    staff_standing,
)


class StaffQuery(DaysQuery):
    """Which days, and of whom."""

    doctor = Code(
        "Of this member of staff only; whoever does not lead sees the own figures alone.",
        load_default=None,
    )


class PersonSchema(AnswerSchema):
    """One person. Exams, parts and minutes count for their operator; points as they are shared on the exam's day."""

    code = text()
    name = text()
    title = text("Empty without one.")
    exams = fields.Integer()
    live_exams = fields.Integer()
    parts = fields.Integer()
    live_minutes = fields.Integer()
    points = fields.Float(metadata={"description": "As operator, supervising and assisting."})
    points_as_operator = fields.Float()
    points_given = fields.Float(metadata={"description": "Of the own exams, to others."})
    supervised_exams = fields.Integer()
    points_supervising = fields.Float()
    assisted_exams = fields.Integer()
    points_assisting = fields.Float()
    days = fields.Integer(metadata={"description": "On which he or she examined."})
    points_a_day = fields.Float(allow_none=True)
    reports_a_month = fields.Float()


class ComparisonSchema(AnswerSchema):
    """Of doctors who examined; quartiles lie between neighbouring values where they must."""

    figure = text(", ".join(COMPARED) + ".")
    doctors = fields.Integer()
    mean = fields.Float()
    median = fields.Float()
    lower_quartile = fields.Float()
    upper_quartile = fields.Float()
    least = fields.Float()
    most = fields.Float()


class UnmatchedSchema(AnswerSchema):
    """Exams that files brought for a doctor whom nobody here is known to be."""

    name = text("As the file has it.")
    exams = fields.Integer()
    exam = text("The newest of them, by which the doctor is named for all.")


class StaffSchema(AnswerSchema):
    """People in the department's order. Comparisons and unmatched names are there where everybody was asked for."""

    people = fields.List(fields.Nested(PersonSchema))
    comparisons = fields.List(fields.Nested(ComparisonSchema))
    unmatched = fields.List(fields.Nested(UnmatchedSchema))
    doctors = fields.Integer(
        allow_none=True,
        metadata={
            "description": "In service at the end of the last day, as indicators count them."
        },
    )
    shares = fields.Nested(
        SharesSchema, allow_none=True, metadata={"description": "Of the last day, for everybody."}
    )


@blueprint.route("/volume/staff", tags=["volume"])
@blueprint.arguments(StaffQuery, location="query")
@blueprint.response(200, StaffSchema)
def show_staff_figures(query: dict[str, Any]) -> Response:
    """The figures of each doctor; a doctor's own"""
    first, last = days_of(query)
    code = _whose(query["doctor"])
    today = local_date_of(clock.now(), clock.hospital_zone())
    if code is not None:
        return answer(_alone([_person(_one(code, first, last, today))]))
    if not caller().has_any(LEADING):
        return answer(_alone([]))
    with read_session() as session:
        found = staff_standing(session, first, last, today=today)
    return answer(
        {
            "people": [_person(each) for each in found.people],
            "comparisons": [_comparison(name, one) for name, one in found.comparisons.items()],
            "unmatched": [
                {"name": each.name, "exams": each.exams, "exam": str(each.exam_id)}
                for each in found.unmatched
            ],
            "shares": shares_document(found.shares),
            "doctors": found.doctors,
        }
    )


def _whose(asked: str | None) -> str | None:
    """Whose figures are shown; None: everybody's for the head, nobody's for others. Raises ForbiddenError."""
    if asked is not None:
        caller().check_figures_of(asked)
        return asked
    return None if caller().has_any(LEADING) else caller().staff_code


def _one(code: str, first: date, last: date, today: date) -> PersonStanding:
    with read_session() as session:
        found = person_standing(session, code, first, last, today=today)
    if found is None:
        raise NotFoundError(N_("There is no such staff member."))
    return found


def _alone(people: list[Document]) -> Document:
    return {"people": people, "comparisons": [], "unmatched": [], "shares": None, "doctors": None}


def _person(one: PersonStanding) -> Document:
    figures = one.figures
    return {
        "code": figures.code,
        "name": figures.name,
        "title": figures.title or "",
        "exams": figures.own.exams,
        "live_exams": figures.own.live_exams,
        "parts": figures.own.parts,
        "live_minutes": figures.own.live_minutes,
        "points": figures.points_hundredths / 100,
        "points_as_operator": figures.own_points_hundredths / 100,
        "points_given": figures.given_hundredths / 100,
        "supervised_exams": figures.supervised.exams,
        "points_supervising": figures.supervised.points_hundredths / 100,
        "assisted_exams": figures.assisted.exams,
        "points_assisting": figures.assisted.points_hundredths / 100,
        "days": figures.days,
        "points_a_day": figures.points_a_day,
        "reports_a_month": one.reports_a_month,
    }


def _comparison(name: str, each: Comparison) -> Document:
    return {
        "figure": name,
        "doctors": each.count,
        "mean": each.mean,
        "median": each.median,
        "lower_quartile": each.lower_quartile,
        "upper_quartile": each.upper_quartile,
        "least": each.least,
        "most": each.most,
    }


class OwnExamsQuery(PageQuery, DaysQuery):
    """Which days."""


class OwnExamSchema(ExamSchema):
    """An exam in which the person took part, as what, and the points that brought."""

    role = text("operator, supervisor or assistant.")
    points = fields.Float()


class OwnExamPageSchema(AnswerSchema):
    """Exams, newest first; those that were voided are left out."""

    items = fields.List(fields.Nested(OwnExamSchema))
    next_cursor = text(allow_none=True)


@blueprint.route(
    "/volume/staff/<doctor>/exams",
    parameters=path_code("doctor", "The member of staff."),
    tags=["volume"],
)
@blueprint.arguments(OwnExamsQuery, location="query")
@blueprint.response(200, OwnExamPageSchema)
def list_own_exams(query: dict[str, Any], doctor: str) -> Response:
    """The rows behind one person's figures; a doctor's own"""
    first, last = days_of(query)
    caller().check_figures_of(doctor)
    place, limit = read_cursor(query["cursor"], date.fromisoformat, row_id), query["limit"]
    with read_session() as session:
        if staff_member_by_code(session, doctor) is None:
            raise NotFoundError(N_("There is no such staff member."))
        found = own_rows(session, doctor, first, last, after=place, limit=limit + 1)
    return answer(
        page(found, limit, document=_row, place=lambda row: (row.exam.local_date, row.exam.id))
    )


def _row(row: OwnRow) -> Document:
    return {
        **exam_document(row.exam),
        "role": row.role,
        "points": row.points_hundredths / 100,
    }
