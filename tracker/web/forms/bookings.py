"""What is pressed and typed about a booking that stands: a step, a reason, another time."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from tracker.web.forms.book import LONGEST_ID, day_of_ours
from tracker.web.forms.page_form import PageForm
from tracker.web.forms.versioned import VersionedForm

LONGEST_REASON = 400


class StepForm(VersionedForm):
    """A step that is one press; `next` is the page of this site to come back to."""

    next = HiddenField()


class CancelForm(StepForm):
    """Why a booking is cancelled or its exam stopped."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])


class RightPatientForm(StepForm):
    """Whose booking it really is, by id, and how it came about."""

    patient = IntegerField(
        validators=[
            InputRequired(_l("Choose the right patient first.")),
            NumberRange(1, LONGEST_ID),
        ],
        widget=HiddenInput(),
    )
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])


class MoveForm(VersionedForm):
    """Where a booking goes: `opening` is a device and a start."""

    opening = StringField(
        validators=[InputRequired(_l("Choose one of the openings.")), Length(max=80)]
    )
    reason = StringField(_l("Reason"), [Optional(), Length(max=LONGEST_REASON)])


class SearchForm(PageForm):
    """Which other times of a booking are asked for; kept in the address."""

    class Meta:
        csrf = False  # a question changes nothing

    first = DateField(_l("From"), [Optional(), day_of_ours], name="from")
    to = DateField(_l("To"), [Optional(), day_of_ours])
    part_of_day = SelectField(_l("Part of the day"), [Optional()])
    time = TimeField(_l("At exactly"), [Optional()])
    device = SelectField(_l("Device"), [Optional()])
