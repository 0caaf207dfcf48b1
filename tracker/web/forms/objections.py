"""What a doctor says about the own figures, and how the head decides: the shape of what is typed."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from tracker.domain.patients import LONGEST_NUMBER
from tracker.web.forms.book import day_of_ours
from tracker.web.forms.exams import LONGEST_REASON, ExaminedForm
from tracker.web.forms.page_form import PageForm


class NotMineForm(PageForm):
    """Why an exam is not one's own, if there is more to say."""

    note = StringField(_l("Note"), [Optional(), Length(max=LONGEST_REASON)])


class MissingForm(PageForm):
    """An exam that one did and does not find."""

    patient = StringField(_l("Patient number"), [DataRequired(), Length(max=LONGEST_NUMBER)])
    exam_type = SelectField(_l("Exam type"), [InputRequired()])
    day = DateField(_l("Day"), [InputRequired(), day_of_ours])
    device = SelectField(_l("Device"), [InputRequired()])
    note = StringField(_l("Note"), [Optional(), Length(max=LONGEST_REASON)])


class HandOnForm(PageForm):
    """Who really took part, and why the exam is corrected."""

    operator = SelectField(_l("Who it was"), [Optional()])
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])


class EnterMissingForm(ExaminedForm):
    """The missing exam as it was."""

    patient = StringField(_l("Patient number"), [DataRequired(), Length(max=LONGEST_NUMBER)])
    exam_type = SelectField(_l("Exam type"), [InputRequired()])
    stream = SelectField(_l("Stream"), [InputRequired()])
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])


class DeclineForm(PageForm):
    """Why everything stays as it is."""

    reason = StringField(_l("Reason"), [DataRequired(), Length(max=LONGEST_REASON)])
