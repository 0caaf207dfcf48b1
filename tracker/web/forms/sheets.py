"""A workbook to be read, what was shown of it, and a notice of holidays as it is pasted."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from tracker.domain.notices import LONGEST_NOTICE
from tracker.domain.workcalendar import FIRST_YEAR, LAST_YEAR
from tracker.web.forms.page_form import PageForm


class WorkbookForm(PageForm):
    """A file from a spreadsheet."""

    file = FileField(
        _l("XLSX file"),
        [FileRequired(_l("Choose a file."))],
        description=_l("At most 2 MB and 5,000 rows, values without formulas."),
    )


class ConfirmedForm(PageForm):
    """The lines that were shown, and the digest of what they would do."""

    lines = HiddenField()
    seen = HiddenField()


class NoticeForm(PageForm):
    """The State Council's notice, and the year it is about where the title is missing."""

    year = IntegerField(
        _l("Year of the notice"), [InputRequired(), NumberRange(FIRST_YEAR, LAST_YEAR)]
    )
    text = TextAreaField(
        _l("Text of the notice"),
        [InputRequired(), Length(max=LONGEST_NOTICE)],
        description=_l("Copy the whole notice from the State Council's page, in Chinese."),
    )


class ReadNoticeForm(NoticeForm):
    """A notice whose days were shown."""

    is_final = BooleanField(_l("The year is final with these days: no page warns of it any more"))
