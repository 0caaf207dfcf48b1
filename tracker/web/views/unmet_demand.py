"""Searches left without a booking: kept with one press at the desk, and counted for the head."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.demand import REASONS, UNSAID
from tracker.domain.errors import N_, InvalidError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.unmet_demand import (
    DemandCount,
    DemandFilter,
    sum_searches,
    unmet_counts,
    unmet_searches,
)
from tracker.queries.volume_source import Chosen
from tracker.services.unmet_demand import LeftSearch, note_unmet_demand
from tracker.web.addresses import see_other
from tracker.web.arguments import codes_argument, codes_text, day_argument, number_argument
from tracker.web.booking_page import offer, read_catalogue
from tracker.web.forms.book import LeaveForm, RequestForm
from tracker.web.person import caller, request_now

blueprint = Blueprint("unmet_demand", __name__)

PAGE_LENGTH = 50


@blueprint.post("/book/left")
def leave() -> ResponseReturnValue:
    """Keep the search and clear the page for the next patient; nobody is held up when it cannot be kept."""
    wanted, form = RequestForm(request.form), LeaveForm()
    with read_session() as reading:
        offer(wanted, read_catalogue(reading))
    try:
        note_unmet_demand(_left(wanted, form), by=caller().account_id, now=request_now())
    except InvalidError:
        flash(_("The search was not kept: it was not complete."), "warning")
    else:
        if form.reason.data != UNSAID:
            flash(_("Noted as unmet demand. The next patient, please."), "success")
    return see_other("/book")


@blueprint.get("/book/left")
def back() -> ResponseReturnValue:
    """There is nothing to read where a search was left: back to the page."""
    return see_other("/book")


def _left(wanted: RequestForm, form: LeaveForm) -> LeftSearch:
    """The search as it is kept. Raises InvalidError for one that the page would not have made."""
    is_whole = wanted.validate() and form.validate()
    named = (wanted.exam_type.data, wanted.stream.data, wanted.first.data, wanted.to.data)
    if not is_whole or not all(named):
        raise InvalidError(N_("Choose the exam type, the stream and the days first."))
    return LeftSearch(
        exam_type=wanted.exam_type.data,
        stream=wanted.stream.data,
        first=wanted.first.data,
        last=wanted.to.data,
        parts=wanted.parts.data or 1,
        reason=form.reason.data or "",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """The searches of one exam type and stream: how many for each reason; `name` has the words of both."""

    name: DemandCount
    by_reason: Mapping[str, int]

    @property
    def searches(self) -> int:
        """All of them."""
        return sum(self.by_reason.values())


@blueprint.get("/unmet-demand")
def show() -> ResponseReturnValue:
    """Counts of a stretch of days (else this month) and the searches behind them; any count chooses its own."""
    chosen, cursor = _chosen(), number_argument("cursor")
    with read_session() as reading:
        lines = _lines(unmet_counts(reading, chosen.first, chosen.last))
        in_all = sum_searches(reading, chosen)
        found = unmet_searches(reading, chosen, before_id=cursor, limit=PAGE_LENGTH + 1)
    shown = found[:PAGE_LENGTH]
    days = {"from": chosen.first.isoformat(), "to": chosen.last.isoformat()}
    context: dict[str, Any] = {
        "lines": lines,
        "total": {code: sum(line.by_reason[code] for line in lines) for code in REASONS},
        "searches": shown,
        "in_all": in_all,
        "next_cursor": shown[-1].id if len(found) > PAGE_LENGTH else None,
        "cursor": cursor,
        "chosen": chosen,
        "codes": {name: _tuple(codes) for name, codes in _codes().items()},
        "days": days,
        "params": days | {name: codes_text(codes) for name, codes in _codes().items() if codes},
    }
    return render_template("unmet_demand/unmet_demand.html", **context)


def _chosen() -> DemandFilter:
    """What the address asks for. Raises InvalidError for days turned round."""
    today = local_date_of(request_now(), clock.hospital_zone())
    first = day_argument("from", today.replace(day=1)) or today
    last = day_argument("to", max(first, today)) or today
    if last < first:
        raise InvalidError(N_("The last day lies before the first."), field="to")
    return DemandFilter(first, last, **_codes())


def _codes() -> dict[str, Chosen]:
    return {name: codes_argument(name) for name in ("exam_type", "stream", "reason")}


def _tuple(codes: Chosen) -> tuple[str, ...]:
    return () if codes is None else (codes,) if isinstance(codes, str) else tuple(codes)


def _lines(counts: Iterable[DemandCount]) -> list[Line]:
    """One line for each exam type and stream, in the order of the counts."""
    found: dict[tuple[str, str], tuple[DemandCount, dict[str, int]]] = {}
    for count in counts:
        key = count.exam_type, count.stream
        _name, by_reason = found.setdefault(key, (count, dict.fromkeys(REASONS, 0)))
        by_reason[count.reason] = count.searches
    return [Line(name, by_reason) for name, by_reason in found.values()]
