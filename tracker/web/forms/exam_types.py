"""A kind of examination as the administrator enters it, with what differs for a stream."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.catalogue import BLADDERS, COLOURS, LONGEST_MINUTES, ExamTypeValues, PairValues
from tracker.web.forms.choices import CheckboxesField, PointsField, choices_of_words
from tracker.web.forms.page_form import FormPart
from tracker.web.forms.versioned import VersionedForm
from tracker.web.labels import BLADDER, TITLE
from tracker.web.office_labels import COLOUR

PAIR_PREFIX = "of_"
"""What differs for the stream `outpatient` stands in the part `of_outpatient` of the form."""


class PairForm(FormPart):
    """What differs for one stream; empty: as everywhere."""

    minutes = IntegerField(_l("Minutes"), [Optional(), NumberRange(1, LONGEST_MINUTES)])
    further_part_minutes = IntegerField(
        _l("Minutes of a further part"), [Optional(), NumberRange(0, LONGEST_MINUTES)]
    )
    points_hundredths = PointsField(_l("Points"), [Optional()])
    further_part_points_hundredths = PointsField(_l("Points of a further part"), [Optional()])
    demand_permille = IntegerField(
        _l("Share of all requests, in ‰"), [Optional(), NumberRange(0, 1000)], default=0
    )

    def pair(self) -> PairValues:
        """What was entered."""
        return PairValues(
            minutes=self.minutes.data,
            further_part_minutes=self.further_part_minutes.data,
            points_hundredths=self.points_hundredths.data,
            further_part_points_hundredths=self.further_part_points_hundredths.data,
            demand_permille=self.demand_permille.data or 0,
        )


class ExamTypeForm(VersionedForm):
    """One exam type; `with_streams` makes the form of a department's streams."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=40)])
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(), Length(max=80)])
    name_en = StringField(_l("Name in English"), [InputRequired(), Length(max=80)])
    loinc = StringField(
        _l("LOINC code"), [Optional(), Length(max=20)], description=_l("Such as 24558-9.")
    )
    minutes = IntegerField(_l("Minutes"), [InputRequired(), NumberRange(1, LONGEST_MINUTES)])
    further_part_minutes = IntegerField(
        _l("Minutes of a further part"), [InputRequired(), NumberRange(0, LONGEST_MINUTES)]
    )
    observation_minutes = IntegerField(
        _l("Minutes of observation afterwards"),
        [InputRequired(), NumberRange(0, LONGEST_MINUTES)],
        default=0,
        description=_l("The patient stays, the device is free."),
    )
    points_hundredths = PointsField(_l("Points"), [InputRequired()])
    further_part_points_hundredths = PointsField(_l("Points of a further part"), [InputRequired()])
    capabilities = CheckboxesField(_l("What the device must be able to do"))
    needs_competence = BooleanField(_l("Only doctors who are entered as competent"))
    least_title = SelectField(
        _l("Lowest title of who performs it"),
        choices=[SelectChoice("", _l("Any")), *choices_of_words(TITLE)],
        default="",
    )
    is_fasting = BooleanField(_l("Needs fasting: offered in the morning alone"))
    bladder = SelectField(
        _l("Bladder"), choices=choices_of_words({code: BLADDER[code] for code in BLADDERS})
    )
    preparation_zh = TextAreaField(_l("Preparation in Chinese"), [Optional(), Length(max=400)])
    preparation_en = TextAreaField(_l("Preparation in English"), [Optional(), Length(max=400)])
    colour = SelectField(
        _l("Colour"), choices=choices_of_words({code: COLOUR[code] for code in COLOURS})
    )
    sort_order = IntegerField(
        _l("Place in lists"), [InputRequired(), NumberRange(0, 9999)], default=0
    )

    @property
    def pairs(self) -> dict[str, Any]:
        """The part of each stream, by its code."""
        return {
            name.removeprefix(PAIR_PREFIX): field
            for name, field in self._fields.items()
            if isinstance(field, FormField)
        }

    def values(self) -> ExamTypeValues:
        """What was entered, for the service; a stream for which nothing differs is left out."""
        single: dict[str, Any] = {
            name: "" if field.data is None else field.data  # a text that was not sent at all
            for name, field in self._fields.items()
            if not isinstance(field, FormField) and name not in ("version", "csrf_token")
        }
        pairs = {code: part.form.pair() for code, part in self.pairs.items()}
        differing = {code: pair for code, pair in pairs.items() if pair != PairValues()}
        single |= {"capabilities": self.capabilities.chosen(), "of_streams": differing}
        return ExamTypeValues(**single)


def with_streams(streams: Iterable[tuple[str, str]]) -> type[ExamTypeForm]:
    """The form with a part for each stream (code, name)."""
    parts = {
        f"{PAIR_PREFIX}{code}": FormField(PairForm, name, separator="-") for code, name in streams
    }
    return type("ExamTypeOfStreamsForm", (ExamTypeForm,), parts)


def pairs_as_data(pairs: Mapping[str, object]) -> dict[str, object]:
    """The stored pairs under the names of the form's parts."""
    return {f"{PAIR_PREFIX}{code}": pair for code, pair in pairs.items()}
