"""Signing in: name and password, where to go afterwards, and a form that waits for it."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from tracker.domain.credentials import PASSWORD_LENGTH, USERNAME_LENGTH
from tracker.web.forms.page_form import PageForm


class SignInForm(PageForm):
    """`next` is a path of this site; `kept` is a form that was sent too late (tracker/web/resume.py)."""

    username = StringField(_l("User name"), [InputRequired(), Length(max=USERNAME_LENGTH)])
    password = PasswordField(_l("Password"), [InputRequired(), Length(max=PASSWORD_LENGTH[-1])])
    next = HiddenField()
    kept = HiddenField()

    def use_own_ids(self, prefix: str) -> None:
        """Let the form stand above a page that may have fields of the same names."""
        for field in self:
            field.id = field.label.field_id = f"{prefix}-{field.name}"
