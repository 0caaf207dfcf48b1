"""Next year's holidays and make-up days from the State Council's notice, pasted: shown first, then written."""

from datetime import date

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.notices import NOT_UNDERSTOOD, Notice, read_notice
from tracker.domain.workcalendar import local_date_of
from tracker.queries import read_session
from tracker.queries.calendar import forecast_days, known_kinds
from tracker.services.calendar import write_notice
from tracker.web.addresses import see_other
from tracker.web.arguments import number_argument
from tracker.web.forms.sheets import NoticeForm, ReadNoticeForm
from tracker.web.person import caller, request_now
from tracker.web.saving import refused

blueprint = Blueprint("calendar_notice", __name__)


@blueprint.get("/admin/calendar/notice")
@blueprint.get("/admin/calendar/notice/confirm")
def show() -> ResponseReturnValue:
    """An empty field for the notice of ?year=2027, else of next year."""
    today = local_date_of(request_now(), clock.hospital_zone())
    year = number_argument("year") or today.year + 1
    return _page(NoticeForm(formdata=None, data={"year": year}))


@blueprint.post("/admin/calendar/notice")
def preview() -> ResponseReturnValue:
    """Read the notice and show its days; nothing is written."""
    form = NoticeForm()
    if not form.validate_on_submit():
        return _page(form), 422
    return _page(form, _read(form))


@blueprint.post("/admin/calendar/notice/confirm")
def confirm() -> ResponseReturnValue:
    """Write the days that were shown: the text is read once more."""
    form = ReadNoticeForm()
    left: list[int] = []
    by, now = caller().account_id, request_now()

    def write() -> None:
        notice, is_final = _read(form), bool(form.is_final.data)
        left.append(write_notice(notice.year, notice.days, is_final=is_final, by=by, now=now))

    if status := refused(form, write):
        return _page(form, _read(form) if status != 422 else None), status
    flash(_("The days of the notice are written."), "success")
    if left[0]:
        flash(
            _("Bookings stand on days that are not worked now: %(count)s.", count=left[0]),
            "warning",
        )
    return see_other(f"/admin/calendar?year={_read(form).year}")


def _read(form: NoticeForm) -> Notice:
    return read_notice(form.text.data or "", year=form.year.data)


def _page(form: NoticeForm, notice: Notice | None = None) -> str:
    present: dict[date, str] = {}
    going: list[date] = []
    if notice is not None:
        kept = {day.local_date for day in notice.days}
        with read_session() as session:
            going = [day for day in forecast_days(session, notice.year) if day not in kept]
            present = known_kinds(session, [*kept, *going])
    return render_template(
        "calendar/notice.html",
        form=form,
        notice=notice,
        present=present,
        going=going,
        is_whole=notice is not None and all(each.why == NOT_UNDERSTOOD for each in notice.unread),
    )
