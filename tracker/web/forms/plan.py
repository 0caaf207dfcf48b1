"""A block of the plan as the head enters it, and what goes along with its rules; the forms of copying and of a draft."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.texts import LONGEST_REASON
from tracker.web.forms.choices import CheckboxesField, choices_of_pairs
from tracker.web.forms.versioned import VersionedForm

RESERVE_PREFIX, REASON_PREFIX = "reserve_", "reason_"
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class BlockOffer:
    """What a block may name: (code, name, group) of doctors, (code, name) of exam types."""

    doctors: Iterable[tuple[str, str, str]]
    exam_types: Pairs


class PlanBlockForm(VersionedForm):
    """One block. `at` is where it stood (or the cell it is to be added to); `week` is its draft's."""

    at = HiddenField()
    starts = TimeField(_l("From"), [InputRequired()])
    ends = TimeField(_l("Until"), [InputRequired()])
    operator = SelectField(_l("Doctor"))
    exam_types = CheckboxesField(_l("What may be booked"))
    place = StringField(
        _l("Ward or theatre"),
        [Length(max=80)],
        description=_l("Where the machine goes; empty for its own room."),
    )
    transport_minutes = IntegerField(
        _l("Minutes on the way, each way"), [Optional(), NumberRange(0, 120)]
    )

    @property
    def reserves(self) -> list[IntegerField]:
        """The field of each stream that may hold minutes."""
        return [each for each in self if each.name.startswith(RESERVE_PREFIX)]

    @property
    def reasons(self) -> dict[str, StringField]:
        """Code of a rule that may be overruled → the field of the reason."""
        named = (each for each in self if each.name.startswith(REASON_PREFIX))
        return {each.name.removeprefix(REASON_PREFIX): each for each in named}

    def offer(self, offered: BlockOffer) -> None:
        """What may be chosen."""
        self.operator.choices = [
            SelectChoice("", _l("Nobody named"), optgroup=""),
            *(SelectChoice(code, name, optgroup=group) for code, name, group in offered.doctors),
        ]
        self.exam_types.choices = choices_of_pairs(offered.exam_types)


def plan_block_form(streams: Pairs, rules: Pairs) -> type[PlanBlockForm]:
    """The form with minutes for each stream (code, name) and a reason for each rule (code, label)."""
    fields: dict[str, object] = {
        f"{RESERVE_PREFIX}{code}": IntegerField(name, [Optional(), NumberRange(0, 1440)])
        for code, name in streams
    }
    fields |= {
        f"{REASON_PREFIX}{code}": StringField(label, [Length(max=LONGEST_REASON)])
        for code, label in rules
    }
    return type("PlanBlockOfDepartmentForm", (PlanBlockForm,), fields)


class MoveBlockForm(VersionedForm):
    """A block goes to another cell, or a copy of its cell does: to `to` when it was dragged, else as chosen."""

    block = HiddenField()
    to = HiddenField()
    device = SelectField(_l("Device"), [Optional()])
    half_day = SelectField(_l("Half-day"), [Optional()])
    how = RadioField(
        _l("What to do with it"),
        choices=[
            SelectChoice(
                "move", _l("Move it there; where a block stands, the two exchange their doctors")
            ),
            SelectChoice("copy", _l("Copy it there, in place of what stands there")),
        ],
        default="move",
    )

    def offer(self, devices: Pairs, half_days: Pairs) -> None:
        """The cells to choose from, as device and half-day (2026-12-01.morning)."""
        self.device.choices = choices_of_pairs(devices)
        self.half_day.choices = choices_of_pairs(half_days)

    def target(self) -> str:
        """The cell that is meant, as plan_places writes it."""
        return self.to.data or f"{self.device.data}.{self.half_day.data}"


class CopyDayForm(VersionedForm):
    """All machines' blocks of a day for other days of its week."""

    week = HiddenField()
    source = SelectField(_l("Copy"), [InputRequired()])
    targets = CheckboxesField(_l("In place of what these days have"), [InputRequired()])

    def offer(self, sources: Pairs, targets: Pairs) -> None:
        """The days that have blocks, and those that may get them."""
        self.source.choices = choices_of_pairs(sources)
        self.targets.choices = choices_of_pairs(targets)


class CopyWeekForm(VersionedForm):
    """Another week's plan for this one."""

    week = HiddenField()
    from_week = SelectField(_l("Copy the plan of the week of"), [InputRequired()])

    def offer(self, weeks: Pairs) -> None:
        """The weeks to choose from, each by its Monday."""
        self.from_week.choices = choices_of_pairs(weeks)


class DraftForm(VersionedForm):
    """A step that concerns the draft of a week as it was seen: undo, discard, publish."""

    week = HiddenField()
    next = HiddenField()


class PublishForm(DraftForm):
    """Publishing what was reviewed; `reason` is told with each booking that loses its time."""

    confirmed = BooleanField(_l("Publish over what was changed there meanwhile"))
    reason = StringField(
        _l("Reason told with each booking that is moved or flagged"),
        [Length(max=LONGEST_REASON)],
        description=_l("Left empty: the device plan was changed. No patient's name."),
    )
