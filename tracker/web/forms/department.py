"""The department's hours and the values it edits beside its catalogue."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.roles import IDLE_MINUTES
from tracker.domain.settings import (
    ADDED_PER_ROLE,
    IDLE_RANGE,
    KEYS,
    RANGES,
    TEXT_LENGTH,
    DepartmentSettings,
)
from tracker.web.forms.page_form import PageForm


class HoursForm(PageForm):
    """The local hours of one half-day."""

    starts = TimeField(_l("From"), [InputRequired()])
    ends = TimeField(_l("Until"), [InputRequired()])


_ADDED = [InputRequired(), NumberRange(*RANGES["added_cap_per_block"])]


class SettingsForm(PageForm):
    """All settings; each field is named like its setting, idle times and caps of added bookings like their role."""

    horizon_weeks = IntegerField(
        _l("Weeks open for booking"), [InputRequired(), NumberRange(*RANGES["horizon_weeks"])]
    )
    band_minutes = IntegerField(
        _l("Arrival band in minutes"),
        [InputRequired(), NumberRange(*RANGES["band_minutes"])],
        description=_l("Patients are told such a band; the plan is exact to the minute."),
    )
    added_cap_per_block = IntegerField(
        _l("Added bookings per block, at most"),
        [InputRequired(), NumberRange(*RANGES["added_cap_per_block"])],
        description=_l("Of everybody together; a block that was taken over counts as one."),
    )
    no_start_minutes = IntegerField(
        _l("Idle minutes after which the board says so"),
        [InputRequired(), NumberRange(*RANGES["no_start_minutes"])],
        description=_l("Only while patients wait there."),
    )
    fasting_ends = TimeField(_l("Fasting exams end by"), [InputRequired()])
    rank_fasting_minutes = IntegerField(
        _l("Minutes later, to keep the fasting window free"),
        [InputRequired(), NumberRange(*RANGES["rank_fasting_minutes"])],
        description=_l("For exams that need no fasting. 0: the window is everybody's."),
    )
    rank_fasting_release = TimeField(
        _l("On the day itself the fasting window is everybody's from"), [InputRequired()]
    )
    rank_scarce_minutes = IntegerField(
        _l("Minutes later, to keep scarce machines and doctors free"),
        [InputRequired(), NumberRange(*RANGES["rank_scarce_minutes"])],
        description=_l(
            "For working hours in which every exam type could be done; others in proportion."
        ),
    )
    rank_scrap_minutes = IntegerField(
        _l("Minutes later, for each minute not left in a gap too short"),
        [InputRequired(), NumberRange(*RANGES["rank_scrap_minutes"])],
        description=_l("A gap is too short when the shortest exam type does not fit into it."),
    )
    rank_margin_minutes = IntegerField(
        _l("Minutes to spare before a goal in working hours ends"),
        [InputRequired(), NumberRange(*RANGES["rank_margin_minutes"])],
        description=_l("Machines run late. What keeps the goal comes before everything else."),
    )
    added_reception = IntegerField(_l("From reception"), _ADDED)
    added_sonographer = IntegerField(_l("From sonographers"), _ADDED)
    added_head = IntegerField(_l("From the head"), _ADDED)
    idle_reception = IntegerField(_l("Reception"), [InputRequired(), NumberRange(*IDLE_RANGE)])
    idle_sonographer = IntegerField(_l("Sonographer"), [InputRequired(), NumberRange(*IDLE_RANGE)])
    idle_head = IntegerField(_l("Department head"), [InputRequired(), NumberRange(*IDLE_RANGE)])
    idle_admin = IntegerField(_l("Administrator"), [InputRequired(), NumberRange(*IDLE_RANGE)])
    department_name_zh = StringField(
        _l("Department's name in Chinese"), [InputRequired(), Length(max=TEXT_LENGTH)]
    )
    department_name_en = StringField(
        _l("Department's name in English"), [InputRequired(), Length(max=TEXT_LENGTH)]
    )
    check_in_place_zh = StringField(
        _l("Where patients check in, in Chinese"), [Optional(), Length(max=TEXT_LENGTH)]
    )
    check_in_place_en = StringField(
        _l("Where patients check in, in English"), [Optional(), Length(max=TEXT_LENGTH)]
    )
    desk_phone = StringField(_l("Phone of the desk"), [Optional(), Length(max=TEXT_LENGTH)])
    slip_note_zh = TextAreaField(
        _l("Last lines of the slip in Chinese"), [Optional(), Length(max=TEXT_LENGTH)]
    )
    slip_note_en = TextAreaField(
        _l("Last lines of the slip in English"), [Optional(), Length(max=TEXT_LENGTH)]
    )

    def values(self) -> dict[str, object]:
        """What was entered, by setting, for the service."""
        entered = {name: self[name].data for name in self._fields if name in KEYS}
        by_role = {
            setting: {role: self[prefix + role].data for role in usual}
            for setting, (prefix, usual) in _BY_ROLE.items()
        }
        return {**entered, **by_role}


_BY_ROLE = {
    "idle_minutes": ("idle_", IDLE_MINUTES),
    "added_cap_per_role": ("added_", ADDED_PER_ROLE),
}
"""Settings with a value for each role: how their fields begin, and the roles."""


def settings_as_data(settings: DepartmentSettings) -> dict[str, object]:
    """The settings under the names of the form's fields."""
    data = {name: getattr(settings, name) for name in KEYS if name not in _BY_ROLE}
    for setting, (prefix, usual) in _BY_ROLE.items():
        data |= {prefix + role: getattr(settings, setting)[role] for role in usual}
    return data
