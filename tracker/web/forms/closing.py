"""Closing a month, and taking that back."""

from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from tracker.domain.texts import LONGEST_REASON
from tracker.web.forms.page_form import PageForm


class CloseForm(PageForm):
    """Nothing but the press."""


class ReopenForm(PageForm):
    """Why a closed month is open again."""

    reason = StringField(
        _l("Reason"),
        [InputRequired(), Length(max=LONGEST_REASON)],
        description=_l("Kept with the month and in the audit. No patient's name."),
    )
