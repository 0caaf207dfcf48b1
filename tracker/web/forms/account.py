"""One's own account: another password, the language of the pages."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from tracker.domain.credentials import PASSWORD_LENGTH
from tracker.web.forms.page_form import PageForm


class PasswordForm(PageForm):
    """The present password, the new one twice."""

    present = PasswordField(
        _l("Present password"), [InputRequired(), Length(max=PASSWORD_LENGTH[-1])]
    )
    password = PasswordField(
        _l("New password"),
        [InputRequired(), Length(min=PASSWORD_LENGTH[0], max=PASSWORD_LENGTH[-1])],
    )
    again = PasswordField(
        _l("New password again"),
        [InputRequired(), EqualTo("password", _l("The two new passwords differ."))],
    )


class LanguageForm(PageForm):
    """The language that follows the account to every browser."""

    language = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("As the browser asks")),
            SelectChoice("zh", "中文"),
            SelectChoice("en", "English"),
        ],
    )
