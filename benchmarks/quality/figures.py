"""What is measured of a fortnight, and the days as they really go on each machine. The yardstick lives here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from benchmarks.quality.asking import Ask
from benchmarks.quality.department import FASTING_ENDS, ZONE, Department
from benchmarks.quality.fortnight import Placed
from tracker.domain.interval import runs
from tracker.domain.supply import DeviceDay
from tracker.domain.workcalendar import instant_of

WEIGHT = {"outpatient": 1.0, "medical_exam": 1.2, "cadre_ward": 2.0}
LATE = 0.5  # of the value, for an exam after its stream's goal


def value_of(ask: Ask, start: datetime) -> float:
    """Minutes × the stream's weight, half of it after the goal; nothing for who does not come."""
    if not ask.comes:
        return 0.0
    return ask.kind.minutes * WEIGHT[ask.stream.code] * (1.0 if start <= ask.due else LATE)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one run."""

    value: float
    ward_in_time: float
    fasting_in_time: float
    lost_in_gaps: float
    overtime_minutes: float
    used: float
    served: float
    wait_hours: float


def measure(
    department: Department, asks: list[Ask], placed: list[Placed], days: Iterable[DeviceDay]
) -> Figures:
    """All figures of one run."""
    ends, starts, overtime = _as_it_goes(placed)
    coming = [ask for ask in asks if ask.comes]
    at = {each.ask.number: each for each in placed}
    ward = [ask for ask in coming if ask.stream.goal_hours is not None]
    in_time = [a for a in ward if a.number in starts and starts[a.number] <= a.due]
    fasting = [a for a in coming if a.kind.is_fasting and a.number in ends]
    fasted = [a for a in fasting if ends[a.number] <= FASTING_ENDS]
    open_minutes = department.open_minutes
    scraps = sum(
        end - start
        for day in days
        for block in day.blocks
        for start, end in runs(block.mask & ~day.busy)
        if end - start < department.shortest_minutes
    )
    planned = sum(each.ask.kind.minutes for each in placed if not each.added)
    return Figures(
        value=sum(value_of(each.ask, each.start) for each in placed),
        ward_in_time=len(in_time) / len(ward),
        fasting_in_time=len(fasted) / max(1, len(fasting)),
        lost_in_gaps=scraps / open_minutes,
        overtime_minutes=sum(overtime.values()) / len(overtime),
        used=planned / open_minutes,
        served=sum(ask.number in at for ask in coming) / len(coming),
        wait_hours=sum(map(_wait_hours, placed)) / len(placed),
    )


def _wait_hours(placed: Placed) -> float:
    """From when it was wanted: asked for, or 08:00 of the day from which it was wished for."""
    wished = instant_of(placed.ask.earliest, time(8), ZONE)
    return (placed.start - max(placed.ask.asked_at, wished)) / timedelta(hours=1)


def _as_it_goes(
    placed: list[Placed],
) -> tuple[dict[int, float], dict[int, datetime], dict[tuple[int, object], float]]:
    """Minute of the end and instant of the start by ask, and minutes after 17:00 by machine and day.

    Of the patients who are there a machine takes the one who is planned first; nobody starts before 08:00 or 13:30.
    """
    by_day: dict[tuple[int, object], list[Placed]] = defaultdict(list)
    for each in placed:
        if each.ask.comes:
            by_day[each.device_id, each.local_date].append(each)
    ends: dict[int, float] = {}
    starts: dict[int, datetime] = {}
    overtime = {}
    for key, patients in by_day.items():
        free = 0.0
        for opens, closes in ((480, 720), (810, 1020)):
            here = [p for p in patients if opens <= p.minute < closes]
            free = max(free, opens)
            while here:
                there = [p for p in here if _arrives(p) <= free]
                if not there:
                    free = min(_arrives(p) for p in here)
                    continue
                next_one = min(there, key=lambda p: (p.minute, p.ask.number))
                here.remove(next_one)
                starts[next_one.ask.number] = next_one.start + timedelta(
                    minutes=free - next_one.minute
                )
                free += next_one.ask.service_minutes
                ends[next_one.ask.number] = free
        overtime[key] = max(0.0, free - 1020)
    return ends, starts, overtime


def _arrives(placed: Placed) -> float:
    asked = placed.minute if placed.added else placed.minute - placed.ask.early_minutes
    midnight = placed.start - timedelta(minutes=placed.minute)
    return max(asked, (placed.ask.asked_at - midnight) / timedelta(minutes=1))
