"""A patient as typed at the desk. The number may be missing: then a temporary one is issued."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from tracker.domain.patients import LONGEST_NAME, LONGEST_NUMBER, LONGEST_PHONE, PatientFacts
from tracker.domain.texts import LONGEST_REASON
from tracker.web.forms.book import LONGEST_ID
from tracker.web.forms.versioned import VersionedForm
from tracker.web.labels import SEX


class PatientForm(VersionedForm):
    """Who it is."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=LONGEST_NAME)])
    sex = RadioField(
        _l("Sex"),
        [InputRequired(_l("Choose the sex from the list."))],
        choices=[SelectChoice(code, SEX[code]) for code in ("female", "male", "other", "unknown")],
    )
    birth_date = DateField(_l("Birth date"), [InputRequired()])
    phone = StringField(_l("Phone"), [Optional(), Length(max=LONGEST_PHONE)])
    mrn = StringField(
        _l("Medical record number"),
        [Optional(), Length(max=LONGEST_NUMBER)],
        description=_l("Scan the card. Leave it empty to get a temporary number."),
    )

    def facts(self) -> PatientFacts:
        """What was typed, for the service; an empty number is one not known."""
        return PatientFacts(
            name=self.name.data or "",
            sex=self.sex.data or "",
            birth_date=self.birth_date.data,
            phone=self.phone.data or "",
            mrn=(self.mrn.data or "").strip() or None,
        )


class MergeForm(VersionedForm):
    """The record that stays, by id, and how it was found out."""

    patient = IntegerField(
        validators=[
            InputRequired(_l("Choose the true record first.")),
            NumberRange(1, LONGEST_ID),
        ],
        widget=HiddenInput(),
    )
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)])
