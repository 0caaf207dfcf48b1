"""Asking somebody to sign in, and letting the same person go on with what was typed.

A form that is sent after the sign-in ran out is kept in the sign-in page itself, signed and bound to its
person; a page that htmx drives is left standing and gets a dialog above it.
"""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from flask import Response, current_app, flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer

from tracker.domain.roles import Caller
from tracker.web.addresses import local_path, see_other
from tracker.web.forms.sign_in import SignInForm
from tracker.web.fragments import is_htmx
from tracker.web.person import last_person

KEPT_SECONDS = 12 * 3600
KEPT_LENGTH = 200_000
"""Characters; a longer form is not kept."""
AGAIN_HEADER = "X-Sign-In"
"""Set on the answer that the page's script shows as a dialog (assets/app/sign_in_again.js)."""


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form that was sent too late: where it was sent and its fields, in order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def ask_to_sign_in() -> ResponseReturnValue:
    """What somebody gets who must sign in (again): the sign-in page, or a dialog over a living page."""
    before = last_person()
    if is_htmx():
        page = _local_part(request.headers.get("HX-Current-URL"))
        return _dialog(before) if before else see_other(sign_in_address(page))
    if request.method in ("GET", "HEAD"):
        return see_other(sign_in_address(here()))
    kept = _keep(before) if before else None
    if before is None or kept is None:
        return see_other(sign_in_address(_local_part(request.referrer)))
    flash(_("Your sign-in had ended. What you typed is kept: sign in to go on."), "warning")
    form = SignInForm(formdata=None, username=before.username, kept=kept)
    return render_template("login.html", form=form), 401


def sign_in_address(page: str) -> str:
    """The sign-in page that comes back to a local path afterwards."""
    return f"/login?next={quote(page, safe='/')}" if page != "/" else "/login"


def here() -> str:
    """The path of this request, with its query."""
    query = request.query_string.decode("ascii", "replace")
    return local_path(f"{quote(request.path)}?{query}" if query else quote(request.path))


def kept_form(text: str, *, account_id: int) -> KeptForm | None:
    """The form kept for this account, or None where it is another's, too old or not ours."""
    try:
        data = _signer().loads(text, max_age=KEPT_SECONDS)
    except BadData:
        return None
    if data["account"] != account_id:
        return None
    fields = tuple((name, value) for name, value in data["fields"])
    return KeptForm(path=data["path"], fields=fields)


def _keep(person: Caller) -> str | None:
    """The posted fields, signed; None where the form did not come from a page of ours, or is too long."""
    try:
        current_app.extensions["csrf"].protect()
    except CSRFError:
        return None
    data = {"account": person.account_id, "path": here(), "fields": _fields_worth_keeping()}
    kept: str = _signer().dumps(data)
    return kept if len(kept) <= KEPT_LENGTH else None


def _fields_worth_keeping() -> list[tuple[str, str]]:
    """All but secrets: a password or a token never leaves the request."""
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if "password" not in name and "token" not in name and name != "present"
    ]


def _dialog(person: Caller) -> ResponseReturnValue:
    form = SignInForm(formdata=None, username=person.username)
    headers = {AGAIN_HEADER: "again", "HX-Reswap": "none"}
    return Response(again_dialog(form), status=401, headers=headers)


def again_dialog(form: SignInForm) -> str:
    """The dialog above a living page."""
    form.use_own_ids("again")
    return render_template("account/sign_in_again.html", form=form)


def _local_part(address: str | None) -> str:
    """The path of an address of this very host, else "/"."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return "/"
    if parts.netloc != request.host:
        return "/"
    return local_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="kept-form")
