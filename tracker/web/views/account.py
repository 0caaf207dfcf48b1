"""One's own account: password and language. Other people's accounts are the administrator's."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import InvalidError
from tracker.services import accounts
from tracker.web.addresses import see_other
from tracker.web.forms.account import LanguageForm, PasswordForm
from tracker.web.languages import remember_language
from tracker.web.person import caller, enter, request_now

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@blueprint.get("/account/password")  # a form that was refused stands at its own address
@blueprint.get("/account/language")
def show() -> ResponseReturnValue:
    """Who is signed in, and what they may change about it."""
    return _page()


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Exchange the password; every other browser of this account is signed out."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(password=form), 422
    change = accounts.OwnPassword(
        present=form.present.data or "", password=form.password.data or ""
    )
    address = request.remote_addr or ""
    try:
        secret = accounts.change_own_password(
            caller().account_id, change=change, address=address, now=request_now()
        )
    except InvalidError as refusal:
        form.refuse(refusal)
        return _page(password=form), 422
    enter(secret)
    flash(_("The password is changed. Your other sign-ins have ended."), "success")
    return see_other("/account")


@blueprint.post("/account/language")
def choose_language() -> ResponseReturnValue:
    """Keep the language with the account, and use it in this browser at once."""
    form = LanguageForm()
    if not form.validate_on_submit():
        return _page(language=form), 422
    accounts.set_language(caller().account_id, language=form.language.data, now=request_now())
    response = see_other("/account")
    remember_language(response, form.language.data)
    return response


def _page(*, password: PasswordForm | None = None, language: LanguageForm | None = None) -> str:
    return render_template(
        "account/account.html",
        password_form=password or PasswordForm(formdata=None),
        language_form=language or LanguageForm(formdata=None, language=caller().language),
        who=caller(),
    )
