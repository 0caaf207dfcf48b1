"""Exams on record: the list behind every number, one exam with its versions, correcting and voiding it."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.corrections import Corrector, may_correct, may_hand_over
from tracker.domain.errors import N_, DomainError, ForbiddenError, InvalidError, NotFoundError
from tracker.domain.lifecycle import Status
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.exams import (
    ExamDetails,
    ExamFilter,
    earlier_versions,
    exam_details,
    exam_id_of_number,
    list_exams,
)
from tracker.queries.imports import one_import
from tracker.queries.volume import VolumeFilter, volume
from tracker.sentences import status_of
from tracker.services import exams
from tracker.web.access import may
from tracker.web.addresses import see_other
from tracker.web.arguments import (
    code_argument,
    codes_argument,
    codes_text,
    day_argument,
    number_argument,
    place_argument,
    place_text,
)
from tracker.web.exam_choices import changes_of, read_catalogue
from tracker.web.exam_correction import correction_form, correction_of, version_seen
from tracker.web.forms.exams import CorrectionForm, FindForm, VoidForm
from tracker.web.fragments import is_htmx, render_block
from tracker.web.person import caller, request_now
from tracker.web.volume_keys import hour_pairs, part_pairs, title_pairs, weekday_pairs

blueprint = Blueprint("exams", __name__)

PAGE_LENGTH = 50
CODES = ("stream", "exam_type", "device", "operator", "title", "part_of_day")
OTHERS = ("supervisor", "assistant")
"""Who else took part: rows are chosen by them, and no volume is kept of them."""


TIMES = {"weekday": 6, "hour": 47}
"""By weekday (Monday 0) and by an hour that they had a minute in (from 24: after midnight); the highest of each."""


def today() -> date:
    """The hospital's day of this request."""
    return local_date_of(request_now(), clock.hospital_zone())


@blueprint.get("/exams")
def index() -> ResponseReturnValue:
    """Exams by day, newest first; days, codes and a patient's id in the address choose them."""
    return _list(FindForm(formdata=None))


@blueprint.post("/exams")
def find() -> ResponseReturnValue:
    """Go to the exam whose number was scanned or typed."""
    form = FindForm()
    if not form.validate():
        return _list(form, 422)
    with read_session() as reading:
        found = exam_id_of_number(reading, (form.exam_number.data or "").strip())
    if found is None:
        form.exam_number.errors = [_("There is no exam with this number.")]
        return _list(form, 422)
    return see_other(f"/exams/{found}")


def _list(form: FindForm, status: int = 200) -> ResponseReturnValue:
    chosen = chosen_exams()
    with read_session() as reading:
        known = read_catalogue(reading)
        found = list_exams(
            reading, chosen, after=place_argument(), limit=PAGE_LENGTH + 1, newest_first=True
        )
        day_parts = part_pairs(reading) if chosen.part_of_day else []
        total = volume(reading, _as_volume(chosen)).total if shows_total(chosen) else None
    shown = found[:PAGE_LENGTH]
    is_last = len(found) <= PAGE_LENGTH
    context = {
        "exams": shown,
        "next_cursor": None if is_last else place_text(shown[-1].local_date, shown[-1].id),
        "cursor": request.args.get("cursor"),
        "chosen": chosen,
        "params": filter_params(chosen),
        "known": known,
        "titles": title_pairs(),
        "day_parts": day_parts,
        "weekdays": weekday_pairs(),
        "hours": hour_pairs(),
        "total": total,
        "form": form,
        "today": today(),
    }
    return render_template("exams/exams.html", **context), status


def chosen_exams() -> ExamFilter:
    """What the address asks for; without days it is today. Raises InvalidError for days turned round."""
    patient = number_argument("patient")
    first = day_argument("from", None if patient else today())
    last = day_argument("to", None if patient else max(first or today(), today()))
    if first and last and last < first:
        raise InvalidError(N_("The last day lies before the first."), field="to")
    codes: dict[str, Any] = {name: codes_argument(name) for name in CODES}
    codes |= {name: code_argument(name) for name in OTHERS}
    codes |= {name: _time_argument(name, most) for name, most in TIMES.items()}
    voided = request.args.get("voided") == "1"
    return ExamFilter(first=first, last=last, patient_id=patient, include_voided=voided, **codes)


def _time_argument(name: str, most: int) -> int | None:
    """A number of TIMES. Raises InvalidError for another."""
    found = number_argument(name)
    if request.args.get(name) and (found is None or found > most):
        raise InvalidError(N_("There is no such weekday or hour."), field=name)
    return found


