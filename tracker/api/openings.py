"""GET /openings: the first times at which an exam could be booked, or one minute asked for by name."""

from datetime import date
from typing import Any

from flask import Response
from flask_babel import force_locale
from marshmallow import fields

from tracker import clock
from tracker.api.documents import (
    AnswerSchema,
    Document,
    OpeningSchema,
    ReasonSchema,
    opening_document,
    reason_document,
)
from tracker.api.fields import REQUIRED, Code, Day, Instant, PatientKey, Whole
from tracker.api.interface import answer, blueprint
from tracker.api.pages import MOST
from tracker.api.problems import language
from tracker.api.reading import RefusedFieldsError, RequestSchema
from tracker.domain.errors import N_, InvalidError
from tracker.domain.openings import Window
from tracker.domain.workcalendar import local_date_of, minute_of
from tracker.queries import read_session
from tracker.queries.named_openings import NamedSearch, ask_minute, find_named_openings
from tracker.queries.openings import MOST_PARTS, Wish, patient_id_of
from tracker.queries.streams import parts_of_day


class OpeningQuery(RequestSchema):
    """What is asked for. Either days, or one minute (`at`)."""

    exam_type = Code(required=True)
    stream = Code(required=True)
    first = Day("The first day; needed unless `at` is given.", data_key="from", load_default=None)
    last = Day("The last day; needed unless `at` is given.", data_key="to", load_default=None)
    limit = Whole(1, MOST, "How many openings at most.", load_default=10)
    parts = Whole(1, MOST_PARTS, load_default=1)
    device = Code("On this device alone.", load_default=None)
    part_of_day = Code("morning or afternoon.", load_default=None)
    at = Instant("Is this very minute bookable, and if not, why not?", load_default=None)
    patient = PatientKey("Leave out when this patient is busy.", load_default=None)


class OpeningsSchema(AnswerSchema):
    """Openings by date and then in rank; when there are none, the counted reasons."""

    openings = fields.List(fields.Nested(OpeningSchema))
    reasons = fields.List(fields.Nested(ReasonSchema))


@blueprint.route("/openings", tags=["desk"])
@blueprint.arguments(OpeningQuery, location="query")
@blueprint.response(200, OpeningsSchema)
def list_openings(query: dict[str, Any]) -> Response:
    """Where an exam could be booked"""
    now = clock.now()
    with read_session() as session:
        wish = _wish(session, query)
        at = query["at"]
        if at is None:
            found = find_named_openings(session, wish, now=now)
        else:
            found = ask_minute(session, wish, at, now=now)
    return answer(_document(found))


def _wish(session: Any, query: dict[str, Any]) -> Wish:
    first, last = _days(query)
    patient = query["patient"]
    return Wish(
        exam_type=query["exam_type"],
        stream=query["stream"],
        first=first,
        last=last,
        parts=query["parts"],
        device=query["device"],
        patient_id=None if patient is None else patient_id_of(session, patient),
        window=_window(session, query["part_of_day"]),
        limit=query["limit"],
    )


def _days(query: dict[str, Any]) -> tuple[date, date]:
    """The days to search, both inclusive: those given, else the one of the minute asked for."""
    first, last, at = query["first"], query["last"], query["at"]
    if at is None:
        missing = [name for name, day in (("from", first), ("to", last)) if day is None]
        if missing:
            raise RefusedFieldsError([(name, REQUIRED) for name in missing])
        return first, last
    day = local_date_of(at, clock.hospital_zone())
    if (first is not None and day < first) or (last is not None and day > last):
        raise InvalidError(N_("This minute lies outside the days asked for."), field="at")
    return day, day


def _window(session: Any, part_of_day: str | None) -> Window | None:
    """The minutes of the day in which a start is wanted. Raises InvalidError for an unknown part of day."""
    if part_of_day is None:
        return None
    for part in parts_of_day(session):
        if part.code == part_of_day:
            return Window(minute_of(part.starts), minute_of(part.ends))
    raise InvalidError(N_("There is no such part of the day."), field="part_of_day")


def _document(found: NamedSearch) -> Document:
    openings = [opening_document(opening) for opening in found.openings]
    if not found.reasons:
        return {"openings": openings, "reasons": []}
    with force_locale(language()):
        return {"openings": openings, "reasons": [reason_document(one) for one in found.reasons]}
