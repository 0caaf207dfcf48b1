"""A person of the department as the administrator enters one, with what he or she may perform."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from tracker.domain.catalogue import STAFF_KINDS, StaffValues
from tracker.web.forms.choices import CheckboxesField, choices_of_pairs, choices_of_words
from tracker.web.forms.versioned import VersionedForm
from tracker.web.labels import STAFF_KIND, TITLE


class StaffForm(VersionedForm):
    """One person. Titles and competences belong to doctors."""

    code = StringField(
        _l("Staff number"),
        [InputRequired(), Length(max=20)],
        description=_l("As on the person's card, such as D07."),
    )
    name = StringField(_l("Name"), [InputRequired(), Length(max=80)])
    kind = SelectField(
        _l("Works as"), choices=choices_of_words({code: STAFF_KIND[code] for code in STAFF_KINDS})
    )
    title = SelectField(
        _l("Title"), choices=[SelectChoice("", _l("None")), *choices_of_words(TITLE)]
    )
    competences = CheckboxesField(
        _l("May perform"),
        description=_l("Exam types that any doctor may perform need no mark here."),
    )
    supervises = CheckboxesField(
        _l("May supervise"), description=_l("Who supervises an exam type performs it too.")
    )
    sort_order = IntegerField(
        _l("Place in lists"), [InputRequired(), NumberRange(0, 9999)], default=0
    )

    def offer(self, exam_types: Iterable[tuple[str, str]]) -> None:
        """The exam types to choose from: (code, name)."""
        pairs = list(exam_types)
        self.competences.choices = choices_of_pairs(pairs)
        self.supervises.choices = choices_of_pairs(pairs)

    def values(self) -> StaffValues:
        """What was entered, for the service; who is no doctor has no title."""
        kind = self.kind.data or ""
        return StaffValues(
            code=self.code.data or "",
            name=self.name.data or "",
            kind=kind,
            title=(self.title.data or "") if kind == "doctor" else "",
            sort_order=self.sort_order.data,
            competences=self.competences.chosen(),
            supervises=self.supervises.chosen(),
        )
