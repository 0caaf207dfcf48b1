"""Accounts as the administrator makes and changes them."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from tracker.domain.credentials import PASSWORD_LENGTH, USERNAME_LENGTH
from tracker.domain.roles import Role
from tracker.services.accounts import AccountChange, NewAccount
from tracker.web.forms.choices import CheckboxesField, choices_of_pairs, choices_of_words
from tracker.web.forms.page_form import PageForm
from tracker.web.forms.versioned import VersionedForm
from tracker.web.labels import ROLE

_ROLES = choices_of_words({role.value: ROLE[role] for role in Role})
_PASSWORD = (
    InputRequired(),
    Length(min=PASSWORD_LENGTH[0], max=PASSWORD_LENGTH[-1]),
)


class NewPasswordForm(PageForm):
    """A password that an administrator gives; its owner changes it afterwards."""

    password = PasswordField(
        _l("New password"), _PASSWORD, description=_l("At least 8 characters.")
    )


class AccountForm(VersionedForm):
    """What an account may do and whose it is."""

    roles = CheckboxesField(_l("Roles"), choices=_ROLES)
    staff = SelectField(
        _l("Staff member"),
        description=_l("Whose exams this account starts, unless another doctor is named."),
    )
    is_active = BooleanField(_l("May sign in"), default=True)

    def offer(self, people: Iterable[tuple[str, str]]) -> None:
        """The people to choose from: (code, name)."""
        self.staff.choices = [SelectChoice("", _l("None")), *choices_of_pairs(people)]

    def change(self) -> AccountChange:
        """What was entered, for the service."""
        return AccountChange(
            roles=self.roles.chosen(),
            staff_code=self.staff.data or None,
            is_active=self.is_active.data,
            version=self.seen,
        )


class NewAccountForm(AccountForm):
    """An account to be made."""

    username = StringField(
        _l("User name"),
        [InputRequired(), Length(max=USERNAME_LENGTH)],
        description=_l("Without spaces; capitals make no difference. It cannot be changed later."),
    )
    password = PasswordField(_l("Password"), _PASSWORD, description=_l("At least 8 characters."))

    def account(self) -> NewAccount:
        """What was entered, for the service."""
        return NewAccount(
            username=self.username.data or "",
            password=self.password.data or "",
            roles=self.roles.chosen(),
            staff_code=self.staff.data or None,
        )
