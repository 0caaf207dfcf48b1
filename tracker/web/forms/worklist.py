"""What is pressed and typed beside a machine."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, StringField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from tracker.web.forms.choices import AssistantField, SupervisorField
from tracker.web.forms.page_form import PageForm
from tracker.writes.examining import Report

LONGEST_REASON = 400


class StepForm(PageForm):
    """A step that is one press: at which machine, and the version of the booking that was seen.

    `operator` is the doctor chosen for this machine; empty: the account's own, else the one planned.
    """

    device = HiddenField()
    operator = HiddenField()
    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version that was seen, if it is a number."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() else None


class FinishForm(StepForm):
    """The exam's number (scanned, typed, or empty: one is issued), its parts (empty: as booked), who else took part."""

    exam_number = StringField(_l("Exam number"), [Optional(), Length(max=40)])
    parts = IntegerField(_l("Parts"), [Optional(), NumberRange(1, 20)])
    supervisor = SupervisorField()
    assistant = AssistantField()

    def report(self) -> Report:
        """What was entered, for the service."""
        return Report(
            number=(self.exam_number.data or "").strip() or None,
            parts=self.parts.data,
            supervisor=self.supervisor.data or None,
            assistant=self.assistant.data or None,
        )


class UndoForm(StepForm):
    """Taking back a finished exam: it is voided, which needs a reason."""

    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])


class ReceiveForm(PageForm):
    """A patient without a booking at this machine; the exam types are those that it can do."""

    exam_type = RadioField(_l("Exam type"), [InputRequired(_l("Choose the exam type."))])
    stream = RadioField(_l("Stream"), [InputRequired(_l("Choose the stream."))])
    parts = IntegerField(_l("Parts"), [InputRequired(), NumberRange(1, 20)], default=1)


class AddForm(ReceiveForm):
    """A booking beyond the plan (加号), today on this machine, at a time somebody wishes for."""

    time = TimeField(_l("Wished time"), [InputRequired()])
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])
    check_in = BooleanField(_l("The patient is here: check in at once"), default=True)
