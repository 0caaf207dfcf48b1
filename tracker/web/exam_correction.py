"""The form in which an exam is corrected: what it shows, what it may be changed to, what was meant."""

from datetime import date, datetime, time

from flask_babel import gettext as _

from tracker.domain.fileexams import NOT_MATCHED
from tracker.queries.exams import ExamDetails
from tracker.services.exams import Correction
from tracker.web.exam_choices import Catalogue, Pair
from tracker.web.filters import local
from tracker.web.forms.book import choices_of
from tracker.web.forms.exams import CorrectionForm, instant
from tracker.web.taking_part import offer_taking_part


def correction_form(exam: ExamDetails, known: Catalogue) -> CorrectionForm:
    """The form with the exam as it stands. Of one from a file the patient is not asked: whom it means is not known."""
    form = CorrectionForm(
        patient=exam.mrn,
        exam_type=exam.exam_type,
        stream=exam.stream,
        parts=exam.parts,
        device=exam.device,
        operator=exam.operator,
        supervisor=exam.supervisor or "",
        assistant=exam.assistant or "",
        date=exam.local_date,
        start=local(exam.started_at).time(),
        end=local(exam.ended_at).time(),
        exam_number=exam.number,
        version=str(exam.version),
    )
    form.exam_type.choices = choices_of(known.pairs("exam_types", besides=exam.exam_type))
    form.stream.choices = choices_of(known.pairs("streams", besides=exam.stream))
    form.device.choices = choices_of(known.pairs("devices", besides=exam.device))
    form.operator.choices = choices_of(_operators(exam, known))
    offer_taking_part(form, known.people)
    if exam.import_id is not None:
        del form.patient
    return form


def _operators(exam: ExamDetails, known: Catalogue) -> list[Pair]:
    """The doctors in service and the exam's own; what a file brought may also be nobody's here."""
    pairs = known.pairs("doctors", besides=exam.operator)
    if exam.import_id is None or exam.operator == NOT_MATCHED:
        return pairs
    return [*pairs, (NOT_MATCHED, _("not matched"))]


def correction_of(form: CorrectionForm, exam: ExamDetails) -> Correction:
    """What was typed."""
    return Correction(
        exam_type=form.exam_type.data,
        stream=form.stream.data,
        device=form.device.data,
        operator=form.operator.data,
        started_at=_meant(form.date.data, form.start.data, exam.started_at),
        ended_at=_meant(form.date.data, form.end.data, exam.ended_at),
        parts=form.parts.data,
        number=form.exam_number.data or "",
        patient=(form.patient.data or "").strip() if form.patient else None,
        reason=form.reason.data or "",
        supervisor=form.supervisor.data or None,
        assistant=form.assistant.data or None,
    )


def _meant(day: date, clock_time: time, before: datetime) -> datetime:
    """The instant typed; one left as it was shown keeps its seconds, and its day after midnight."""
    shown = local(before)
    if (shown.hour, shown.minute) == (clock_time.hour, clock_time.minute):
        return before + (instant(day, time()) - instant(shown.date(), time()))
    return instant(day, clock_time)


def version_seen(version: str | None) -> int | None:
    """The version that a form was made of."""
    text = version or ""
    return int(text) if text.isascii() and text.isdigit() else None
