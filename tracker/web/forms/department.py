"""The department's hours and the values it edits beside its catalogue."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.roles import Role
from tracker.domain.settings import IDLE_RANGE, RANGES, TEXT_LENGTH, DepartmentSettings
from tracker.web.forms.page_form import PageForm


class HoursForm(PageForm):
    """The local hours of one half-day."""

    starts = TimeField(_l("From"), [InputRequired()])
    ends = TimeField(_l("Until"), [InputRequired()])


class SettingsForm(PageForm):
    """All settings; each field is named like its setting, the idle times like their role."""

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
    )
    no_start_minutes = IntegerField(
        _l("Idle minutes after which the board says so"),
        [InputRequired(), NumberRange(*RANGES["no_start_minutes"])],
        description=_l("Only while patients wait there."),
    )
    fasting_ends = TimeField(_l("Fasting exams end by"), [InputRequired()])
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
        entered = {
            name: field.data
            for name, field in self._fields.items()
            if name != "csrf_token" and not name.startswith("idle_")
        }
        idle = {role.value: self[f"idle_{role.value}"].data for role in Role}
        return {**entered, "idle_minutes": idle}


def settings_as_data(settings: DepartmentSettings) -> dict[str, object]:
    """The settings under the names of the form's fields."""
    names = [name for name in SettingsForm.__dict__ if hasattr(settings, name)]
    idle = {f"idle_{role.value}": settings.idle_minutes[role.value] for role in Role}
    return {name: getattr(settings, name) for name in names} | idle
