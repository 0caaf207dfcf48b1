"""Openings as a person chooses between them: one a band, with the place, the doctor and what speaks against it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _

from tracker import clock
from tracker.domain.arrival import Band, arrival_band, first_of_each_band
from tracker.domain.errors import N_, InvalidError, Reason
from tracker.domain.rules import LACKS_CAPABILITY
from tracker.domain.supply import Opening
from tracker.domain.workcalendar import local_date_of
from tracker.queries.devices import DeviceRow
from tracker.sentences import sentence
from tracker.web.filters import clock_range, wall_clock

YEARS = range(2000, 2100)
FIRST_SHOWN = 12
LOOKED_AT = 800
"""Openings that a search brings home, so that a busy day's bands are all among them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One opening as a button: `value` is what it sends, `note` the arrival band, `warning` what is unwise."""

    start: datetime
    end: datetime
    device: str
    place: str
    operator: str
    note: str
    warning: str
    is_today: bool

    @property
    def value(self) -> str:
        """The device and the start, for `parse_choice`."""
        return choice_value(self.device, self.start)


@dataclass(frozen=True, slots=True)
class Words:
    """What turns an opening into words at `now`: devices by id, people's names by id, the width of a band."""

    devices: Mapping[int, DeviceRow]
    operators: Mapping[int, str]
    band_minutes: int
    now: datetime

    def band(self, start: datetime) -> Band:
        """The arrival band of a start."""
        return band_of(start, self.band_minutes)


def band_of(start: datetime, minutes: int) -> Band:
    """The arrival band of a start, in the hospital's day."""
    return arrival_band(start, minutes=minutes, zone=clock.hospital_zone())


def no_warning(_opening: Opening) -> str:
    """Nothing speaks against an opening."""
    return ""


def one_a_band(
    found: Sequence[Opening],
    words: Words,
    warn: Callable[[Opening], str] = no_warning,
    *,
    device_id: int | None = None,
) -> list[Choice]:
    """Of openings in order the first of each arrival band, on `device_id` where it has one there."""
    firsts = first_of_each_band(
        found, minutes=words.band_minutes, zone=clock.hospital_zone(), device_id=device_id
    )
    return [as_choice(opening, words, warn) for opening in firsts]


def offered(
    found: Sequence[Opening],
    words: Words,
    *,
    nearest: Sequence[Opening] = (),
    warn: Callable[[Opening], str] = no_warning,
    device_id: int | None = None,
) -> list[Choice]:
    """What a page offers: those nearest to a time that was taken, then one of each arrival band.

    It is the band's first, or the first on `device_id` where that has one in the band.
    """
    choices = [as_choice(opening, words, warn) for opening in nearest]
    near = {choice.value for choice in choices}
    others = one_a_band(found, words, warn, device_id=device_id)
    choices += [each for each in others if each.value not in near]
    return choices[:FIRST_SHOWN]


def as_choice(
    opening: Opening, words: Words, warn: Callable[[Opening], str] = no_warning
) -> Choice:
    """An opening in words."""
    device, band = words.devices[opening.device_id], words.band(opening.start)
    return Choice(
        start=opening.start,
        end=opening.end,
        device=device.code,
        place=" ".join(part for part in (device.building, device.floor, device.room) if part),
        operator=words.operators.get(opening.operator_id or 0, ""),
        note=_arrival(band, words.now),
        warning=warn(opening),
        is_today=opening.local_date == local_date_of(words.now, clock.hospital_zone()),
    )


def _arrival(band: Band, now: datetime) -> str:
    if band.start <= now:
        return _("arrive now")
    return _("arrive %(band)s", band=clock_range(band.start, band.end))


def choice_value(device: str, start: datetime) -> str:
    """US03@2026-11-23T08:30, the start in the hospital's time."""
    return f"{device}@{wall_clock(start)}"


def parse_choice(value: str) -> tuple[str, datetime]:
    """The device and the start of a choice. Raises InvalidError on `opening`."""
    device, _at, text = value.rpartition("@")
    start = instant_from(text)
    if start is None:
        raise InvalidError(N_("Choose one of the openings."), field="opening")
    return device, start


def instant_from(text: str) -> datetime | None:
    """The instant of 2026-11-23T08:30 in the hospital's time; None for what is none, or in no year of ours.

    A time that clocks show twice is the first of the two, as everywhere.
    """
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    if local.year not in YEARS:
        return None
    return local.replace(tzinfo=local.tzinfo or clock.hospital_zone()).astimezone(UTC)


def counted_texts(reasons: Sequence[Reason]) -> list[str]:
    """Why there is no opening, each reason with how often it applies."""
    return [_counted(reason) for reason in reasons]


def _counted(reason: Reason) -> str:
    if reason.code == LACKS_CAPABILITY.code:
        return _("%(count)s devices lack a function that this exam needs.", count=reason.count)
    if reason.count < 2:
        return sentence(reason)
    return _("%(reason)s (%(count)s ×)", reason=sentence(reason), count=reason.count)
