"""Exams entered afterwards, corrected and voided: the shape of what is typed."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from tracker import clock
from tracker.domain.errors import DomainError
from tracker.domain.patients import LONGEST_NUMBER
from tracker.domain.workcalendar import instant_of
from tracker.sentences import sentence
from tracker.web.forms.book import day_of_ours
from tracker.web.forms.choices import AssistantField, SupervisorField
from tracker.web.forms.page_form import FormPart, PageForm
from tracker.web.forms.versioned import VersionedForm

LONGEST_EXAM_NUMBER = 40
LONGEST_REASON = 400
MOST_ROWS = 60
SHOWN_ROWS = 4


class EnteredExam(FormPart):
    """One row of exams entered afterwards; a row in which nothing is typed does not count.

    A row with a `booking` was filled from it: it counts once somebody typed when the exam was.
    """

    booking = HiddenField()
    patient = StringField(_l("Patient number"), [DataRequired(), Length(max=LONGEST_NUMBER)])
    exam_type = SelectField(_l("Exam type"), [InputRequired()])
    stream = SelectField(_l("Stream"), [InputRequired()])
    start = TimeField(_l("Start"), [InputRequired()])
    end = TimeField(_l("End"), [InputRequired()])
    parts = IntegerField(_l("Parts"), [InputRequired(), NumberRange(1, 20)], default=1)
    exam_number = StringField(_l("Exam number"), [Optional(), Length(max=LONGEST_EXAM_NUMBER)])
    is_another = BooleanField(_l("This is another exam"))

    @property
    def is_empty(self) -> bool:
        """Whether nobody has typed anything here."""
        typed = (self.start, self.end, self.exam_number)
        return not any(
            field.raw_data and field.raw_data[0].strip()
            for field in (typed if self.booking_id else (self.patient, *typed))
        )

    @property
    def booking_id(self) -> int | None:
        """The booking that the row was filled from."""
        text = self.booking.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None

    def validate(self, extra_validators: Any = None) -> bool:
        """An empty row is fine."""
        return self.is_empty or super().validate(extra_validators)

    def refuse(self, refusal: DomainError) -> bool:
        """Put a refusal beside its field; False where the row has no such field."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            return False
        field.errors = [*field.errors, sentence(refusal)]
        return True


class EnterForm(PageForm):
    """Several exams of one day, one machine and one doctor, entered afterwards."""

    date = DateField(_l("Day"), [InputRequired(), day_of_ours])
    device = SelectField(_l("Device"), [InputRequired()])
    operator = SelectField(_l("Examining doctor"), [InputRequired()])
    supervisor = SupervisorField()
    assistant = AssistantField()
    reason = StringField(_l("Why afterwards"), [Optional(), Length(max=LONGEST_REASON)])
    rows = FieldList(FormField(EnteredExam), min_entries=SHOWN_ROWS, max_entries=MOST_ROWS)

    def filled(self) -> Iterator[EnteredExam]:
        """The rows in which something is typed."""
        return (row.form for row in self.rows if not row.form.is_empty)

    def offer_in_rows(self, exam_types: Sequence[Any], streams: Sequence[Any]) -> None:
        """Give every row, and the one that the page copies, its choices."""
        for row in self.rows:
            row.form.exam_type.choices, row.form.stream.choices = exam_types, streams


class ExaminedForm(VersionedForm):
    """How the exam of one booking went that an earlier day left open."""

    date = DateField(_l("Day"), [InputRequired(), day_of_ours])
    start = TimeField(_l("Start"), [InputRequired()])
    end = TimeField(_l("End"), [InputRequired()])
    device = SelectField(_l("Device"), [InputRequired()])
    operator = SelectField(_l("Examining doctor"), [InputRequired()])
    supervisor = SupervisorField()
    assistant = AssistantField()
    parts = IntegerField(_l("Parts"), [InputRequired(), NumberRange(1, 20)])
    exam_number = StringField(_l("Exam number"), [Optional(), Length(max=LONGEST_EXAM_NUMBER)])
    reason = StringField(_l("Why afterwards"), [Optional(), Length(max=LONGEST_REASON)])
    is_another = BooleanField(_l("This is another exam"))


class CorrectionForm(PageForm):
    """Everything an exam says, and why it is changed."""

    patient = StringField(_l("Patient number"), [DataRequired(), Length(max=LONGEST_NUMBER)])
    exam_type = SelectField(_l("Exam type"), [InputRequired()])
    stream = SelectField(_l("Stream"), [InputRequired()])
    parts = IntegerField(_l("Parts"), [InputRequired(), NumberRange(1, 20)])
    device = SelectField(_l("Device"), [InputRequired()])
    operator = SelectField(_l("Examining doctor"), [InputRequired()])
    supervisor = SupervisorField()
    assistant = AssistantField()
    date = DateField(_l("Day"), [InputRequired(), day_of_ours])
    start = TimeField(_l("Start"), [InputRequired()])
    end = TimeField(_l("End"), [InputRequired()])
    exam_number = StringField(_l("Exam number"), [DataRequired(), Length(max=LONGEST_EXAM_NUMBER)])
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])
    version = HiddenField()


class VoidForm(PageForm):
    """Voiding an exam needs a reason."""

    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])
    version = HiddenField()


class FindForm(PageForm):
    """The number of an exam, scanned or typed."""

    exam_number = StringField(_l("Exam number"), [DataRequired(), Length(max=LONGEST_EXAM_NUMBER)])


def instant(day: date, time: Any) -> datetime:
    """A day and a time of the hospital as an instant."""
    return instant_of(day, time, clock.hospital_zone())
