"""Taking exam rows away: in which form, and cancelling one that is written."""

from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from tracker.web.forms.page_form import PageForm

KINDS = ("csv", "xlsx")


class ExportForm(PageForm):
    """What the press on a button says."""

    kind = SelectField(choices=list(KINDS), validators=[InputRequired()])


class CancelForm(PageForm):
    """Which export."""

    run = HiddenField(validators=[InputRequired()])

    @property
    def run_id(self) -> int:
        """Its id; 0 for what is none."""
        text = self.run.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
