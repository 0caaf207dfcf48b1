"""What happened to a booking, in words: each row of its history as one line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from tracker.queries.bookings import HistoryStep
from tracker.web.filters import clock, short_day


@dataclass(frozen=True, slots=True)
class Line:
    """One step: from which status to which, what else changed, who, when, why."""

    at: datetime
    from_status: str | None
    to_status: str
    words: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What the ids of a history stand for: devices' codes and patients' numbers."""

    devices: Mapping[int, str]
    patients: Mapping[int, str]


def story_of(steps: Iterable[HistoryStep], codes: Codes) -> list[Line]:
    """The history, oldest first."""
    return [
        Line(step.at, step.from_status, step.to_status, _words(step, codes), step.by, step.reason)
        for step in steps
    ]


def patients_in(steps: Iterable[HistoryStep]) -> set[int]:
    """The ids of the patients between whom a booking was handed over."""
    sides = (_sides(step.change.get("patient_id")) for step in steps)
    return {side for both in sides for side in both if isinstance(side, int)}


def _words(step: HistoryStep, codes: Codes) -> str:
    devices = codes.devices
    starts, device = step.change.get("starts_at"), step.change.get("device_id")
    if step.from_status is None:
        return _place(starts, device, devices)
    if starts is None and device is None:
        return _flag(step) or _operator(step) or _patient(step, codes.patients)
    before, after = zip(_sides(starts), _sides(device), strict=True)
    return f"{_place(*before, devices)} → {_place(*after, devices)}"


def earlier_places(
    steps: Iterable[HistoryStep], start: datetime, device_id: int
) -> Iterator[tuple[datetime, int]]:
    """Where and when a booking stood before each of its moves, latest first; it stands at `start` now."""
    for step in reversed(list(steps)):
        old_start = _sides(step.change.get("starts_at"))[0]
        old_device = _sides(step.change.get("device_id"))[0]
        if isinstance(old_start, str):
            start = datetime.fromisoformat(old_start)
        if isinstance(old_device, int):
            device_id = old_device
        if old_start is not None or old_device is not None:
            yield start, device_id


def _flag(step: HistoryStep) -> str:
    is_flagged = _sides(step.change.get("is_flagged"))[1]
    if is_flagged is None:
        return ""
    return _("Flagged") if is_flagged else _("No longer flagged")


def _operator(step: HistoryStep) -> str:
    change = step.change.get("operator_id")
    if change is None:
        return ""
    return _("No operator named") if _sides(change)[1] is None else _("Another operator")


def _patient(step: HistoryStep, patients: Mapping[int, str]) -> str:
    before, after = _sides(step.change.get("patient_id"))
    if not (isinstance(before, int) and isinstance(after, int)):
        return ""
    return _("Patient: %(before)s → %(after)s", before=patients[before], after=patients[after])


def _sides(change: object) -> tuple[object, object]:
    """What a column was and is; nothing where it did not change."""
    return (change[0], change[1]) if isinstance(change, list) and len(change) == 2 else (None, None)


def _place(starts: object, device: object, devices: Mapping[int, str]) -> str:
    words = []
    if isinstance(starts, str):
        instant = datetime.fromisoformat(starts)
        words.append(f"{short_day(instant)} {clock(instant)}")
    if isinstance(device, int):
        words.append(devices.get(device, str(device)))
    return " ".join(words)
