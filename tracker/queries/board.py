"""The board: what every device does at this moment, in four statements. Names are masked by who shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from tracker import clock
from tracker.domain.interval import runs, span_mask
from tracker.domain.lateness import Turn, expected_starts
from tracker.domain.lifecycle import Status
from tracker.domain.supply import MINUTE, DeviceDay
from tracker.domain.workcalendar import local_date_of
from tracker.queries.board_rows import devices_today, last_ends_today, turns_today
from tracker.queries.occupancy import RunningDay, decode_day, expected_end
from tracker.queries.settings import department_settings

_Row = Any
"""A row of board_rows; its columns are named there."""

FREE, CLOSED = "free", "closed"
CLOSURE, HOURS = "closure", "hours"


@dataclass(frozen=True, slots=True)
class BoardBooking:
    """The booking that runs on a device, or the one whose turn is next."""

    id: int
    status: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    is_added: bool
    patient_name: str
    exam_type: str
    exam_type_zh: str
    exam_type_en: str


@dataclass(frozen=True, slots=True)
class BoardDevice:
    """A device now. Instants are aware UTC.

    `since` and `until`: in use, from the start to the expected end; closed, the closure or the hours
    without work (None: not today); free, since the last exam and until the plan wants the device.
    `closed_by` is "closure", "hours" (no working hours now) or "". `late_minutes`: how late the device
    runs. `free_minutes`: what is left to book today. `waiting`: patients who have arrived for it.
    `idle_minutes`: for how long none of them was started, once that is long enough to be told; else 0.
    `waiting_starts`: when each of them is expected to be started; `next_start`: the same of `next` (None:
    he should have been here by now).
    """

    device: str
    name: str
    building: str
    floor: str
    room: str
    is_portable: bool
    state: Literal["free", "in_use", "closed"]
    closed_by: str
    closure_reason: str
    since: datetime | None
    until: datetime | None
    late_minutes: int
    free_minutes: int
    waiting: int
    waiting_starts: tuple[datetime, ...]
    idle_minutes: int
    running: BoardBooking | None
    next: BoardBooking | None
    next_start: datetime | None

    @property
    def exam_type(self) -> str | None:
        """The code of the exam type in progress."""
        return None if self.running is None else self.running.exam_type


def board(session: Session, *, now: datetime) -> tuple[BoardDevice, ...]:
    """Every device in service, in the department's order, as it is at `now`. Four statements."""
    today = local_date_of(now, clock.hospital_zone())
    devices = devices_today(session, today=today, now=now)
    running: dict[int, _Row] = {}
    queues: dict[int, list[_Row]] = {}
    for row in turns_today(session, today=today, now=now):
        if row.status == Status.IN_PROGRESS:
            running[row.device_id] = row
        else:
            queues.setdefault(row.device_id, []).append(row)
    last = last_ends_today(session, today=today)
    patience = department_settings(session).no_start_minutes
    moment = _Moment(now, today, running, queues, last, patience)
    return tuple(_as_board_device(row, moment) for row in devices)


@dataclass(frozen=True, slots=True)
class _Moment:
    """What was read for all devices at once, by device id."""

    now: datetime
    today: date
    running: Mapping[int, _Row]
    queues: Mapping[int, Sequence[_Row]]
    last_ended: Mapping[int, datetime]
    patience_minutes: int


def _as_board_device(row: _Row, moment: _Moment) -> BoardDevice:
    running, queue = moment.running.get(row.id), moment.queues.get(row.id, ())
    waiting = queue[0] if queue else None
    held = {} if running is None else {row.id: _expected_end(running, moment.now)}
    day = decode_day(
        (row.id, moment.today), (row.busy, row.closed, row.blocks), RunningDay({}, held)
    )
    state, since, until = _state(row, day, moment)
    busy_until = until if state != FREE else None
    starts = _expected_starts(queue, busy_until or _this_minute(moment.now), moment.now)
    return BoardDevice(
        device=row.code,
        name=row.name,
        building=row.building,
        floor=row.floor,
        room=row.room,
        is_portable=row.is_portable,
        state=state,
        closed_by="" if state != CLOSED else (HOURS if row.closed_until is None else CLOSURE),
        closure_reason=row.reason or "",
        since=since,
        until=until,
        late_minutes=_late_minutes(running, waiting, moment.now),
        free_minutes=_free(day, moment.now).bit_count(),
        waiting=0 if waiting is None else waiting.waiting,
        waiting_starts=_of_those_here(queue, starts),
        idle_minutes=_idle_minutes(day, waiting, moment) if state == FREE else 0,
        running=_as_booking(running),
        next=_as_booking(waiting),
        next_start=None if waiting is None else starts.get(waiting.id),
    )


