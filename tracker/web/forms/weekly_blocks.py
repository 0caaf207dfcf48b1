"""A block of the weekly pattern as the administrator enters it."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.queries.plan_terms import LONGEST_PLACE, LONGEST_TRANSPORT
from tracker.queries.weekly_blocks import WeeklyBlockRow
from tracker.services.weekly_blocks import WeeklyBlockValues
from tracker.web.forms.choices import CheckboxesField, choices_of_pairs, choices_of_words
from tracker.web.forms.versioned import VersionedForm
from tracker.web.office_labels import WEEKDAY

RESERVE_PREFIX = "reserve_"
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Offered:
    """What a block may name, as (code, name); `reserves` are the streams that may hold minutes."""

    devices: Pairs
    doctors: Pairs
    exam_types: Pairs
    reserves: Pairs


class WeeklyBlockForm(VersionedForm):
    """One block of the week; `with_reserves` makes the form of a department's streams."""

    device = SelectField(_l("Device"), [InputRequired()])
    weekday = SelectField(_l("Weekday"), [InputRequired()], choices=choices_of_words(WEEKDAY))
    starts = TimeField(_l("From"), [InputRequired()])
    ends = TimeField(_l("Until"), [InputRequired()])
    operator = SelectField(
        _l("Doctor"), description=_l("With nobody named, the day's own doctor starts the exams.")
    )
    place = StringField(
        _l("Ward or theatre"),
        [Optional(), Length(max=LONGEST_PLACE)],
        description=_l("Empty: in the device's own room."),
    )
    transport_minutes = IntegerField(
        _l("Minutes on the way, there and back each"),
        [Optional(), NumberRange(0, LONGEST_TRANSPORT)],
        default=0,
    )
    exam_types = CheckboxesField(_l("What may be booked"))
    also_open = BooleanField(
        _l("Give the days already open this doctor and these exam types too"),
        description=_l("Their hours and reserves stay. A day on which this cannot be is named."),
    )

    @property
    def reserves(self) -> list[IntegerField]:
        """The field of each stream that may hold minutes."""
        return [each for each in self if each.name.startswith(RESERVE_PREFIX)]

    def offer(self, offered: Offered) -> None:
        """What may be chosen."""
        self.device.choices = choices_of_pairs(offered.devices)
        self.operator.choices = [
            SelectChoice("", _l("Nobody named")),
            *choices_of_pairs(offered.doctors),
        ]
        self.exam_types.choices = choices_of_pairs(offered.exam_types)

    def values(self) -> WeeklyBlockValues:
        """What was entered, for the service."""
        return WeeklyBlockValues(
            device=self.device.data or "",
            weekday=int(self.weekday.data),
            starts=self.starts.data,
            ends=self.ends.data,
            operator=self.operator.data or None,
            exam_types=self.exam_types.chosen(),
            reserve_minutes={
                field.name.removeprefix(RESERVE_PREFIX): field.data
                for field in self.reserves
                if field.data
            },
            place=self.place.data or "",
            transport_minutes=self.transport_minutes.data or 0,
        )


def with_reserves(streams: Pairs) -> type[WeeklyBlockForm]:
    """The form with a field of minutes for each stream (code, name) that may hold some."""
    fields = {
        f"{RESERVE_PREFIX}{code}": IntegerField(name, [Optional(), NumberRange(0, 1440)])
        for code, name in streams
    }
    return type("WeeklyBlockOfStreamsForm", (WeeklyBlockForm,), fields)


def row_as_data(row: WeeklyBlockRow) -> dict[str, object]:
    """A stored block under the names of the form's fields."""
    reserves = {f"{RESERVE_PREFIX}{code}": each for code, each in row.reserve_minutes.items()}
    return {
        "device": row.device,
        "weekday": str(row.weekday),
        "starts": row.starts,
        "ends": row.ends,
        "operator": row.operator or "",
        "exam_types": sorted(row.exam_types),
        "place": row.place,
        "transport_minutes": row.transport_minutes,
        "version": row.version,
        **reserves,
    }
