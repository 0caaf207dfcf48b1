"""The last weeks of trial data day by day: who came, who did not, who cancelled, and what was examined.

It makes the rows as the department's own steps would have left them; writing them is services/trial_days.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from tracker.domain.horizon import DayBlock, blocks_to_open
from tracker.domain.lifecycle import Status, Step
from tracker.domain.supply import MINUTE
from tracker.drivers.kinds import Kind, service_minutes
from tracker.drivers.trial_leads import share_missed
from tracker.drivers.trial_times import Department, PlannedTime, PlannedTimes, minutes_of
from tracker.drivers.trial_troubles import Searches
from tracker.services.trial_days import PastClosure, PastDay
from tracker.writes.trial_rows import PastBooking, PastStep, PerformedExam

_EXAMINED = 0.945
"""Share of bookings that are examined."""
_LEFT_WAITING = 0.004
_ENTERED_LATER = 0.008
_PACE = {"musculoskeletal": 1.4, "gastrointestinal": 0.75}
"""Exam types that take longer, or less long, than their standard minutes."""
_CANCELLED = {"患者要求": 9, "患者生病": 4, "准备不符合要求（未空腹、膀胱）": 3, "重复预约": 1}
_LEFT = "候诊时间长，自行离开"
_MISSED = {"": 14, "电话无人接听": 4, "记错时间": 2, "已在外院检查": 1}
_LATER = ("系统维护期间手工登记，事后补录", "床旁检查，事后补录")

_Span = tuple[datetime, datetime]


@dataclass
class _Day:
    """What a day has come to: from when each machine (id) is free, bookings, exams."""

    local_date: date
    free: dict[int, datetime] = field(default_factory=dict)
    bookings: list[PastBooking] = field(default_factory=list)
    exams: list[PerformedExam] = field(default_factory=list)


class WorkedDays:
    """Makes one working day after the other; bookings are numbered through."""

    def __init__(self, rng: random.Random, department: Department) -> None:
        self._rng, self._of = rng, department
        self._times = PlannedTimes(rng, department)
        self._searches = Searches(rng, department.kinds, department.calendar.zone)
        self._pace = {k.exam_type_id: _PACE.get(code, 1.0) for code, _, k in department.kinds}
        self._ids = count(1)

    def day(self, local_date: date, exams: int) -> PastDay:
        """A working day on which about so many are examined, as far as the blocks have room."""
        of, day = self._of, _Day(local_date)
        blocks = blocks_to_open(
            local_date, of.pattern, standing=(), calendar=of.calendar, release=of.release
        )
        blocks.sort(key=lambda block: (block.device_id, block.starts_at))
        for planned in self._times.of_day(blocks, round(exams / _EXAMINED)):
            self._let_go(day, planned)
            self._live(day, planned)
        self._enter_later(day, [block for block in blocks if block.operator_id is not None])
        searches = list(self._searches.of_day(local_date, exams))
        return PastDay(local_date, blocks, day.bookings, day.exams, searches)

    def _let_go(self, day: _Day, planned: PlannedTime) -> None:
        """Somebody who had the time before cancels, just before it is given away again."""
        before = self._times.given_back(planned)
        at = planned.asked_at - self._seconds(60, 900)
        if before is not None and before.asked_at < at:
            self._end(day, before, _cancelled(at, self._drawn(_CANCELLED)))

    def _live(self, day: _Day, planned: PlannedTime) -> None:
        """What becomes of a booking that stands when its day comes."""
        closure = self._closure_over(planned)
        if closure is not None:
            if planned.asked_at < closure.created_at:  # later nobody could book it
                at = closure.created_at + self._seconds(60, 1500)
                self._end(day, planned, _cancelled(at, closure.reason))
            return
        if self._rng.random() < share_missed(planned.lead):
            at = planned.block.ends_at + self._seconds(1, 300)
            reason = self._drawn(_MISSED)
            self._end(day, planned, PastStep(Status.NO_SHOW, at, Step.NO_SHOW, reason))
            return
        early = timedelta(seconds=round(self._rng.gauss(20, 12) * 60))
        arrived = PastStep(
            Status.ARRIVED,
            max(planned.asked_at + 4 * MINUTE, planned.starts_at - early),
            Step.ARRIVE,
        )
        if self._rng.random() < _LEFT_WAITING:
            at = max(arrived.at, planned.starts_at) + self._seconds(600, 2400)
            self._end(day, planned, arrived, _cancelled(at, _LEFT))
            return
        self._examine(day, planned, arrived)

    def _examine(self, day: _Day, planned: PlannedTime, arrived: PastStep) -> None:
        """The machine takes one after the other; who comes early is taken early where it is free."""
        device_id = planned.block.device_id
        ready_at = max(arrived.at + self._seconds(20, 60), planned.block.opens_at)
        started_at = max(day.free.get(device_id, ready_at), ready_at)
        minutes = (
            service_minutes(self._rng, planned.kind.minutes) * self._pace[planned.kind.exam_type_id]
        )
        ended_at = started_at + timedelta(seconds=max(60, round(minutes * 60)))
        day.free[device_id] = ended_at + self._seconds(5, 30)
        begun = PastStep(Status.IN_PROGRESS, started_at, Step.START)
        done = PastStep(Status.COMPLETED, ended_at, Step.FINISH)
        booking = self._end(day, planned, arrived, begun, done)
        self._log(day, planned.block, planned.kind, (started_at, ended_at), booking)

    def _end(self, day: _Day, planned: PlannedTime, *steps: PastStep) -> PastBooking:
        """The booking with these steps after the first; an early finish gives the rest of its time back."""
        at = {step.status: step.at for step in steps}
        until = min(planned.ends_at, at.get(Status.COMPLETED, planned.ends_at))
        assert planned.block.operator_id is not None
        booking = PastBooking(
            id=next(self._ids),
            block=planned.place,
            patient_id=planned.patient_id,
            exam_type_id=planned.kind.exam_type_id,
            stream_id=planned.kind.stream_id,
            device_id=planned.block.device_id,
            operator_id=planned.block.operator_id,
            local_date=day.local_date,
            starts_at=planned.starts_at,
            ends_at=planned.ends_at,
            device_ends_at=max(planned.starts_at, until),
            steps=(PastStep(Status.BOOKED, planned.asked_at, "book"), *steps),
            arrived_at=at.get(Status.ARRIVED),
            started_at=at.get(Status.IN_PROGRESS),
        )
        day.bookings.append(booking)
        return booking

    def _enter_later(self, day: _Day, blocks: Sequence[DayBlock]) -> None:
        """A few exams whose times nobody clicked: they were entered when they were over."""
        for _ in range(round(len(day.exams) * _ENTERED_LATER)):
            block = self._rng.choice(blocks)
            kind = self._times.kind_for(block)
            patient_id = self._times.somebody_for(kind)
            if patient_id is not None:
                start = block.opens_at + self._rng.randrange(minutes_of(block)) * MINUTE
                self._log(day, block, kind, (start, start + kind.minutes * MINUTE), patient_id)

    def _log(
        self, day: _Day, block: DayBlock, kind: Kind, span: _Span, of: PastBooking | int
    ) -> None:
        """Log an exam of a booking, or one entered later of a patient (id)."""
        assert block.operator_id is not None
        start, end = span
        is_booked = isinstance(of, PastBooking)
        day.exams.append(
            PerformedExam(
                number=f"H{day.local_date:%Y%m%d}{len(day.exams) + 1:05d}",
                patient_id=of.patient_id if isinstance(of, PastBooking) else of,
                exam_type_id=kind.exam_type_id,
                stream_id=kind.stream_id,
                device_id=block.device_id,
                operator_id=block.operator_id,
                started_at=start,
                ended_at=end,
                local_date=day.local_date,
                minutes=round((end - start) / MINUTE),
                points_hundredths=kind.points_hundredths,
                booking_id=of.id if isinstance(of, PastBooking) else None,
                entered_reason="" if is_booked else self._rng.choice(_LATER),
            )
        )

    def _closure_over(self, planned: PlannedTime) -> PastClosure | None:
        for each in self._of.closures:
            is_here = each.device_id in (None, planned.block.device_id)
            if is_here and each.starts_at < planned.ends_at and planned.starts_at < each.ends_at:
                return each
        return None

    def _drawn(self, reasons: Mapping[str, int]) -> str:
        return self._rng.choices(list(reasons), list(reasons.values()))[0]

    def _seconds(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self._rng.randint(least, most))


def _cancelled(at: datetime, reason: str) -> PastStep:
    return PastStep(Status.CANCELLED, at, Step.CANCEL, reason)
