"""GET /volume/year: the year beside its targets, month by month, and how it is expected to end."""

from typing import Any

from flask import Response
from marshmallow import fields

from tracker import clock
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Whole
from tracker.api.interface import answer, blueprint
from tracker.api.reading import RequestSchema
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.year import Reached, YearOutlook
from tracker.queries.year_standing import MonthStanding, YearStanding, year_standings

FIRST_YEAR, LAST_YEAR = 2001, 2099


class YearQuery(RequestSchema):
    """Which year."""

    year = Whole(FIRST_YEAR, LAST_YEAR, "The year; without it the present one.", load_default=None)


class GapSchema(AnswerSchema):
    """Done less planned, of the days that are over; above 0 when ahead."""

    planned = fields.Integer()
    done = fields.Integer()
    exams = fields.Integer()
    working_days = fields.Float()


class ReachedSchema(AnswerSchema):
    """Exams of the year by then: as likely more as less; 80 % lie between low and high."""

    expected = fields.Integer()
    low = fields.Integer()
    high = fields.Integer()


class YearMonthSchema(AnswerSchema):
    """A month. What is null is not known, or not yet; `…_by_end` counts from January to its end."""

    month = text("2026-11")
    done = fields.Integer()
    planned = fields.Integer(allow_none=True)
    gap = fields.Integer(allow_none=True)
    last_year = fields.Integer()
    planned_by_end = fields.Integer(allow_none=True)
    done_by_end = fields.Integer(allow_none=True)
    expected_by_end = fields.Nested(ReachedSchema, allow_none=True)
    closed = fields.Integer(
        allow_none=True, metadata={"description": "Exams when the month was closed."}
    )


class YearForecastSchema(ReachedSchema):
    """How the year is expected to end. Errors are parts of the exams of years that were held back; null without any."""

    made_on = fields.Date()
    past_years = fields.Integer()
    past_inside = fields.Integer()
    past_error = fields.Float(allow_none=True)
    naive_error = fields.Float(allow_none=True)


class YearLineSchema(AnswerSchema):
    """All streams, or one that has a target."""

    stream = text("Null: all streams.", allow_none=True)
    target = fields.Integer(allow_none=True)
    plan_learnt_from_days = fields.Integer(
        metadata={"description": "Working days that taught the line its shape; 0: it is even."}
    )
    done = fields.Integer()
    done_today = fields.Integer()
    planned_today = fields.Integer(allow_none=True)
    gap = fields.Nested(GapSchema, allow_none=True)
    forecast = fields.Nested(YearForecastSchema, allow_none=True)
    months = fields.List(fields.Nested(YearMonthSchema))


class YearSchema(AnswerSchema):
    """The year's lines, all streams first; `through` is its last day that is over."""

    year = fields.Integer()
    through = fields.Date(allow_none=True)
    is_published = fields.Boolean(
        metadata={"description": "Whether the year's working calendar is announced."}
    )
    working_days = fields.Integer()
    days_over = fields.Integer()
    lines = fields.List(fields.Nested(YearLineSchema))


@blueprint.route("/volume/year", tags=["volume"])
@blueprint.arguments(YearQuery, location="query")
@blueprint.response(200, YearSchema)
def show_year(query: dict[str, Any]) -> Response:
    """The year beside its targets, and how it is expected to end"""
    today = local_date_of(clock.now(), clock.hospital_zone())
    with read_session() as session:
        found = year_standings(session, query["year"] or today.year, today)
    return answer(
        {
            "year": found.year,
            "through": found.through.isoformat() if found.through else None,
            "is_published": found.is_published,
            "working_days": found.working_days,
            "days_over": found.days_over,
            "lines": [
                {
                    **_line(standing),
                    "planned_today": standing.plan.on(today) if standing.plan else None,
                }
                for standing in found.lines.values()
            ],
        }
    )


def _line(standing: YearStanding) -> Document:
    plan, gap = standing.plan_line, standing.gap
    return {
        "stream": standing.line,
        "target": plan.plan.target if plan else None,
        "plan_learnt_from_days": plan.history_days if plan else 0,
        "done": standing.done,
        "done_today": standing.done_today,
        "gap": None
        if gap is None
        else {
            "planned": gap.planned,
            "done": gap.done,
            "exams": gap.exams,
            "working_days": round(gap.working_days, 2),
        },
        "forecast": _forecast(standing.outlook),
        "months": [_month(month) for month in standing.months],
    }


def _forecast(outlook: YearOutlook | None) -> Document | None:
    if outlook is None:
        return None
    return {
        **_reached(outlook.end),
        "made_on": outlook.made_on.isoformat(),
        "past_years": outlook.past_years,
        "past_inside": outlook.past_inside,
        "past_error": outlook.past_error,
        "naive_error": outlook.naive_error,
    }


def _reached(reached: Reached) -> Document:
    return {"expected": reached.expected, "low": reached.low, "high": reached.high}


def _month(month: MonthStanding) -> Document:
    return {
        "month": f"{month.first:%Y-%m}",
        "done": month.done,
        "planned": month.planned,
        "gap": month.gap,
        "last_year": month.last_year,
        "planned_by_end": month.planned_by_end,
        "done_by_end": month.done_by_end,
        "expected_by_end": _reached(month.reached) if month.reached else None,
        "closed": month.closed,
    }
