"""Who is away when, as the head enters it."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from tracker.domain.absences import AbsenceValues
from tracker.web.forms.choices import choices_of_pairs, choices_of_words
from tracker.web.forms.closures import of_this_century
from tracker.web.forms.versioned import VersionedForm
from tracker.web.labels import ABSENCE

Pairs = Iterable[tuple[str, str]]


class AbsenceForm(VersionedForm):
    """A doctor's days away, whole ones or one part of each."""

    operator = SelectField(_l("Doctor"), [InputRequired()])
    first = DateField(_l("First day"), [InputRequired(), of_this_century])
    last = DateField(_l("Last day"), [InputRequired(), of_this_century])
    part = SelectField(_l("Part of the day"))
    kind = SelectField(_l("Kind"), [InputRequired()])
    note = StringField(
        _l("Note"), [Length(max=200)], description=_l("Seen by those who plan. No diagnosis.")
    )

    def offer(self, doctors: Pairs, parts: Pairs) -> None:
        """The doctors and the parts of the day to choose from, as code and name."""
        self.operator.choices = [SelectChoice("", "–"), *choices_of_pairs(doctors)]
        self.part.choices = [SelectChoice("", _l("The whole day")), *choices_of_pairs(parts)]
        self.kind.choices = choices_of_words(ABSENCE)

    def values(self) -> AbsenceValues:
        """What was entered, for the service."""
        return AbsenceValues(
            operator=self.operator.data or "",
            first=self.first.data,
            last=self.last.data,
            part=self.part.data or "",
            kind=self.kind.data or "",
            note=self.note.data or "",
        )
