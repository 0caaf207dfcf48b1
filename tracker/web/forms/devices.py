"""A machine as the administrator enters it, and what devices can do."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.catalogue import DeviceValues
from tracker.web.forms.choices import CheckboxesField, choices_of_pairs
from tracker.web.forms.closures import of_this_century
from tracker.web.forms.page_form import PageForm
from tracker.web.forms.versioned import VersionedForm


class DeviceForm(VersionedForm):
    """One machine."""

    code = StringField(
        _l("Code"),
        [InputRequired(), Length(max=20)],
        description=_l("As people call it, such as US07. Other systems know the device by it."),
    )
    name = StringField(_l("Device name"), [InputRequired(), Length(max=80)])
    capabilities = CheckboxesField(
        _l("What it can do"), description=_l("Exams that need more are never booked on it.")
    )
    building = StringField(_l("Building"), [Optional(), Length(max=80)])
    floor = StringField(_l("Floor"), [Optional(), Length(max=20)])
    room = StringField(_l("Room"), [Optional(), Length(max=40)])
    ae_title = StringField(
        _l("AE title"),
        [Optional(), Length(max=16)],
        description=_l("The device's name in DICOM, at most 16 characters."),
    )
    is_portable = BooleanField(_l("Portable: goes to the bedside"))
    sort_order = IntegerField(
        _l("Place in lists"), [InputRequired(), NumberRange(0, 9999)], default=0
    )

    def offer(self, capabilities: Iterable[tuple[str, str]]) -> None:
        """The functions to choose from: (code, name)."""
        self.capabilities.choices = choices_of_pairs(capabilities)

    def values(self) -> DeviceValues:
        """What was entered, for the service."""
        return DeviceValues(
            code=self.code.data or "",
            name=self.name.data or "",
            building=self.building.data or "",
            floor=self.floor.data or "",
            room=self.room.data or "",
            ae_title=self.ae_title.data or "",
            is_portable=self.is_portable.data,
            sort_order=self.sort_order.data,
            capabilities=self.capabilities.chosen(),
        )


class CheckForm(VersionedForm):
    """When a machine passed the yearly check."""

    checked_on = DateField(_l("Passed on"), [InputRequired(), of_this_century])


class CapabilityForm(PageForm):
    """A function by its names; the code is given once."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=40)])
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(), Length(max=80)])
    name_en = StringField(_l("Name in English"), [InputRequired(), Length(max=80)])


class CapabilityNamesForm(PageForm):
    """Other names for a function."""

    name_zh = StringField(_l("Name in Chinese"), [InputRequired(), Length(max=80)])
    name_en = StringField(_l("Name in English"), [InputRequired(), Length(max=80)])
