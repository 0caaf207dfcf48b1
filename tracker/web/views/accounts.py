"""Who may sign in: accounts, their roles, passwords, sign-ins and API tokens."""

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import N_, NotFoundError
from tracker.queries import accounts as stored
from tracker.queries import read_session
from tracker.queries.accounts import AccountRow
from tracker.queries.staff import staff_members
from tracker.services import accounts as keeping
from tracker.services import sign_in as signing_in
from tracker.services import tokens
from tracker.web.addresses import see_other
from tracker.web.forms.accounts import AccountForm, NewAccountForm, NewPasswordForm
from tracker.web.forms.page_form import PageForm
from tracker.web.person import caller, request_now
from tracker.web.row_history import history_of
from tracker.web.saving import refused

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/admin/accounts")
def show() -> ResponseReturnValue:
    """Every account, and how many browsers are signed in with it."""
    with read_session() as session:
        rows = stored.accounts(session)
        standing = stored.signed_in(session, now=request_now())
    counts = {row.id: sum(each.account_id == row.id for each in standing) for row in rows}
    return render_template("accounts/list.html", accounts=rows, counts=counts)


@blueprint.get("/admin/accounts/new")
def new() -> ResponseReturnValue:
    """An empty form."""
    return _new_page(NewAccountForm(formdata=None))


@blueprint.post("/admin/accounts/new")
def add() -> ResponseReturnValue:
    """Make an account that can sign in at once."""
    form = NewAccountForm()
    _offer_people(form)
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: keeping.create_account(form.account(), by=by, now=now))
    if status:
        return _new_page(form), status
    flash(_("%(name)s can sign in now.", name=form.username.data), "success")
    return see_other("/admin/accounts")


@blueprint.get("/admin/accounts/<int:account_id>")
@blueprint.get("/admin/accounts/<int:account_id>/password")
@blueprint.get("/admin/accounts/<int:account_id>/tokens")
@blueprint.get("/admin/accounts/<int:account_id>/tokens/<int:_of>/revoke")
@blueprint.get("/admin/accounts/<int:account_id>/sign-ins/<int:_of>/end")
def edit(account_id: int, _of: int = 0) -> ResponseReturnValue:
    """One account as it is; a step that was refused stands at its own address."""
    return _page(_one(account_id))


@blueprint.post("/admin/accounts/<int:account_id>")
def change(account_id: int) -> ResponseReturnValue:
    """Set roles, staff member and whether the account may sign in."""
    form = AccountForm()
    _offer_people(form)
    by, now = caller().account_id, request_now()
    status = refused(
        form, lambda: keeping.change_account(account_id, change=form.change(), by=by, now=now)
    )
    row = _one(account_id)
    if status:
        form.catch_up(row.version)
        return _page(row, form=form), status
    flash(_("%(name)s is saved.", name=row.username), "success")
    return see_other("/admin/accounts")


@blueprint.post("/admin/accounts/<int:account_id>/password")
def set_password(account_id: int) -> ResponseReturnValue:
    """Give an account another password; its sign-ins end."""
    form = NewPasswordForm()
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: keeping.reset_password(
            account_id, password=form.password.data or "", by=by, now=now
        ),
    )
    row = _one(account_id)
    if status:
        return _page(row, password=form), status
    flash(
        _("The password of %(name)s is set; its sign-ins have ended.", name=row.username), "success"
    )
    return see_other(f"/admin/accounts/{account_id}")


@blueprint.post("/admin/accounts/<int:account_id>/sign-ins/<int:sign_in_id>/end")
def end_sign_in(account_id: int, sign_in_id: int) -> ResponseReturnValue:
    """Sign one browser of an account out."""
    signing_in.end_sign_in(sign_in_id, by=caller().account_id, now=request_now())
    flash(_("The sign-in has ended."), "success")
    return see_other(f"/admin/accounts/{account_id}")


@blueprint.post("/admin/accounts/<int:account_id>/tokens")
def add_token(account_id: int) -> ResponseReturnValue:
    """Make an API token. Its text is in this answer and nowhere else, so it is no redirect."""
    form = PageForm()
    row = _one(account_id)
    made: list[tokens.NewToken] = []
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: made.append(tokens.create_token(row.username, by=by, now=now)))
    return _page(row, token=made[0].text if made else ""), status or 200


@blueprint.post("/admin/accounts/<int:account_id>/tokens/<int:token_id>/revoke")
def revoke_token(account_id: int, token_id: int) -> ResponseReturnValue:
    """Let a token prove nothing any more."""
    tokens.revoke_token(token_id, by=caller().account_id, now=request_now())
    flash(_("The token is revoked."), "success")
    return see_other(f"/admin/accounts/{account_id}")


def _one(account_id: int) -> AccountRow:
    with read_session() as session:
        found = next((row for row in stored.accounts(session) if row.id == account_id), None)
    if found is None:
        raise NotFoundError(N_("There is no such account."))
    return found


def _offer_people(form: AccountForm) -> None:
    with read_session() as session:
        people = staff_members(session)
    form.offer((person.code, f"{person.name} ({person.code})") for person in people)


def _new_page(form: NewAccountForm) -> str:
    _offer_people(form)
    return render_template("accounts/new.html", form=form)


def _page(
    row: AccountRow,
    *,
    form: AccountForm | None = None,
    password: NewPasswordForm | None = None,
    token: str = "",
) -> str:
    with read_session() as session:
        standing = stored.signed_in(session, now=request_now())
        tokens_held = stored.tokens_of(session, account_id=row.id)
    form = form or AccountForm(formdata=None, obj=row, data={"staff": row.staff_code or ""})
    _offer_people(form)
    return render_template(
        "accounts/account.html",
        account=row,
        form=form,
        password_form=password or NewPasswordForm(formdata=None),
        sign_ins=[each for each in standing if each.account_id == row.id],
        own_sign_in=caller().grant_id,
        tokens=tokens_held,
        token=token,
        history=history_of("account", row.id),
    )
