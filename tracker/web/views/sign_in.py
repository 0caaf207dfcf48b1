"""Signing in and out, and handing the desk to the next person."""

from flask import Blueprint, Response, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from tracker.domain.credentials import TooManyFailuresError, WrongCredentialsError
from tracker.domain.errors import DomainError
from tracker.domain.roles import Caller
from tracker.services import sign_in as signing_in
from tracker.web.access import may_open
from tracker.web.addresses import local_path, see_other
from tracker.web.forms.sign_in import SignInForm
from tracker.web.fragments import answer_in_place, is_htmx, render_block
from tracker.web.languages import remember_language
from tracker.web.person import enter, held_secret, last_person, leave, request_now
from tracker.web.resume import again_dialog, kept_form

blueprint = Blueprint("sign_in", __name__)

OWN_PAGES = frozenset({"/account", "/account/password", "/account/language", "/volume/mine"})
"""They show everybody something else: one that is open does not stay for the next person."""


@blueprint.get("/login")
def show() -> ResponseReturnValue:
    """The sign-in page; somebody signed in goes on at once."""
    page = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return see_other(page if may_open(page) else "/")
    before = last_person()
    if before:
        flash(_("Your sign-in has ended. Sign in to go on."), "info")
    form = SignInForm(formdata=None, username=before.username if before else "", next=page)
    return render_template("login.html", form=form)


@blueprint.post("/login")
def submit() -> ResponseReturnValue:
    """Compare name and password; then to the page that asked, or on with the form that waited."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        opened = signing_in.sign_in(_attempt(form), now=request_now())
    except (WrongCredentialsError, TooManyFailuresError) as refusal:
        form.refuse(refusal)
        return _refused(form, refusal)
    before = last_person()
    who = enter(opened.secret)
    response = _go_on(form, who, before=before)
    remember_language(response, who.language)
    return response


@blueprint.post("/logout")
def leave_page() -> ResponseReturnValue:
    """End the sign-in for good."""
    _end()
    return see_other("/login")


@blueprint.get("/switch-user")
def ask_next() -> ResponseReturnValue:
    """Who takes over: above the page that asks, or as a page that leads back to it (`next`)."""
    return _next_person(SignInForm(formdata=None, next=local_path(request.args.get("next"))))


@blueprint.post("/switch-user")
def switch() -> ResponseReturnValue:
    """Sign the next person in and the one before out, in one step; a page that is open stays as it is.

    Whose role does not include the page (`next`) begins at the start.
    """
    form = SignInForm()
    if not form.validate_on_submit():
        return _next_person(form), 422
    try:
        opened = signing_in.sign_in(_attempt(form), now=request_now())
    except (WrongCredentialsError, TooManyFailuresError) as refusal:
        form.refuse(refusal)
        return _next_person(form), *_told(refusal)
    who = enter(opened.secret)
    response = _taken_over(local_path(form.next.data), who)
    remember_language(response, who.language)
    return response


def _next_person(form: SignInForm) -> str:
    form.use_own_ids("switch")
    if is_htmx():
        return render_block("account/switch_user.html", "dialog", form=form)
    return render_template("account/switch_user.html", form=form)


def _taken_over(page: str, who: Caller) -> Response:
    if not may_open(page):
        return see_other("/")
    if not is_htmx() or page.partition("?")[0] in OWN_PAGES:
        return see_other(page)
    name = who.staff_name or who.username
    return answer_in_place("user-switched", _("%(name)s is signed in now.", name=name))


def _attempt(form: SignInForm) -> signing_in.Attempt:
    return signing_in.Attempt(
        username=form.username.data or "",
        password=form.password.data or "",
        address=request.remote_addr or "",
        replaces=held_secret(),
    )


def _page(form: SignInForm) -> str:
    return again_dialog(form) if is_htmx() else render_template("login.html", form=form)


def _refused(form: SignInForm, refusal: DomainError) -> ResponseReturnValue:
    return _page(form), *_told(refusal, wrong=422 if is_htmx() else 401)


def _told(refusal: DomainError, *, wrong: int = 422) -> tuple[int, dict[str, str]]:
    """Status and headers of a refused attempt; `wrong` is the status of a wrong name or password."""
    if isinstance(refusal, TooManyFailuresError):
        return 429, {"Retry-After": str(refusal.retry_after_seconds)}
    return wrong, {}


def _go_on(form: SignInForm, who: Caller, *, before: Caller | None) -> Response:
    is_same = before is not None and before.account_id == who.account_id
    if is_htmx():
        text = _("You are signed in again. Please repeat the last step.")
        return answer_in_place("signed-in-again", text) if is_same else see_other("/")
    kept = kept_form(form.kept.data or "", account_id=who.account_id)
    if kept is not None:
        return Response(render_template("account/resume.html", kept=kept))
    page = local_path(form.next.data)
    return see_other(page if (is_same or before is None) and may_open(page) else "/")


def _end() -> None:
    secret = leave()
    if secret:
        signing_in.sign_out(secret, now=request_now())
