"""A roster from a spreadsheet: pasted or as a file, read and shown, its unknown words asked for, put into the draft."""

from datetime import date

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from tracker import clock
from tracker.domain.errors import N_, InvalidError
from tracker.domain.workcalendar import local_date_of
from tracker.queries import Reading, read_session
from tracker.queries.plan import open_draft
from tracker.queries.roster import RosterRead, read_for_week
from tracker.services.rostering import GivenRoster, TakenIn, take_in_roster
from tracker.web.addresses import see_other
from tracker.web.forms.roster import RosterForm
from tracker.web.person import caller, request_now
from tracker.web.plan_places import next_monday, week_argument, week_text
from tracker.web.plan_words import plan_words
from tracker.web.roster_page import offer_answers, shown
from tracker.web.saving import refused
from tracker.web.workbooks import read_table

blueprint = Blueprint("roster", __name__)


@blueprint.get("/plan/roster")
@blueprint.get("/plan/roster/take")
def show() -> ResponseReturnValue:
    """An empty field for the roster of ?week=2026-W49, else of next week."""
    monday = _monday()
    with read_session() as reading:
        version = _version(reading, monday)
    return _page(RosterForm(formdata=None, data={"version": str(version)}), monday)


@blueprint.post("/plan/roster")
def read() -> ResponseReturnValue:
    """Read the roster and show what it would change; nothing is kept."""
    form, monday, found = RosterForm(), _monday(), list[RosterRead]()

    def look() -> None:
        _take_file(form)
        with read_session() as reading:
            found.append(_read(reading, form, monday))

    status = refused(form, look)
    return _page(form, monday, *found), status or 200


@blueprint.post("/plan/roster/take")
def take() -> ResponseReturnValue:
    """Put the roster into the draft; with words that nobody explained it is shown again."""
    form, monday, done = RosterForm(), _monday(), list[TakenIn]()

    def put() -> None:
        given = GivenRoster(monday, form.text.data or "", form.answers(), form.seen or 0)
        done.append(take_in_roster(given, by=caller().account_id, now=request_now()))

    if status := refused(form, put):
        with read_session() as reading:
            found = _read_again(reading, form, monday)
            form.catch_up(_version(reading, monday))
        return _page(form, monday, *found), status
    _tell(done[0])
    return see_other(f"/plan?week={week_text(monday)}")


def _monday() -> date:
    return week_argument(next_monday(local_date_of(request_now(), clock.hospital_zone())))


def _version(reading: Reading, monday: date) -> int:
    draft = open_draft(reading, monday)
    return 0 if draft is None else draft.version


def _take_file(form: RosterForm) -> None:
    """The cells of an uploaded file, as if they had been pasted."""
    if form.file.data:
        rows = read_table(form.file.data.read())
        form.text.data = "\n".join("\t".join(" ".join(c.split()) for c in row) for row in rows)
    if not (form.text.data or "").strip():
        raise InvalidError(N_("Paste a roster, or choose a file."), field="text")


def _read(reading: Reading, form: RosterForm, monday: date) -> RosterRead:
    return read_for_week(reading, monday, form.text.data or "", form.answers(), now=request_now())


def _read_again(reading: Reading, form: RosterForm, monday: date) -> list[RosterRead]:
    """The roster of a form that was refused, unless it is no roster at all."""
    try:
        return [_read(reading, form, monday)]
    except InvalidError:
        return []


def _tell(done: TakenIn) -> None:
    days = ngettext(
        "The roster is in the draft: %(num)d machine day changed.",
        "The roster is in the draft: %(num)d machine days changed.",
        done.device_days,
    )
    absences = ngettext("%(num)d absence added.", "%(num)d absences added.", done.absences)
    flash(f"{days} {absences}", "success")


def _page(form: RosterForm, monday: date, read: RosterRead | None = None) -> str:
    with read_session() as reading:
        words = plan_words(reading)
    outcome = None if read is None else shown(read, words)
    if read is not None:
        form.ask(list(read.roster.unknown), read.roster.strangers)
        form.recall(read.recalled)
    offer_answers(form, words.devices, [] if outcome is None else outcome.doctors)
    week = week_text(monday)
    return render_template("plan/roster.html", form=form, outcome=outcome, week=week, monday=monday)
