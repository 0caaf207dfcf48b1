"""GET /volume/quality: waits against the goals, who did not come and who cancelled, and why."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.days import DaysQuery, days_of
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.interface import answer, blueprint
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.attendance import Attendance, last_of_lead
from tracker.queries.quality import Quality, quality
from tracker.queries.waits import DaysWaited


class DaysCountSchema(AnswerSchema):
    """So many exams waited so many working days; 0: the same day."""

    working_days = fields.Integer()
    exams = fields.Integer()


class WaitSchema(AnswerSchema):
    """A stream's exams that were clicked live and had a booking: working days from booking to exam."""

    stream = text()
    goal_working_days = fields.Integer(allow_none=True)
    goal_working_hours = fields.Integer(allow_none=True)
    exams = fields.Integer()
    left_out = fields.Integer(
        metadata={"description": "Exams without live times or without a booking."}
    )
    median_days = fields.Integer(allow_none=True)
    p90_days = fields.Integer(allow_none=True)
    within_goal = fields.Integer(
        allow_none=True, metadata={"description": "Exams; null without a goal."}
    )
    share_within_goal = fields.Float(allow_none=True)
    days = fields.List(fields.Nested(DaysCountSchema))


class MinutesWaitedSchema(AnswerSchema):
    """A stream's exams that were clicked live: minutes from check-in to start."""

    stream = text()
    exams = fields.Integer()
    median_minutes = fields.Integer(allow_none=True)
    p90_minutes = fields.Integer(allow_none=True)


class AttendanceSchema(AnswerSchema):
    """Bookings; cancelled ÷ all, and not come ÷ those that were not cancelled (null of none)."""

    bookings = fields.Integer()
    cancelled = fields.Integer()
    cancelled_share = fields.Float(allow_none=True)
    no_shows = fields.Integer()
    no_show_share = fields.Float(allow_none=True)


class StreamAttendanceSchema(AttendanceSchema):
    """The bookings of a stream."""

    stream = text()


class LeadAttendanceSchema(AttendanceSchema):
    """The bookings that were made so many days before; `to_days` null: any number from `from_days` on."""

    from_days = fields.Integer()
    to_days = fields.Integer(allow_none=True)


class ReasonCountSchema(AnswerSchema):
    """Why bookings stand cancelled or not come to, in the words that were given."""

    status = text("cancelled or no_show.")
    reason = text()
    bookings = fields.Integer()
    step = text("By it the list of bookings is asked for those with these words.")


class QualitySchema(AnswerSchema):
    """The days as far as they are over."""

    waits = fields.List(fields.Nested(WaitSchema))
    minutes = fields.List(fields.Nested(MinutesWaitedSchema))
    attendance = fields.Nested(AttendanceSchema)
    by_stream = fields.List(fields.Nested(StreamAttendanceSchema))
    by_lead = fields.List(fields.Nested(LeadAttendanceSchema))
    reasons = fields.List(fields.Nested(ReasonCountSchema))


@blueprint.route("/volume/quality", tags=["volume"])
@blueprint.arguments(DaysQuery, location="query")
@blueprint.response(200, QualitySchema)
def show_quality(query: dict[str, Any]) -> Response:
    """Waits against the goals, cancellations and no-shows with their reasons"""
    first, last = days_of(query)
    today = local_date_of(clock.now(), clock.hospital_zone())
    with read_session() as session:
        return answer(_quality(quality(session, first, last, today=today)))


def _quality(found: Quality) -> Document:
    return {
        "waits": [_wait(each) for each in found.days],
        "minutes": [
            {
                "stream": each.stream.code,
                "exams": each.minutes.number,
                "median_minutes": each.minutes.median,
                "p90_minutes": each.minutes.p90,
            }
            for each in found.minutes
        ],
        "attendance": _attendance(found.attendance),
        "by_stream": [
            {"stream": row.code, **_attendance(bookings)} for row, bookings in found.by_stream
        ],
        "by_lead": [
            {"from_days": lead, "to_days": last_of_lead(lead), **_attendance(bookings)}
            for lead, bookings in found.by_lead
        ],
        "reasons": [
            {
                "status": each.status,
                "reason": each.reason,
                "bookings": each.bookings,
                "step": str(each.step_id),
            }
            for each in found.reasons
        ],
    }


def _wait(each: DaysWaited) -> Document:
    return {
        "stream": each.stream.code,
        "goal_working_days": each.stream.goal_working_days,
        "goal_working_hours": each.stream.goal_working_hours,
        "exams": each.days.number,
        "left_out": each.left_out,
        "median_days": each.days.median,
        "p90_days": each.days.p90,
        "within_goal": each.within,
        "share_within_goal": each.share_within,
        "days": [
            {"working_days": days, "exams": exams}
            for days, exams in sorted(each.days.counts.items())
        ],
    }


def _attendance(bookings: Attendance) -> Document:
    return {
        "bookings": bookings.bookings,
        "cancelled": bookings.cancelled,
        "cancelled_share": bookings.cancelled_share,
        "no_shows": bookings.no_shows,
        "no_show_share": bookings.no_show_share,
    }
