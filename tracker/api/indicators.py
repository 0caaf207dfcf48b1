"""GET /volume/quality/indicators: the national quality indicators of a year, each with what it is made of."""

from typing import Any

from flask import Response
from flask_babel import force_locale
from marshmallow import fields

from tracker import clock
from tracker.api.documents import AnswerSchema, Document, text
from tracker.api.fields import Codes
from tracker.api.interface import answer, blueprint
from tracker.api.problems import language
from tracker.api.volume_year import YearQuery
from tracker.domain.errors import Reason
from tracker.domain.indicators import Indicator
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.indicators import IndicatorYear, indicators, usual_inpatient
from tracker.queries.streams import streams
from tracker.sentences import sentence


class IndicatorQuery(YearQuery):
    """Which year, and who is an inpatient."""

    inpatient = Codes(
        "The streams of inpatients; without it those with a goal in working hours.",
        load_default=None,
    )


class IndicatorSchema(AnswerSchema):
    """Numerator ÷ denominator; with `missing` instead where data is not here. A value of nothing is null, never 0."""

    code = text()
    name = text("In the caller's language, as are all words here.")
    numerator_is = text()
    denominator_is = text()
    numerator = fields.Integer(allow_none=True)
    denominator = fields.Integer(allow_none=True)
    value = fields.Float(allow_none=True)
    missing = text("Which data is missing.", allow_none=True)


class IndicatorsSchema(AnswerSchema):
    """The set of 2022, of a year as far as it is over."""

    year = fields.Integer()
    inpatient = fields.List(fields.String(), metadata={"description": "Streams."})
    through = fields.Date(
        allow_none=True, metadata={"description": "The last day whose reports are counted."}
    )
    doctors = fields.Integer()
    months = fields.Integer()
    unchecked_machines = fields.Integer(
        metadata={"description": "Without a day of their check; not passed."}
    )
    left_out = fields.Integer(
        metadata={"description": "Exams of inpatients without live times or booking."}
    )
    indicators = fields.List(fields.Nested(IndicatorSchema))


@blueprint.route("/volume/quality/indicators", tags=["volume"])
@blueprint.arguments(IndicatorQuery, location="query")
@blueprint.response(200, IndicatorsSchema)
def show_indicators(query: dict[str, Any]) -> Response:
    """The national quality indicators of a year, with their formulas"""
    today = local_date_of(clock.now(), clock.hospital_zone())
    with read_session() as session:
        known = streams(session, include_retired=True)
        chosen = usual_inpatient(known, query["inpatient"])
        found = indicators(session, query["year"] or today.year, inpatient=chosen, today=today)
    with force_locale(language()):
        return answer(_document(found, chosen))


def _document(found: IndicatorYear, inpatient: list[str]) -> Document:
    return {
        "year": found.year,
        "inpatient": inpatient,
        "through": None if found.last is None else found.last.isoformat(),
        "doctors": found.doctors,
        "months": found.months,
        "unchecked_machines": found.unchecked,
        "left_out": found.left_out,
        "indicators": [_indicator(each) for each in found.indicators],
    }


def _indicator(each: Indicator) -> Document:
    terms = each.terms
    return {
        "code": each.code,
        "name": _told(terms.name),
        "numerator_is": _told(terms.numerator),
        "denominator_is": _told(terms.denominator),
        "numerator": each.numerator,
        "denominator": each.denominator,
        "value": each.value,
        "missing": _told(each.missing) if each.missing else None,
    }


def _told(words: str) -> str:
    return sentence(Reason("told", words))
