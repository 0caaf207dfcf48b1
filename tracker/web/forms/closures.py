"""Closing a device or the department for a stretch of hospital time."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateTimeLocalField,
    Field,
    Form,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from tracker import clock
from tracker.domain.texts import LONGEST_REASON
from tracker.domain.workcalendar import instant_of
from tracker.services.closures import Closing
from tracker.web.forms.choices import choices_of_pairs
from tracker.web.forms.page_form import PageForm

DEPARTMENT = "*"
"""The choice that closes everything; no device has such a code."""
WRITTEN = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
"""How browsers send a local time: the first is also how the page writes it."""


def of_this_century(_form: Form, field: Field) -> None:
    """Refuse years with which no instant could be computed."""
    if field.data is not None and not 2000 <= field.data.year <= 2099:
        raise ValidationError(_("Choose a day of this century."))


class ClosureForm(PageForm):
    """What is closed, when and why; `shown` is the stretch whose bookings the person has seen."""

    device = SelectField(_l("What is closed"), [InputRequired()])
    start = DateTimeLocalField(_l("From"), [InputRequired(), of_this_century], format=WRITTEN)
    end = DateTimeLocalField(_l("Until"), [InputRequired(), of_this_century], format=WRITTEN)
    reason = StringField(
        _l("Reason"),
        [InputRequired(), Length(max=LONGEST_REASON)],
        description=_l("Shown on the board and with every booking that is hit. No patient's name."),
    )
    bookings = RadioField(
        _l("What becomes of these bookings"),
        [Optional()],
        choices=[
            SelectChoice(
                "move", _l("Move each to another device or time of the same day; flag the rest")
            ),
            SelectChoice("flag", _l("Keep all where they are and flag them")),
        ],
        default="move",
    )
    shown = HiddenField()

    def offer(self, devices: Iterable[tuple[str, str]]) -> None:
        """The devices to choose from: (code, name)."""
        whole = SelectChoice(DEPARTMENT, _l("The whole department"))
        self.device.choices = [whole, *choices_of_pairs(devices)]

    def closing(self) -> Closing:
        """What was entered, in instants, for the service."""
        return Closing(
            device=None if self.device.data == DEPARTMENT else self.device.data,
            start=_instant(self.start.data),
            end=_instant(self.end.data),
            reason=self.reason.data or "",
            bookings=self.bookings.data or "move",
        )

    def stretch(self) -> str:
        """What `shown` says once the bookings of this very stretch are on the page."""
        return f"{self.device.data} {self.start.data} {self.end.data}"


def _instant(local: datetime) -> datetime:
    return instant_of(local.date(), local.time(), clock.hospital_zone())
