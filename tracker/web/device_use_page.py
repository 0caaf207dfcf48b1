"""What the page about the use of devices shows: a line for each device, a week of hours, why minutes were closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tracker.queries import Reading
from tracker.queries.device_use import Cause, DeviceUse, Use, device_use
from tracker.queries.devices import device_of_code, devices
from tracker.web.day_stretch import DayStretch


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """A device with its use, the exams behind it and the page about it alone."""

    code: str
    use: Use
    exams_href: str
    href: str


@dataclass(frozen=True, slots=True)
class DeviceUsePage:
    """Everything the page shows; `week` has for each weekday (Monday 0) the use of each of `hours`."""

    lines: list[DeviceLine]
    total: Use
    exams_href: str
    hours: list[int]
    week: Mapping[int, list[Use]]
    causes: tuple[Cause, ...]
    choices: list[str]


def read_device_use(
    reading: Reading, stretch: DayStretch, code: str | None, *, now: datetime
) -> DeviceUsePage:
    """The page of the days, of one device (code) or of all. Five statements. Raises InvalidError on `device`."""
    known = devices(reading, include_retired=True)
    chosen = None if code is None else device_of_code(known, code).id
    found = device_use(reading, stretch.first, stretch.last, now=now, device_id=chosen)
    lines = [
        DeviceLine(
            row.code,
            found.devices[row.id],
            stretch.address("/exams", device=row.code),
            stretch.address("/volume/devices", device=row.code),
        )
        for row in known
        if row.id in found.devices
    ]
    hours = _hours(found)
    return DeviceUsePage(
        lines=lines,
        total=found.total,
        exams_href=stretch.address("/exams", device=code),
        hours=hours,
        week={day: [found.hours.get((day, hour), Use()) for hour in hours] for day in _days(found)},
        causes=found.causes,
        choices=[row.code for row in known if not row.is_retired or row.code == code],
    )


def _hours(found: DeviceUse) -> list[int]:
    """From the first hour with anything in it to the last."""
    hours = [hour for _day, hour in found.hours]
    return list(range(min(hours), max(hours) + 1)) if hours else []


def _days(found: DeviceUse) -> list[int]:
    return sorted({day for day, _hour in found.hours})
