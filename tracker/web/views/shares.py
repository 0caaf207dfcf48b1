"""How the points of an exam are shared among who took part, from which day on."""

from datetime import date

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from tracker import clock
from tracker.domain.shares import shares_on
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.shares import shares_rows
from tracker.services.shares import drop_shares_from, set_shares_from
from tracker.web.forms.page_form import PageForm
from tracker.web.forms.points import SharesFromForm
from tracker.web.person import caller, request_now
from tracker.web.saving import Answer, answered

blueprint = Blueprint("shares", __name__)

ADDRESS = "/admin/shares"


@blueprint.get("/admin/shares")
@blueprint.get("/admin/shares/<_day>/remove")  # a step that was refused stands at its own address
def show(_day: str = "") -> ResponseReturnValue:
    """The shares of today, and every day from which others hold."""
    return _page(SharesFromForm(formdata=None))


@blueprint.post("/admin/shares")
def add() -> ResponseReturnValue:
    """Share points otherwise from a day on."""
    form, by, now = SharesFromForm(), caller().account_id, request_now()
    return answered(
        form,
        lambda: set_shares_from(form.valid_from.data, form.shares(), by=by, now=now),
        Answer(lambda: _page(form), _("The shares are entered."), ADDRESS),
    )


@blueprint.post("/admin/shares/<day>/remove")
def remove(day: str) -> ResponseReturnValue:
    """Take back shares that have not begun."""
    try:
        valid_from = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound from error
    sent, by, now = PageForm(), caller().account_id, request_now()

    def page() -> str:
        form = SharesFromForm(formdata=None)
        form.form_errors = [*form.form_errors, *sent.form_errors]
        return _page(form)

    return answered(
        sent,
        lambda: drop_shares_from(valid_from, by=by, now=now),
        Answer(page, _("The shares are taken back."), ADDRESS),
    )


def _page(form: SharesFromForm) -> str:
    with read_session() as session:
        rows = shares_rows(session)
    today = local_date_of(request_now(), clock.hospital_zone())
    held = shares_on(today, [row.held for row in rows])
    return render_template("shares/shares.html", form=form, rows=rows, held=held, today=today)
