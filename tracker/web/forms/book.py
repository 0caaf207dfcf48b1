"""What is asked for at the desk: kept in the address while it is unfinished, in codes and ids alone."""

from collections.abc import Iterable
from datetime import date, datetime, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Form,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange, Optional, ValidationError

from tracker.domain.demand import REASONS
from tracker.web.forms.page_form import PageForm

LONGEST_ID = 999_999_999
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


def day_of_ours(_form: Form, field: DateField) -> None:
    """Refuse days with which nothing could be computed."""
    if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError(_("Choose a day of this century."))


class RequestForm(PageForm):
    """The request of a booking: no name and no search text, so that it may stand in an address.

    `patient` is an id, `after` that of a booking of the same patient, behind which another exam is wanted.
    With a `time` openings at that very minute are asked for.
    """

    class Meta:
        csrf = False  # a question changes nothing; the forms that book have a token of their own

    patient = IntegerField(
        _l("Patient"), [Optional(), NumberRange(1, LONGEST_ID)], widget=HiddenField.widget
    )
    after = IntegerField(
        _l("After the booking"), [Optional(), NumberRange(1, LONGEST_ID)], widget=HiddenField.widget
    )
    exam_type = RadioField(_l("Exam type"), [Optional()])
    stream = RadioField(_l("Stream"), [Optional()])
    parts = IntegerField(_l("Parts"), [Optional(), NumberRange(1, 20)])
    first = DateField(_l("From"), [Optional(), day_of_ours], name="from")
    to = DateField(_l("To"), [Optional(), day_of_ours])
    part_of_day = SelectField(_l("Part of the day"), [Optional()])
    time = TimeField(_l("At exactly"), [Optional()])
    device = SelectField(_l("Device"), [Optional()])

    def state(self) -> dict[str, str]:
        """The request as the address carries it: what is not empty, under its field names."""
        texts = {field.name: _as_text(field.data) for field in self}
        return {name: text for name, text in texts.items() if text}


class TakeForm(PageForm):
    """Taking an opening: `opening` is a device and a start, `check_in` says that the patient is here."""

    opening = StringField(
        validators=[InputRequired(_l("Choose one of the openings.")), Length(max=80)]
    )
    check_in = BooleanField(_l("The patient is here: check in at once"))


class AddForm(PageForm):
    """An added booking (加号) at a minute beyond the plan."""

    opening = StringField(validators=[InputRequired(), Length(max=80)])
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=400)])


class LeaveForm(PageForm):
    """Leaving a search without a booking: why, in a code of `REASONS`."""

    reason = StringField(validators=[InputRequired(), AnyOf(list(REASONS))])


def choices_of(rows: Iterable[tuple[str, str]], *, none: object = None) -> list[SelectChoice]:
    """The choices of a field from codes and words; `none` is the word for no choice."""
    first = [] if none is None else [SelectChoice("", none)]
    return [*first, *(SelectChoice(code, words) for code, words in rows)]


def _as_text(value: object) -> str:
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None or value is False else str(value)
