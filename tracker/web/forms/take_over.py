"""Taking a machine over: which doctor, and why although a competence is missing."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.queries.staff import StaffRow
from tracker.web.forms.versioned import VersionedForm

LONGEST_REASON = 400


class TakeOverForm(VersionedForm):
    """The machine (a code), its new doctor, and the reason; `version` is that of the block shown."""

    device = HiddenField()
    operator = SelectField(_l("Doctor"), [InputRequired(_l("Choose the doctor."))])
    reason = StringField(_l("Reason"), [Optional(), Length(max=LONGEST_REASON)])

    def offer(self, doctors: Iterable[StaffRow]) -> None:
        """Give the list of doctors its choices; the first is nobody."""
        people = [(each.code, f"{each.name} {each.code}") for each in doctors]
        self.operator.choices = [("", "–"), *people]
