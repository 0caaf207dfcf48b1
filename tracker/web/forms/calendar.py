"""A day of the working calendar and a year's targets as the administrator enters them."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.services.targets import MOST_EXAMS
from tracker.web.forms.choices import choices_of_words
from tracker.web.forms.page_form import PageForm
from tracker.web.office_labels import DAY_KIND

ALL_STREAMS = "total"
STREAM_PREFIX = "stream_"


class DayForm(PageForm):
    """What kind of day it is here, whatever the state says."""

    kind = RadioField(_l("Kind of day"), [InputRequired()], choices=choices_of_words(DAY_KIND))
    name = StringField(
        _l("What the day is called"),
        [Optional(), Length(max=80)],
        description=_l("Such as the holiday's name."),
    )


class TargetForm(PageForm):
    """The exams planned for a year: `total`, and a field for each stream (`targets_of`)."""

    total = IntegerField(_l("All streams"), [Optional(), NumberRange(1, MOST_EXAMS)])

    def exams(self) -> dict[str | None, int | None]:
        """What was entered, by stream code; None stands for all of them, an empty field for no plan."""
        return {
            None if name == ALL_STREAMS else name.removeprefix(STREAM_PREFIX): field.data
            for name, field in self._fields.items()
            if name != "csrf_token"
        }


def targets_of(streams: Iterable[tuple[str, str]]) -> type[TargetForm]:
    """The form with a field for each stream (code, name)."""
    fields = {
        f"{STREAM_PREFIX}{code}": IntegerField(name, [Optional(), NumberRange(1, MOST_EXAMS)])
        for code, name in streams
    }
    return type("TargetOfStreamsForm", (TargetForm,), fields)
