"""The months: which are closed, one month three times (closed, changed since, now), closing and reopening."""

from datetime import date
from io import BytesIO
from pathlib import Path

from flask import Blueprint, current_app, flash, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.months import begun_month
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.month_review import months_of_year
from tracker.reports.csv_file import CSV
from tracker.reports.kept import kept_reports
from tracker.reports.report import Report, month_report, year_report
from tracker.reports.report_files import PDF, report_file
from tracker.reports.workbook import XLSX
from tracker.services.closing import close_month, reopen_month
from tracker.web.addresses import see_other
from tracker.web.arguments import FIRST_YEAR, LAST_YEAR
from tracker.web.closing_page import read_month
from tracker.web.filters import month as month_text
from tracker.web.forms.closing import CloseForm, ReopenForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("months", __name__)

TYPES = {"pdf": PDF, "xlsx": XLSX, "csv": CSV}


@blueprint.get("/volume/months")
def index() -> ResponseReturnValue:
    """The months of ?year=, the present one without it."""
    today = local_date_of(request_now(), clock.hospital_zone())
    year = _year(today.year)
    with read_session() as reading:
        months = months_of_year(reading, year, today)
    files = [each for each in kept_reports(_folder()) if each.month.year == year]
    return render_template("volume/months.html", months=months, year=year, today=today, files=files)


def _year(default: int) -> int:
    text = request.args.get("year", "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise NotFoundError(N_("This year does not exist."))
    return int(text)


@blueprint.get("/volume/months/<month>")
@blueprint.get("/volume/months/<month>/close")  # a form that was refused stands at its own address
@blueprint.get("/volume/months/<month>/reopen")
def show(month: str) -> ResponseReturnValue:
    """One month: what it counts, and once it is closed what was counted then and what changed since."""
    return _page(_month(month))


@blueprint.get("/volume/months/<month>/report.<any(pdf, xlsx, csv):kind>")
def report(month: str, kind: str) -> ResponseReturnValue:
    """The report of a month as it is now, in the reader's language."""
    first = _month(month)
    with read_session() as reading:
        found = month_report(reading, first, now=request_now())
    return _sent(found, kind, f"volume-{first:%Y-%m}")


@blueprint.get("/volume/months/<int:year>/annual.<any(pdf, xlsx, csv):kind>")
def annual(year: int, kind: str) -> ResponseReturnValue:
    """The report of a year."""
    today = local_date_of(request_now(), clock.hospital_zone())
    if not FIRST_YEAR <= year <= today.year:
        raise NotFoundError(N_("This year does not exist."))
    with read_session() as reading:
        found = year_report(reading, year, now=request_now())
    return _sent(found, kind, f"volume-{year}")


@blueprint.get("/volume/months/kept/<name>")
def kept(name: str) -> ResponseReturnValue:
    """A monthly report as the jobs process wrote it."""
    known = {each.name: each for each in kept_reports(_folder())}
    if name not in known:
        raise NotFoundError(N_("This file is not there."))
    each = known[name]
    return send_file(each.path, TYPES[each.kind], as_attachment=True, download_name=name)


def _sent(found: Report, kind: str, name: str) -> ResponseReturnValue:
    content = BytesIO(report_file(found, kind))
    return send_file(content, TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}")


def _folder() -> Path:
    return Path(current_app.config["REPORTS_DIR"])


@blueprint.post("/volume/months/<month>/close")
def close(month: str) -> ResponseReturnValue:
    """Keep the figures of the month."""
    first, form = _month(month), CloseForm()
    by, now = caller().account_id, request_now()
    status = refused(form, lambda: close_month(first, by=by, now=now))
    if status:
        return _page(first, close_form=form), status
    flash(_("%(month)s is closed; its figures are kept.", month=month_text(first)), "success")
    return see_other(f"/volume/months/{month}")


@blueprint.post("/volume/months/<month>/reopen")
def reopen(month: str) -> ResponseReturnValue:
    """Take the closing back, with a reason."""
    first, form = _month(month), ReopenForm()
    by, now = caller().account_id, request_now()
    reason = form.reason.data or ""
    status = refused(form, lambda: reopen_month(first, reason=reason, by=by, now=now))
    if status:
        return _page(first, reopen_form=form), status
    flash(_("%(month)s is open again.", month=month_text(first)), "success")
    return see_other(f"/volume/months/{month}")


def _month(text: str) -> date:
    """The first day of 2026-10. Raises NotFoundError for what is no month that has begun."""
    return begun_month(text, local_date_of(request_now(), clock.hospital_zone()))


def _page(
    month: date, *, close_form: CloseForm | None = None, reopen_form: ReopenForm | None = None
) -> str:
    today = local_date_of(request_now(), clock.hospital_zone())
    with read_session() as reading:
        page = read_month(reading, month, today)
    return render_template(
        "volume/month.html",
        page=page,
        today=today,
        close_form=close_form or CloseForm(formdata=None),
        reopen_form=reopen_form or ReopenForm(formdata=None),
    )
