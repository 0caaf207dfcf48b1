"""The department of the starting data as domain values: types, machines, doctors, a fortnight of blocks. No rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tracker.domain.horizon import PatternBlock, blocks_to_open, minutes_offered
from tracker.domain.ranking import (
    DeviceStanding,
    Ranking,
    RankingWeights,
    pressure_of,
    scarcity_of,
)
from tracker.domain.supply import BlockLoad, DeviceDay
from tracker.domain.weeklypattern import Machine, Worker, on_duty, pair_up
from tracker.domain.workcalendar import ReleaseRule, WorkCalendar, day_start

_DATA = Path(__file__).resolve().parents[2] / "tracker" / "starting_data"
ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(ZONE, {})
FIRST_DAY = date(2026, 11, 30)
WORKING_DAYS = 10
FASTING_ENDS = 11 * 60 + 30  # minute of the day; the setting's default


@dataclass(frozen=True, slots=True)
class ExamKind:
    """An exam type as the simulation needs it; `permille` of all requests, by stream code."""

    id: int
    code: str
    minutes: int
    observation_minutes: int
    is_fasting: bool
    permille: dict[str, int]
    device_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class StreamKind:
    """A stream: its goal in working days or in working hours, when its reserve is released."""

    id: int
    code: str
    goal_days: int | None
    goal_hours: int | None
    release: ReleaseRule | None


@dataclass(frozen=True, slots=True)
class Department:
    """Everything that is the same in every fortnight; `pattern` is the plan of a week."""

    kinds: tuple[ExamKind, ...]
    streams: tuple[StreamKind, ...]
    pattern: tuple[PatternBlock, ...]

    @property
    def shortest_minutes(self) -> int:
        """Of the shortest exam type."""
        return min(kind.minutes for kind in self.kinds)

    @property
    def dates(self) -> list[date]:
        """The ten working days of the fortnight."""
        return list(CALENDAR.working_days(FIRST_DAY, FIRST_DAY + timedelta(days=13)))

    @property
    def open_minutes(self) -> int:
        """Of the fortnight."""
        return sum(block.ends - block.starts for day in self.days() for block in day.blocks)

    def days(self) -> list[DeviceDay]:
        """Every machine's ten days, empty, by date and machine."""
        release = {s.id: s.release for s in self.streams if s.release is not None}
        found: list[DeviceDay] = []
        for number, day in enumerate(self.dates):
            midnight = day_start(day, ZONE)
            opened = blocks_to_open(
                day, self.pattern, standing=(), calendar=CALENDAR, release=release
            )
            loads: dict[int, list[BlockLoad]] = {}
            for place, block in enumerate(opened):
                load = BlockLoad(
                    block_id=number * 1000 + place,
                    starts=(block.starts_at - midnight) // timedelta(minutes=1),
                    ends=(block.ends_at - midnight) // timedelta(minutes=1),
                    operator_id=block.operator_id,
                    exam_type_ids=block.exam_type_ids,
                    reserves=block.reserves,
                )
                loads.setdefault(block.device_id, []).append(load)
            found += [
                DeviceDay(device, day, midnight, blocks=tuple(loads[device]))
                for device in sorted(loads)
            ]
        return found

    def ranking(self) -> Ranking:
        """What the product ranks a request by, with the weights of a new installation."""
        demand = self.demand_minutes()
        pressure = pressure_of(demand, {kind.id: kind.device_ids for kind in self.kinds})
        return Ranking(
            {device: DeviceStanding(each, device) for device, each in pressure.items()},
            weights=RankingWeights(),
            scarcity=scarcity_of(demand, minutes_offered(self.pattern)),
            fasting_ends=FASTING_ENDS,
        )

    def demand_minutes(self) -> dict[int, int]:
        """Exam type → ‰ of demand × minutes."""
        return {kind.id: sum(kind.permille.values()) * kind.minutes for kind in self.kinds}

    def with_plan(self, pattern: Sequence[PatternBlock]) -> "Department":
        """The same department on another week of blocks."""
        return replace(self, pattern=tuple(pattern))

    def with_mix(self, factors: dict[str, float]) -> "Department":
        """The same department when some exam types are asked for more or less often than expected."""
        kinds = tuple(
            replace(
                kind,
                permille={
                    stream: round(share * factors.get(kind.code, 1.0))
                    for stream, share in kind.permille.items()
                },
            )
            for kind in self.kinds
        )
        return replace(self, kinds=kinds)


@cache
def starting_department() -> Department:
    """The department that a new installation starts with, on its default weekly blocks."""
    capable = {
        row["code"]: frozenset(
            number
            for number, device in enumerate(_read("devices"), start=1)
            if set(row["capabilities"]) <= set(device["capabilities"])
        )
        for row in _read("exam_types")
    }
    kinds = tuple(
        ExamKind(
            id=number,
            code=row["code"],
            minutes=row["minutes"],
            observation_minutes=row.get("observation_minutes", 0),
            is_fasting=row.get("is_fasting", False),
            permille=row["demand_permille"],
            device_ids=capable[row["code"]],
        )
        for number, row in enumerate(_read("exam_types"), start=1)
    )
    streams = tuple(
        StreamKind(
            id=number,
            code=row["code"],
            goal_days=row["goal_working_days"],
            goal_hours=row["goal_working_hours"],
            release=None
            if row["release_time"] is None
            else ReleaseRule(row["release_days_before"], time.fromisoformat(row["release_time"])),
        )
        for number, row in enumerate(_read("streams"), start=1)
    )
    bare = Department(kinds, streams, ())
    return replace(bare, pattern=tuple(_default_week(bare)))


def _default_week(department: Department) -> Sequence[PatternBlock]:
    """The weekly blocks as a new installation makes them: the same two functions decide."""
    pattern = _read("weekly_pattern")
    rows = _read("devices")
    machines = [
        Machine(number, frozenset(k.id for k in department.kinds if number in k.device_ids))
        for number in range(1, len(rows) + 1)
    ]
    workers, demand = _workers(department), department.demand_minutes()
    able = {worker.id: worker.exam_types for worker in workers}
    stream_id = {stream.code: stream.id for stream in department.streams}
    blocks: list[PatternBlock] = []
    for number, (weekday, part) in enumerate(product(pattern["weekdays"], _read("parts_of_day"))):
        operators = pair_up(on_duty(workers, number, len(machines)), machines, demand)
        for machine, row in zip(machines, rows, strict=True):
            kept = pattern["reserve_minutes"]["portable" if row["is_portable"] else "fixed"]
            blocks.append(
                PatternBlock(
                    id=len(blocks) + 1,
                    device_id=machine.id,
                    weekday=weekday,
                    starts=time.fromisoformat(part["starts"]),
                    ends=time.fromisoformat(part["ends"]),
                    operator_id=operators[machine.id],
                    exam_type_ids=machine.exam_types & able[operators[machine.id]],
                    reserve_minutes={stream_id[c]: m for c, m in kept[part["code"]].items()},
                )
            )
    return blocks


def _workers(department: Department) -> list[Worker]:
    special = {row["code"] for row in _read("exam_types") if row.get("needs_competence")}
    return [
        Worker(
            number,
            frozenset(
                kind.id
                for kind in department.kinds
                if kind.code not in special or kind.code in row["competences"]
            ),
        )
        for number, row in enumerate(
            (row for row in _read("staff") if row["kind"] == "doctor"), start=1
        )
    ]


def _read(name: str) -> Any:
    return json.loads((_DATA / f"{name}.json").read_text(encoding="utf-8"))
