"""The working calendar: a year by months, one day changed, a year taken over or declared final."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.workcalendar import FIRST_YEAR, LAST_YEAR, SATURDAY, local_date_of
from tracker.queries import read_session
from tracker.queries.calendar import WORKED, DayRow, calendar_years, known_days
from tracker.queries.settings import department_settings
from tracker.queries.weekly_blocks import opened_through
from tracker.services import calendar as keeping
from tracker.web.addresses import see_other
from tracker.web.arguments import number_argument
from tracker.web.forms.calendar import DayForm
from tracker.web.forms.page_form import PageForm
from tracker.web.person import caller, request_now
from tracker.web.row_history import history_of
from tracker.web.saving import refused

blueprint = Blueprint("calendar", __name__)


@dataclass(frozen=True, slots=True)
class Month:
    """A month as weeks from Monday; the days of its neighbours are left out (None)."""

    first: date
    weeks: tuple[tuple[DayRow | None, ...], ...]


@blueprint.get("/admin/calendar")
@blueprint.get("/admin/calendar/years/<int:year>/take-over")
@blueprint.get("/admin/calendar/years/<int:year>/publish")
@blueprint.get("/admin/calendar/years/<int:year>/withdraw")
def show(year: int | None = None) -> ResponseReturnValue:
    """The year of ?year=2026, else the present one."""
    return _page(year or number_argument("year") or _today().year)


@blueprint.get("/admin/calendar/<day>")
@blueprint.get("/admin/calendar/<day>/unset")
def edit(day: str) -> ResponseReturnValue:
    """One day as it is."""
    row = _row(_day_of(day))
    return _day_page(row, DayForm(formdata=None, obj=row))


@blueprint.post("/admin/calendar/<day>")
def change(day: str) -> ResponseReturnValue:
    """Say what kind of day it is here."""
    local_date = _day_of(day)
    form = DayForm()
    left: list[int] = []
    by, now = caller().account_id, request_now()
    status = refused(
        form,
        lambda: left.append(
            keeping.set_calendar_day(
                local_date, kind=form.kind.data, name=form.name.data or "", by=by, now=now
            )
        ),
    )
    if status:
        return _day_page(_row(local_date), form), status
    flash(_("The day is saved."), "success")
    return _go_on(local_date, left[0])


@blueprint.post("/admin/calendar/<day>/unset")
def unset(day: str) -> ResponseReturnValue:
    """Take back what was set by hand."""
    local_date = _day_of(day)
    form = PageForm()
    left: list[int] = []
    by, now = caller().account_id, request_now()
    status = refused(
        form, lambda: left.append(keeping.unset_calendar_day(local_date, by=by, now=now))
    )
    if status:
        row = _row(local_date)
        return _day_page(row, DayForm(formdata=None, obj=row)), status
    flash(_("The day is again as the state has it."), "success")
    return _go_on(local_date, left[0])


@blueprint.post("/admin/calendar/years/<int:year>/take-over")
def take_over(year: int) -> ResponseReturnValue:
    """Write a year's days as the state has announced them; those set by hand stay."""
    left = keeping.take_over_year(year, by=caller().account_id, now=request_now())
    flash(
        _("The days of %(year)s are taken over; those set by hand have stayed.", year=year),
        "success",
    )
    if left:
        flash(_left_text(left), "warning")
    return see_other(f"/admin/calendar?year={year}")


@blueprint.post("/admin/calendar/years/<int:year>/<any(publish, withdraw):step>")
def publish(year: int, step: str) -> ResponseReturnValue:
    """Say that a year's days are final, or that they are not."""
    is_published = step == "publish"
    keeping.set_year_published(
        year, is_published=is_published, by=caller().account_id, now=request_now()
    )
    if is_published:
        flash(_("%(year)s is final: no page warns of it any more.", year=year), "success")
    else:
        flash(_("%(year)s is provisional again.", year=year), "success")
    return see_other(f"/admin/calendar?year={year}")


def _go_on(local_date: date, left: int) -> ResponseReturnValue:
    """Back to the year; where bookings stand on a day off, to the closing that moves or flags them."""
    if not left:
        return see_other(f"/admin/calendar?year={local_date.year}")
    flash(_left_text(left), "warning")
    return see_other(f"/closures/new?date={local_date.isoformat()}")


def _left_text(left: int) -> str:
    return _(
        "Bookings on days that are not worked: %(count)s. Close the department for these days: "
        "each booking is moved or flagged.",
        count=left,
    )


def _page(year: int) -> str:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFoundError(N_("This year has no calendar."))
    with read_session() as session:
        days = {row.local_date: row for row in known_days(session, year)}
        years = calendar_years(session)
        opened = opened_through(session)
        weeks = department_settings(session).horizon_weeks
    months = [_month(year, number, days) for number in range(1, 13)]
    rows = [row for month in months for week in month.weeks for row in week if row]
    return render_template(
        "calendar/year.html",
        year=year,
        months=months,
        years=years,
        working=sum(row.kind in WORKED for row in rows),
        by_hand=[row for row in rows if row.is_overridden],
        reaches=opened is not None and opened.year >= year >= _today().year,
        opened=opened,
        weeks=weeks,
        today=_today(),
    )


def _month(year: int, number: int, days: dict[date, DayRow]) -> Month:
    weeks = Calendar().monthdatescalendar(year, number)
    return Month(
        date(year, number, 1),
        tuple(
            tuple(_as_row(day, days) if day.month == number else None for day in week)
            for week in weeks
        ),
    )


def _as_row(day: date, days: dict[date, DayRow]) -> DayRow:
    """The day as stored, else as its weekday says."""
    plain = "working" if day.weekday() < SATURDAY else "rest"
    return days.get(day) or DayRow(day, plain, "", is_overridden=False)


def _row(local_date: date) -> DayRow:
    with read_session() as session:
        days = {row.local_date: row for row in known_days(session, local_date.year)}
    return _as_row(local_date, days)


def _day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotFoundError(N_("There is no such day."))
    return day


def _day_page(row: DayRow, form: DayForm) -> str:
    history = history_of("calendar_day", row.local_date.isoformat())
    return render_template("calendar/day.html", row=row, form=form, history=history)


def _today() -> date:
    return local_date_of(request_now(), clock.hospital_zone())
