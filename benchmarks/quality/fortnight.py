"""A fortnight of booking on a virtual clock: asks, cancellations, people who ask again, walk-ins squeezed in.

The same for every policy; what differs is the policy's reserves and ranking. Nothing is known before it happens.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from benchmarks.quality.asking import Ask
from benchmarks.quality.department import CALENDAR, FASTING_ENDS, ZONE, Department
from benchmarks.quality.policies import Policy
from tracker.domain.openings import Window, openings_for
from tracker.domain.ranking import DeviceStanding, Ranking
from tracker.domain.rules import is_bookable
from tracker.domain.supply import (
    BlockLoad,
    DeviceDay,
    ExamRequest,
    Opening,
    with_added,
    with_booking,
    without_booking,
)
from tracker.domain.workcalendar import day_start, instant_of, local_date_of

ASK_AGAIN = (time(8), time(10), time(13, 30), time(15, 30))
NO_SHOW_AFTER = 15  # minutes after which a patient who is not there is marked [assumed]
ADDED_CAP = 4  # the department's setting


@dataclass(frozen=True, slots=True)
class Placed:
    """An ask that got a time: `minute` of the day; an added one stands beside the plan."""

    ask: Ask
    device_id: int
    local_date: date
    block_id: int
    minute: int
    start: datetime
    added: bool = False


class Fortnight:
    """The state of one run."""

    def __init__(self, department: Department, policy: Policy) -> None:
        self.department = department
        self.policy = policy
        ranking = department.ranking()
        self.ranking = ranking if policy.ranked else Ranking(by_number(ranking.standing))
        self.days: dict[date, dict[int, DeviceDay]] = defaultdict(dict)
        for day in policy.keep(department, department.days()):
            self.days[day.local_date][day.device_id] = day
        self.placed: dict[int, Placed] = {}
        self.waiting: list[Ask] = []
        self.lost: dict[int, int] = defaultdict(int)  # block → minutes of today's no-shows
        self._missed: list[tuple[datetime, int]] = []
        self._cancelling: list[tuple[datetime, int]] = []

    def run(self, asks: list[Ask]) -> list[Placed]:
        """Book everything in the order of time; who was placed, by start."""
        again = sorted(
            instant_of(day, at, ZONE) for day in self.department.dates for at in ASK_AGAIN
        )
        turn = 0
        for ask in asks:
            while turn < len(again) and again[turn] <= ask.asked_at:
                self._ask_again(again[turn])
                turn += 1
            self._pass_time(ask.asked_at)
            if not self.place(ask, ask.asked_at):
                self.waiting.append(ask)
        for now in again[turn:]:
            self._ask_again(now)
        return sorted(self.placed.values(), key=lambda each: (each.start, each.device_id))

    def _ask_again(self, now: datetime) -> None:
        self._pass_time(now)
        today = local_date_of(now, ZONE)
        waiting = [
            ask
            for ask in self.waiting
            if ask.latest >= today and (ask.cancels_at is None or ask.cancels_at > now)
        ]
        self.waiting = []
        in_vain: set[tuple[object, ...]] = set()  # times only go: nobody alike can find one
        for ask in waiting:
            alike = (ask.kind.id, ask.stream.id, max(ask.earliest, today), ask.latest)
            if alike in in_vain or not self.place(ask, now):
                in_vain.add(alike)
                self.waiting.append(ask)

    def _pass_time(self, now: datetime) -> None:
        """What has happened until now: patients have cancelled, others have not come."""
        while self._cancelling and self._cancelling[0][0] <= now:
            self._free(self.placed.pop(heapq.heappop(self._cancelling)[1]))
        while self._missed and self._missed[0][0] <= now:
            placed = self.placed[heapq.heappop(self._missed)[1]]
            self.lost[placed.block_id] += placed.ask.kind.minutes

    def place(self, ask: Ask, now: datetime) -> bool:
        """Book the first opening of the first day that has one, or squeeze the patient in today."""
        request = self._request(ask)
        today = local_date_of(now, ZONE)
        first_day = max(ask.earliest, today)
        for local_date in CALENDAR.working_days(first_day, ask.latest):
            if self.place_on(ask, local_date, now):
                return True
            if local_date == today and self._squeeze(ask, request, now):
                return True
        return False

    def place_on(self, ask: Ask, local_date: date, now: datetime) -> bool:
        """Book the first opening of a date; False: there is none."""
        request = self._request(ask)
        due = ask.due if ask.stream.goal_hours is not None else None
        found = openings_for(
            request,
            [day for i, day in self.days[local_date].items() if i in request.device_ids],
            now=now,
            limit=1,
            ranking=replace(self.ranking, is_fasting=ask.kind.is_fasting, due=due),
            window=_window(ask),
        ).openings
        if found:
            self._take(_placed(ask, found[0], self.days[local_date]))
        return bool(found)

    def _request(self, ask: Ask) -> ExamRequest:
        return ExamRequest(
            exam_type_id=ask.kind.id,
            stream_id=ask.stream.id,
            duration_minutes=ask.kind.minutes,
            observation_minutes=ask.kind.observation_minutes,
            device_ids=ask.kind.device_ids,
            shortest_minutes=self.department.shortest_minutes,
        )

    def _take(self, placed: Placed) -> None:
        ask, day = placed.ask, self.days[placed.local_date][placed.device_id]
        assert not is_bookable(self._request(ask), day, placed.start, now=placed.start)
        span = (placed.minute, placed.minute + ask.kind.minutes)
        self.days[placed.local_date][placed.device_id] = with_booking(
            day, block_id=placed.block_id, stream_id=ask.stream.id, span=span
        )
        self.placed[ask.number] = placed
        if ask.cancels_at is not None and ask.cancels_at < placed.start:
            heapq.heappush(self._cancelling, (ask.cancels_at, ask.number))
        elif not ask.comes:
            seen = placed.start + timedelta(minutes=NO_SHOW_AFTER)
            heapq.heappush(self._missed, (seen, ask.number))

    def _free(self, placed: Placed) -> None:
        ask, day = placed.ask, self.days[placed.local_date][placed.device_id]
        self.days[placed.local_date][placed.device_id] = without_booking(
            day,
            block_id=placed.block_id,
            stream_id=ask.stream.id,
            span=(placed.minute, placed.minute + ask.kind.minutes),
        )

    def _squeeze(self, ask: Ask, request: ExamRequest, now: datetime) -> bool:
        """Add a patient who is here where another has not come: only minutes that were lost are used again."""
        if ask.kind.is_fasting and self._minute(now) + ask.kind.minutes > FASTING_ENDS:
            return False
        for day, block in self._blocks_now(now):
            fits = day.device_id in request.device_ids and ask.kind.id in block.exam_type_ids
            if fits and self.lost[block.block_id] >= ask.kind.minutes and block.added < ADDED_CAP:
                self.lost[block.block_id] -= ask.kind.minutes
                at = local_date_of(now, ZONE)
                self.days[at][day.device_id] = with_added(day, block_id=block.block_id, count=1)
                self.placed[ask.number] = Placed(
                    ask, day.device_id, at, block.block_id, day.minute_of(now), now, added=True
                )
                return True
        return False

    def _blocks_now(self, now: datetime) -> Iterator[tuple[DeviceDay, BlockLoad]]:
        for day in self.days[local_date_of(now, ZONE)].values():
            minute = day.minute_of(now)
            for block in day.blocks:
                if block.starts <= minute < block.ends:
                    yield day, block

    def _minute(self, now: datetime) -> int:
        return int((now - day_start(local_date_of(now, ZONE), ZONE)) / timedelta(minutes=1))


def _window(ask: Ask) -> Window | None:
    """The desk books fasting exams so that they end within the fasting window (order rule 1)."""
    return Window(0, FASTING_ENDS - ask.kind.minutes + 1) if ask.kind.is_fasting else None


def _placed(ask: Ask, opening: Opening, days: Mapping[int, DeviceDay]) -> Placed:
    minute = days[opening.device_id].minute_of(opening.start)
    return Placed(
        ask, opening.device_id, opening.local_date, opening.block_id, minute, opening.start
    )


def by_number(standing: Mapping[int, DeviceStanding]) -> dict[int, DeviceStanding]:
    """Every device as good as any other: the first of the list is taken."""
    return {device: replace(each, pressure=0) for device, each in standing.items()}
