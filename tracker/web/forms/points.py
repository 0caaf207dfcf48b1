"""Points from a day on, and how they are shared: the shape of what an administrator types."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from tracker.domain.shares import WHOLE, Shares
from tracker.services.weights import PointsFrom
from tracker.web.forms.book import day_of_ours
from tracker.web.forms.choices import PointsField
from tracker.web.forms.page_form import PageForm


class PointsFromForm(PageForm):
    """Points of an exam type from a day on; the stream is empty for every stream."""

    valid_from = DateField(_l("From the day"), [InputRequired(), day_of_ours])
    stream = SelectField(_l("Stream"))
    points_hundredths = PointsField(_l("Points"), [InputRequired()])
    further_part_points_hundredths = PointsField(_l("Points of a further part"), [InputRequired()])

    def values(self) -> PointsFrom:
        """What was entered, for the service."""
        return PointsFrom(
            valid_from=self.valid_from.data,
            stream=self.stream.data or None,
            points_hundredths=self.points_hundredths.data or 0,
            further_part_points_hundredths=self.further_part_points_hundredths.data or 0,
        )


_PERMILLE = [InputRequired(), NumberRange(0, WHOLE)]


class SharesFromForm(PageForm):
    """How points are shared from a day on, in ‰."""

    valid_from = DateField(_l("From the day"), [InputRequired(), day_of_ours])
    operator = IntegerField(_l("Operator, ‰"), _PERMILLE)
    supervisor = IntegerField(_l("Supervisor, ‰"), _PERMILLE)
    assistant = IntegerField(_l("Assistant, ‰"), _PERMILLE)

    def shares(self) -> Shares:
        """What was entered, for the service."""
        return Shares(self.operator.data, self.supervisor.data, self.assistant.data)
