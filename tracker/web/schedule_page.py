"""A day's bookings made ready to be shown: the rows of the table, and the data of the timeline.

Eight hundred bookings are shown at once: words are looked up once, and each instant becomes local once.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from tracker import clock
from tracker.domain.lifecycle import MOVABLE
from tracker.domain.workcalendar import DAY, day_start, local_date_of
from tracker.queries.blocks import BlockRow
from tracker.queries.closures import ClosureDetails
from tracker.queries.schedule import DeviceLane, Schedule, ScheduleBooking
from tracker.web.access import may
from tracker.web.filters import localised, utc_offset, wall_clock
from tracker.web.labels import STATUS

FIRST_HOUR, LAST_HOUR = 7, 18
"""Hours that the timeline always has; blocks and bookings outside them widen it."""
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A booking in words: its exam type in the page's language, its times on the hospital's clocks."""

    booking: ScheduleBooking
    title: str
    start: datetime
    end: datetime

    @property
    def range(self) -> str:
        """08:30–08:40."""
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Lane:
    """One device's day as a row of the table: what starts in each hour, by hour of the day."""

    device: DeviceLane
    blocks: list[BlockRow] = field(default_factory=list)
    closures: list[ClosureDetails] = field(default_factory=list)
    starting: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))


def entries_of(schedule: Schedule) -> list[Entry]:
    """The bookings by the time at which they are seen."""
    titles: dict[str, str] = {}
    zone = clock.hospital_zone()
    entries = []
    for booking in schedule.bookings:
        title = titles.get(booking.exam_type_en)
        if title is None:
            title = titles[booking.exam_type_en] = localised(booking, "exam_type")
        start, end = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
        # what is shown to the minute has a minute at least
        end = max(end, start.replace(second=0, microsecond=0) + MINUTE)
        entries.append(Entry(booking, title, start, end))
    return sorted(entries, key=lambda entry: entry.start)


def lanes_of(schedule: Schedule, entries: list[Entry]) -> list[Lane]:
    """A row for each device, in the department's order."""
    lanes = {device.code: Lane(device) for device in schedule.devices}
    for block in schedule.blocks:
        if block.device in lanes:
            lanes[block.device].blocks.append(block)
    for closure in schedule.closures:
        for code, lane in lanes.items():
            if closure.device in (None, code):
                lane.closures.append(closure)
    for entry in entries:
        if entry.booking.device in lanes:
            lanes[entry.booking.device].starting[entry.start.hour].append(entry)
    return list(lanes.values())


def busy_hours(schedule: Schedule, day: date) -> list[int]:
    """The hours in which a block is open or a booking begins: the columns of the table."""
    midnight = day_start(day, clock.hospital_zone())
    open_hours: set[int] = set()
    for block in schedule.blocks:
        first, last = (block.starts_at - midnight) // HOUR, -((midnight - block.ends_at) // HOUR)
        open_hours.update(range(max(first, 0), min(last, 24)))
    begun = {
        booking.starts_at.astimezone(clock.hospital_zone()).hour for booking in schedule.bookings
    }
    return sorted(open_hours | begun)


def timeline_of(
    schedule: Schedule, entries: list[Entry], day: date, *, now: datetime
) -> dict[str, Any]:
    """The data of the macro `timeline`: texts of the wall clock, so that no browser's zone can shift them."""
    first, last = _hours(schedule, day)
    is_today = local_date_of(now, clock.hospital_zone()) == day
    scroll = now.astimezone(clock.hospital_zone()).hour - 1 if is_today else FIRST_HOUR + 1
    is_shown, is_movable = may("bookings.show"), may("moving.show")
    words = {status: str(word) for status, word in STATUS.items()}
    return {
        "date": day.isoformat(),
        "utc_offset": utc_offset(day_start(day, clock.hospital_zone())),
        "from": f"{first:02}:00",
        "until": f"{last:02}:00",
        "scroll": f"{min(max(scroll, first), last - 1):02}:00",
        "devices": [
            {"id": lane.code, "title": lane.code, "place": lane.room} for lane in schedule.devices
        ],
        "blocks": [_block(block) for block in schedule.blocks],
        "closures": [_closure(closure, day) for closure in schedule.closures],
        "bookings": [_booking(entry, words, is_shown, is_movable) for entry in entries],
    }


def _hours(schedule: Schedule, day: date) -> tuple[int, int]:
    """Whole hours, wide enough for everything that lies in the day."""
    midnight = day_start(day, clock.hospital_zone())
    spans = [(block.starts_at, block.ends_at) for block in schedule.blocks]
    spans += [(booking.starts_at, booking.ends_at) for booking in schedule.bookings]
    first = min([FIRST_HOUR, *((start - midnight) // HOUR for start, _end in spans)])
    last = max([LAST_HOUR, *(-((midnight - end) // HOUR) for _start, end in spans)])
    return max(first, 0), min(last, 24)


def _block(block: BlockRow) -> dict[str, Any]:
    return {
        "device": block.device,
        "start": wall_clock(block.starts_at),
        "end": wall_clock(block.ends_at),
        "title": " · ".join(part for part in (block.operator_name, block.place) if part),
    }


def _closure(closure: ClosureDetails, day: date) -> dict[str, Any]:
    """A closure, cut to the day."""
    start, end = (day_start(each, clock.hospital_zone()) for each in (day, day + DAY))
    return {
        "device": closure.device,
        "start": wall_clock(max(closure.starts_at, start)),
        "end": wall_clock(min(closure.ends_at, end - MINUTE)),
        "title": closure.reason,
    }


def _booking(
    entry: Entry, words: dict[str, str], is_shown: bool, is_movable: bool
) -> dict[str, Any]:
    booking, href = entry.booking, f"/bookings/{entry.booking.id}"
    label = f"{entry.range} · {booking.patient_name} · {entry.title} · {words[booking.status]}"
    return {
        "id": str(booking.id),
        "device": booking.device,
        "start": f"{entry.start:%Y-%m-%dT%H:%M}",
        "end": f"{entry.end:%Y-%m-%dT%H:%M}",
        "title": entry.title,
        "label": f"{label} · {_('Added')}" if booking.is_added else label,
        "status": booking.status,
        "added": booking.is_added,
        "flagged": booking.is_flagged,
        "href": href if is_shown else None,
        "move_href": f"{href}/move" if is_movable and booking.status in MOVABLE else None,
    }