def _expected_starts(
    queue: Sequence[_Row], free_at: datetime, now: datetime
) -> dict[int, datetime]:
    turns = [
        Turn(row.id, row.starts_at, row.ends_at, row.arrived_at, row.is_added) for row in queue
    ]
    return expected_starts(turns, now=now, free_at=free_at)


def _of_those_here(queue: Sequence[_Row], starts: Mapping[int, datetime]) -> tuple[datetime, ...]:
    return tuple(sorted(starts[row.id] for row in queue if row.arrived_at is not None))


def _this_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def _state(
    row: _Row, day: DeviceDay, moment: _Moment
) -> tuple[Literal["free", "in_use", "closed"], datetime | None, datetime | None]:
    """What the device does, since when and until when."""
    running = moment.running.get(row.id)
    if running is not None:
        return "in_use", running.started_at, _expected_end(running, moment.now)
    if row.closed_until is not None:
        return "closed", row.closed_at, row.closed_until
    minute = day.minute_of(moment.now)
    worked = [(block.starts, block.ends) for block in day.blocks]
    if not any(starts <= minute < ends for starts, ends in worked):
        over = max((ends for _, ends in worked if ends <= minute), default=None)
        begins = min((starts for starts, _ in worked if starts > minute), default=None)
        return "closed", _instant(day, over), _instant(day, begins)
    planned = next((end for start, end in runs(_free(day, moment.now)) if start == minute), None)
    return "free", moment.last_ended.get(row.id), _instant(day, planned)


def _instant(day: DeviceDay, minute: int | None) -> datetime | None:
    return None if minute is None else day.instant_of(minute)


def _free(day: DeviceDay, now: datetime) -> int:
    """The minutes of today that can still be booked on the device."""
    worked = 0
    for block in day.blocks:
        worked |= block.mask
    passed = span_mask(0, max(day.minute_of(now), day.held_until))
    free: int = worked & ~day.closed & ~day.busy & ~passed
    return free


def _late_minutes(running: _Row | None, waiting: _Row | None, now: datetime) -> int:
    """Minutes since the running exam should have ended, or the first patient here been started."""
    due = [] if running is None else [running.ends_at]
    if waiting is not None and waiting.first_due is not None:
        due.append(waiting.first_due)
    late: int = max([0, *((now - instant) // MINUTE for instant in due)])
    return late


def _idle_minutes(day: DeviceDay, waiting: _Row | None, moment: _Moment) -> int:
    """Working minutes without a start while somebody who has arrived waits; 0 below the limit."""
    if waiting is None or waiting.waits_since is None:
        return 0
    minute = day.minute_of(moment.now)
    begun = next(block.starts for block in day.blocks if block.starts <= minute < block.ends)
    ended = moment.last_ended.get(day.device_id, waiting.waits_since)
    idle: int = (moment.now - max(waiting.waits_since, ended, day.instant_of(begun))) // MINUTE
    return idle if idle >= moment.patience_minutes else 0


def _expected_end(running: _Row, now: datetime) -> datetime:
    return expected_end(running.starts_at, running.ends_at, running.started_at, now)


def _as_booking(row: _Row | None) -> BoardBooking | None:
    if row is None:
        return None
    return BoardBooking(
        id=row.id,
        status=row.status,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        started_at=row.started_at,
        is_added=row.is_added,
        patient_name=row.patient_name,
        exam_type=row.exam_type,
        exam_type_zh=row.exam_type_zh,
        exam_type_en=row.exam_type_en,
    )
