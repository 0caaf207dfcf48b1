"""Fields that administrators' forms share: several of a list, workload points, a time of day."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import IntegerField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget, TextInput


class CheckboxesField(SelectMultipleField):
    """Several of a list, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def chosen(self) -> frozenset[str]:
        """The codes that are ticked."""
        return frozenset(self.data or ())


class _TakingPartField(SelectField):
    """Somebody who may be named or not; the service knows whom, so that a form needs no choices to be read."""

    label_text: LazyString

    def __init__(self, **options: Any) -> None:
        named = {"choices": [], "validate_choice": False, **options}
        super().__init__(self.label_text, [Optional()], **named)


class SupervisorField(_TakingPartField):
    """Which doctor supervised an exam."""

    label_text = _l("Supervisor")


class AssistantField(_TakingPartField):
    """Who assisted in an exam."""

    label_text = _l("Assistant")


class PointsField(IntegerField):
    """Workload points: people read and write 1.6, the department keeps 160 hundredths."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else shown_points(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take what was typed. Raises ValueError for what is no number with at most two decimals."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            hundredths = Decimal(text) * 100
            is_whole = hundredths == hundredths.to_integral_value()
        except ArithmeticError:  # no number, or one too large to compute with
            is_whole = False
        if not is_whole or not 0 <= hundredths <= 100_000:
            raise ValueError(
                _("Enter points from 0 to 1,000 with at most two decimals, such as 1.6.")
            )
        self.data = int(hundredths)


def shown_points(hundredths: int) -> str:
    """1.6 of 160, without zeros that say nothing."""
    return f"{Decimal(hundredths) / 100:.2f}".rstrip("0").rstrip(".")


def choices_of_words(words: Mapping[str, object]) -> list[SelectChoice]:
    """The choices of a list of codes with their words."""
    return [SelectChoice(code, word) for code, word in words.items()]


def choices_of_pairs(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """The choices of (code, word) pairs."""
    return [SelectChoice(code, word) for code, word in pairs]
