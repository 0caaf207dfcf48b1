"""The day on a timeline and as a table: devices × hours with blocks, bookings and closures. It changes nothing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.lifecycle import MOVABLE
from tracker.domain.workcalendar import day_start, local_date_of
from tracker.queries import read_session
from tracker.queries.closures import ClosureDetails
from tracker.queries.schedule import Schedule, ScheduleBooking, schedule_of
from tracker.web.access import may
from tracker.web.arguments import code_argument, day_argument
from tracker.web.filters import clock as clock_text
from tracker.web.filters import local, localised, utc_offset, wall_clock
from tracker.web.labels import label
from tracker.web.person import request_now

blueprint = Blueprint("schedule", __name__)

VIEWS = ("timeline", "table")
FIRST_HOUR, LAST_HOUR = 7, 18
"""Hours that are always shown; blocks and bookings outside them widen the day."""
HOUR = timedelta(hours=1)


@blueprint.get("/schedule")
def show() -> ResponseReturnValue:
    """A day of all devices, or of one (`device`); `view` is timeline or table, else what fits the screen."""
    today = local_date_of(request_now(), clock.hospital_zone())
    day = day_argument("date", today) or today
    with read_session() as reading:
        whole = schedule_of(reading, day, now=request_now())
    device, view = code_argument("device"), code_argument("view")
    schedule = _only(whole, device)
    context = {
        "day": day,
        "today": today,
        "now": request_now(),
        "view": view if view in VIEWS else "",
        "device": device,
        "devices": whole.devices,
        "schedule": schedule,
        "hours": _hours(schedule, day),
        "lanes": _lanes(schedule),
        "title_of": title_of,
    }
    if view != "table":
        context["data"] = _timeline(schedule, day)
    return render_template("schedule/schedule.html", **context)


def title_of(booking: ScheduleBooking) -> str:
    """What an exam is called in the page's language."""
    return localised(booking, "exam_type")


@dataclass(frozen=True, slots=True)
class Lane:
    """One device's day as a row of the table: what starts in each hour, by hour of the day."""

    device: Any
    blocks: list[Any]
    closures: list[ClosureDetails]
    starting: dict[int, list[ScheduleBooking]]
    count: int


def _only(schedule: Schedule, device: str | None) -> Schedule:
    """The day of one device, or of all."""
    if device is None:
        return schedule
    return Schedule(
        devices=tuple(each for each in schedule.devices if each.code == device),
        blocks=tuple(each for each in schedule.blocks if each.device == device),
        closures=tuple(each for each in schedule.closures if each.device in (None, device)),
        bookings=tuple(each for each in schedule.bookings if each.device == device),
    )


def _lanes(schedule: Schedule) -> list[Lane]:
    blocks: dict[str, list[Any]] = defaultdict(list)
    for block in schedule.blocks:
        blocks[block.device].append(block)
    starting: dict[str, dict[int, list[ScheduleBooking]]] = defaultdict(lambda: defaultdict(list))
    for booking in sorted(schedule.bookings, key=lambda each: (each.starts_at, each.id)):
        starting[booking.device][local(booking.starts_at).hour].append(booking)
    return [
        Lane(
            device=lane,
            blocks=blocks[lane.code],
            closures=[each for each in schedule.closures if each.device in (None, lane.code)],
            starting=starting[lane.code],
            count=sum(len(each) for each in starting[lane.code].values()),
        )
        for lane in schedule.devices
    ]


def _hours(schedule: Schedule, day: date) -> range:
    """The hours of the day that the page shows: whole, and wide enough for everything that lies in it."""
    midnight = day_start(day, clock.hospital_zone())
    spans = [(block.starts_at, block.ends_at) for block in schedule.blocks]
    spans += [(booking.starts_at, booking.ends_at) for booking in schedule.bookings]
    first = min([FIRST_HOUR, *((start - midnight) // HOUR for start, _end in spans)])
    last = max([LAST_HOUR, *(-((midnight - end) // HOUR) for _start, end in spans)])
    return range(max(first, 0), min(last, 24))


def _timeline(schedule: Schedule, day: date) -> dict[str, Any]:
    """The data of the macro `timeline`: texts of the wall clock, so that no browser's zone can shift them."""
    hours = _hours(schedule, day)
    now = request_now()
    is_today = local_date_of(now, clock.hospital_zone()) == day
    scroll = max(local(now).hour - 1, hours.start) if is_today else max(FIRST_HOUR + 1, hours.start)
    return {
        "date": day.isoformat(),
        "utc_offset": utc_offset(day_start(day, clock.hospital_zone())),
        "from": f"{hours.start:02}:00",
        "until": f"{hours.stop:02}:00",
        "scroll": f"{min(scroll, hours.stop - 1):02}:00",
        "devices": [
            {"id": lane.code, "title": lane.code, "place": lane.room} for lane in schedule.devices
        ],
        "blocks": [
            {
                "device": block.device,
                "start": wall_clock(block.starts_at),
                "end": wall_clock(block.ends_at),
                "title": block.operator_name or "",
            }
            for block in schedule.blocks
        ],
        "closures": [_closure(closure, day) for closure in schedule.closures],
        "bookings": [_booking(booking) for booking in schedule.bookings],
    }


def _closure(closure: ClosureDetails, day: date) -> dict[str, Any]:
    """A closure, cut to the day."""
    start, end = (day_start(each, clock.hospital_zone()) for each in (day, day + timedelta(days=1)))
    last_minute = end - timedelta(minutes=1)
    return {
        "device": closure.device,
        "start": wall_clock(max(closure.starts_at, start)),
        "end": wall_clock(min(closure.ends_at, last_minute)),
        "title": closure.reason,
    }


def _booking(booking: ScheduleBooking) -> dict[str, Any]:
    href = f"/bookings/{booking.id}"
    movable = booking.status in MOVABLE and may("moving.show")
    return {
        "id": str(booking.id),
        "device": booking.device,
        "start": wall_clock(booking.starts_at),
        "end": wall_clock(_whole_minutes(booking.starts_at, booking.ends_at)),
        "title": title_of(booking),
        "label": _label(booking),
        "status": booking.status,
        "added": booking.is_added,
        "flagged": booking.is_flagged,
        "href": href if may("bookings.show") else None,
        "move_href": f"{href}/move" if movable else None,
    }


def _whole_minutes(start: datetime, end: datetime) -> datetime:
    """The end to the minute, later than the start to the minute."""
    return max(end, start.replace(second=0, microsecond=0) + timedelta(minutes=1))


def _label(booking: ScheduleBooking) -> str:
    parts = [
        f"{clock_text(booking.starts_at)}–{clock_text(booking.ends_at)}",
        booking.patient_name,
        title_of(booking),
        label(booking.status, "status"),
    ]
    if booking.is_added:
        parts.append(_("Added"))
    return " · ".join(parts)
