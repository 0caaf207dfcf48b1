"""A stream of patients as the administrator enters it: its goal and when its reserve is released."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tracker.domain.catalogue import StreamValues
from tracker.web.forms.versioned import VersionedForm


class StreamForm(VersionedForm):
    """One stream."""

    code = StringField(_l("Code"), [InputRequired(), Length(max=40)])
    name_zh = StringField(_l("Name in Chinese"), [InputRequired(), Length(max=80)])
    name_en = StringField(_l("Name in English"), [InputRequired(), Length(max=80)])
    goal_working_days = IntegerField(
        _l("Goal: seen within working days"), [Optional(), NumberRange(0, 365)]
    )
    goal_working_hours = IntegerField(
        _l("Goal: seen within working hours"),
        [Optional(), NumberRange(1, 2400)],
        description=_l("Either days or hours; neither: the day that was agreed."),
    )
    release_time = TimeField(
        _l("Reserve is released at"),
        [Optional()],
        description=_l("From then on everybody may book the reserved minutes. Empty: no reserve."),
    )
    release_days_before = IntegerField(
        _l("… on which working day before"),
        [Optional(), NumberRange(0, 30)],
        default=0,
        description=_l("0: on the day itself."),
    )
    demand_share_percent = IntegerField(
        _l("Share of all requests, in %"), [Optional(), NumberRange(0, 100)], default=0
    )
    sort_order = IntegerField(
        _l("Place in lists"), [InputRequired(), NumberRange(0, 9999)], default=0
    )

    def values(self) -> StreamValues:
        """What was entered, for the service."""
        return StreamValues(
            code=self.code.data or "",
            name_zh=self.name_zh.data or "",
            name_en=self.name_en.data or "",
            goal_working_days=self.goal_working_days.data,
            goal_working_hours=self.goal_working_hours.data,
            release_days_before=self.release_days_before.data or 0,
            release_time=self.release_time.data,
            demand_share_percent=self.demand_share_percent.data or 0,
            sort_order=self.sort_order.data,
        )