def filter_params(chosen: ExamFilter) -> dict[str, Any]:
    """The filter as an address carries it."""
    given: dict[str, Any] = {
        "from": chosen.first and chosen.first.isoformat(),
        "to": chosen.last and chosen.last.isoformat(),
        "patient": chosen.patient_id,
        "voided": "1" if chosen.include_voided else None,
        **{name: codes_text(getattr(chosen, name)) for name in (*CODES, *OTHERS)},
    }
    times = {name: getattr(chosen, name) for name in TIMES}
    shown = {name: str(value) for name, value in times.items() if value is not None}
    return {name: value for name, value in given.items() if value} | shown


def shows_total(chosen: ExamFilter) -> bool:
    """Figures of everybody are the head's; anybody sees their own. A patient's exams are not rolled up."""
    is_own = chosen.operator is not None and chosen.operator == caller().staff_code
    others = (chosen.patient_id, chosen.supervisor, chosen.assistant, chosen.weekday, chosen.hour)
    is_rolled_up = all(each is None for each in others)
    return (may("volume.show") or is_own) and is_rolled_up


def _as_volume(chosen: ExamFilter) -> VolumeFilter:
    codes = {name: getattr(chosen, name) for name in CODES}
    return VolumeFilter(chosen.first or date.min, chosen.last or date.max, **codes)


@blueprint.get("/exams/<int:exam_id>")
def show(exam_id: int) -> ResponseReturnValue:
    """One exam with every version of it."""
    with read_session() as reading:
        exam = exam_details(reading, exam_id)
        known = read_catalogue(reading)
        changes = changes_of(reading, exam, earlier_versions(reading, exam_id), known)
        brought_by = one_import(reading, exam.import_id) if exam.import_id else None
    is_changeable = not exam.is_voided and (brought_by is None or brought_by.state == "in_force")
    return render_template(
        "exams/exam.html",
        exam=exam,
        changes=changes,
        brought_by=brought_by,
        may_correct=is_changeable and _may_correct(exam),
        wrong_patient=_where_to_hand_over(exam),
        may_void=is_changeable and may("exams.void"),
        today=today(),
    )


def _where_to_hand_over(exam: ExamDetails) -> str | None:
    """An exam with a booking is handed over with it; another's patient is part of its correction.

    One from a file has the patient of its file.
    """
    if exam.is_voided or exam.import_id is not None:
        return None
    if exam.booking_id is None:
        return f"/exams/{exam.id}/correct" if _may_correct(exam) else None
    day, status = exam.local_date, Status.COMPLETED
    if not may_hand_over(caller().roles, status=status, day=day, today=today()):
        return None
    return f"/bookings/{exam.booking_id}/patient?next=/exams/{exam.id}"


def _may_correct(exam: ExamDetails) -> bool:
    who = Corrector(caller().roles, caller().staff_member_id)
    return may_correct(who, operator_id=exam.operator_id, exam_day=exam.local_date, today=today())


@blueprint.route("/exams/<int:exam_id>/correct", methods=["GET", "POST"])
def correct(exam_id: int) -> ResponseReturnValue:
    """Make a new version, with a reason. Raises ForbiddenError for whoever may not."""
    with read_session() as reading:
        exam = exam_details(reading, exam_id)
        known = read_catalogue(reading)
    form = correction_form(exam, known)
    if form.validate_on_submit():
        try:
            exams.correct(
                exam_id,
                correction_of(form, exam),
                by=caller().account_id,
                now=request_now(),
                version=version_seen(form.version.data),
            )
        except ForbiddenError:
            raise
        except DomainError as refusal:
            form.refuse(refusal)
            unknown = isinstance(refusal, NotFoundError)  # a patient; the exam itself was found
            return _correction_page(exam, form, 422 if unknown else status_of(refusal))
        flash(_("The exam is corrected; the version before is kept."), "success")
        return see_other(f"/exams/{exam_id}")
    return _correction_page(exam, form, 422 if form.is_submitted() else 200)


def _correction_page(exam: ExamDetails, form: CorrectionForm, status: int) -> ResponseReturnValue:
    return render_template("exams/correct.html", exam=exam, form=form), status


@blueprint.route("/exams/<int:exam_id>/void", methods=["GET", "POST"])
def void(exam_id: int) -> ResponseReturnValue:
    """Void an exam, with a reason: it stays on record and counts nothing."""
    with read_session() as reading:
        exam = exam_details(reading, exam_id)
    form = VoidForm(version=str(exam.version))
    status = 200
    if form.validate_on_submit():
        seen = version_seen(form.version.data)
        try:
            exams.void(
                exam_id,
                reason=form.reason.data or "",
                by=caller().account_id,
                now=request_now(),
                version=seen,
            )
            flash(_("The exam is voided."), "success")
            return see_other(f"/exams/{exam_id}")
        except DomainError as refusal:
            form.refuse(refusal)
            status = status_of(refusal)
    elif form.is_submitted():
        status = 422
    render = render_block("exams/void.html", "content", exam=exam, form=form) if is_htmx() else ""
    return render or render_template("exams/void.html", exam=exam, form=form), status
