"""A file of exams to be brought in, why it is brought in or undone, and who its unknown doctor is."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from tracker.domain.texts import LONGEST_REASON
from tracker.web.forms.page_form import PageForm


class ExamFileForm(PageForm):
    """A file, and perhaps which sheet of it is meant."""

    file = FileField(
        _l("CSV or XLSX file"),
        [FileRequired(_l("Choose a file."))],
        description=_l("At most 64 MB. An old .xls is saved as .xlsx first."),
    )
    sheet = StringField(
        _l("Sheet"),
        [Length(max=80)],
        description=_l(
            "Only where the workbook has several; else the one with the header is read."
        ),
    )


class BringForm(PageForm):
    """Why exams come into a month that is closed; for others nothing is asked."""

    reason = StringField(
        _l("Reason"),
        [Length(max=LONGEST_REASON)],
        description=_l("Needed where a month of the file is closed. No patient's name."),
    )


class UndoImportForm(PageForm):
    """Why an import is undone."""

    reason = StringField(
        _l("Reason"),
        [InputRequired(), Length(max=LONGEST_REASON)],
        description=_l("Kept with the import and in the audit. No patient's name."),
    )


class NameForm(PageForm):
    """Who a doctor of files is, and whether later files are understood so too."""

    operator = SelectField(_l("Doctor"), [InputRequired()])
    reason = StringField(
        _l("Reason"),
        [DataRequired(), Length(max=LONGEST_REASON)],
        description=_l("Kept with each exam. No patient's name."),
    )
    remember = BooleanField(_l("Understand the name so in later files"), default=True)
