"""How addresses and forms name places of the plan: a week, a cell, a block; minutes of a day as clocks show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from flask import request

from tracker.domain import planedits
from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import PlanBlock, monday_of
from tracker.domain.workcalendar import minute_of
from tracker.queries.streams import PartOfDayRow
from tracker.web.arguments import FIRST_YEAR, LAST_YEAR, day_argument

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Place:
    """A device (code) on a day, and there a block by its first minute, or a part of the day (code)."""

    device: str
    local_date: date
    starts: int | None = None
    part: str = ""


def cell_text(device: str, local_date: date, part: str) -> str:
    """A half-day of a device: US07.2026-12-01.morning."""
    return f"{device}.{local_date.isoformat()}.{part}"


def place_text(device: str, local_date: date, starts: int) -> str:
    """A block: US07.2026-12-01.480 begins at 08:00."""
    return f"{device}.{local_date.isoformat()}.{starts}"


def place_of(text: str, *, field: str = "at") -> Place:
    """What `cell_text` or `place_text` wrote. Raises InvalidError on `field`."""
    device, _dot, rest = text.partition(".")
    day, _dot, last = rest.partition(".")
    try:
        local_date = date.fromisoformat(day)
    except ValueError:
        local_date = date.min
    if not device or not last or not FIRST_YEAR <= local_date.year <= LAST_YEAR:
        raise InvalidError(N_("There is no such place in the plan."), field=field)
    if last.isascii() and last.isdigit() and len(last) <= 4:
        return Place(device, local_date, starts=int(last))
    return Place(device, local_date, part=last)


def week_text(monday: date) -> str:
    """2026-W49, the week as addresses carry it."""
    year, week, _weekday = monday.isocalendar()
    return f"{year}-W{week:02}"


def week_argument(default: date) -> date:
    """The Monday of ?week=2026-W49, else of the week that holds ?date=, else of `default`'s.

    Raises InvalidError on `week`.
    """
    text = request.args.get("week", "").strip()
    if not text:
        return monday_of(day_argument("date", default) or default)
    return monday_of_text(text)


def monday_of_text(text: str) -> date:
    """The Monday of 2026-W49. Raises InvalidError on `week`."""
    try:
        found = date.fromisoformat(f"{text}-1")
    except ValueError:
        found = date.min
    if not FIRST_YEAR <= found.year <= LAST_YEAR or week_text(found) != text:
        raise InvalidError(N_("Enter a week such as 2026-W49."), field="week")
    return found


def next_monday(today: date) -> date:
    """The week that is planned next."""
    return monday_of(today) + timedelta(days=7)


def time_of(minute: int) -> time:
    """The time of day of a minute; the day's end is 23:59, the last that a field of time can hold."""
    minute = min(max(minute, 0), MINUTES_A_DAY - 1)
    return time(minute // 60, minute % 60)


def clock_text(minute: int) -> str:
    """08:30 of 510."""
    return f"{minute // 60:02}:{minute % 60:02}"


def part_minutes(parts: Sequence[PartOfDayRow]) -> list[tuple[int, int]]:
    """The parts of the day as the domain takes them: minutes [starts, ends) after local midnight."""
    return [(minute_of(part.starts), minute_of(part.ends)) for part in parts]


def part_of(block: PlanBlock, parts: Sequence[PartOfDayRow]) -> int:
    """Which of these parts of the day a block is shown in (planedits.part_of)."""
    return planedits.part_of(block, part_minutes(parts))
