"""What the acts of a simulated year share: the agenda, the rooms, the day's shifts and the driver's own counts."""

from collections import Counter
from datetime import date, datetime

from tracker import clock
from tracker.db import read_session
from tracker.domain.openings import Search
from tracker.domain.workcalendar import WorkCalendar, local_date_of
from tracker.drivers.agenda import Agenda
from tracker.drivers.rooms import Comer, Rooms
from tracker.drivers.trial_people import mrn_of
from tracker.drivers.year_demand import YearDemand, YearRequest
from tracker.queries.calendar import work_calendar
from tracker.queries.devices import devices
from tracker.queries.openings import Wish, find_openings
from tracker.queries.replay import Standing, standing
from tracker.queries.simulation import (
    Shift,
    last_ends,
    overtime_seconds,
    patient_id_of_mrn,
    shifts,
)
from tracker.services.run_progress import YearProgress


class UnsoundError(Exception):
    """What must hold in every virtual day does not; the text says what."""


class Course:
    """The state of a simulated year between two acts."""

    def __init__(self, demand: YearDemand, progress: YearProgress, *, by: int) -> None:
        self.demand = demand
        self.progress = progress
        self.by = by
        self.counts: Counter[str] = Counter()
        self.agenda = Agenda()
        self.rooms = Rooms(self.agenda, by=by, finished=self._count_exam)
        self.shifts: list[Shift] = []
        self.coming: dict[int, YearRequest] = {}  # by booking
        self.came: dict[int, datetime] = {}  # who is here, by booking
        self._ends: dict[tuple[int, date], datetime] = {}
        with read_session() as session:
            self.calendar: WorkCalendar = work_calendar(session)
            self.codes = {device.id: device.code for device in devices(session)}

    def today(self, now: datetime) -> date:
        """The hospital's day."""
        return local_date_of(now, clock.hospital_zone())

    def begin_day(self, day: date) -> None:
        """Read who works where today."""
        with read_session() as session:
            self.shifts = shifts(session, day)
            self._ends = last_ends(session, day)

    def standing_of(self, booking_id: int) -> Standing:
        """A booking as it is."""
        with read_session() as session:
            return standing(session, booking_id)

    def search(
        self, request: YearRequest, days: tuple[date, date], now: datetime
    ) -> tuple[Search, int | None]:
        """The best opening of these days, and the patient's id if he or she has been here before."""
        with read_session() as session:
            patient_id = patient_id_of_mrn(session, mrn_of(request.person))
            wish = Wish(
                exam_type=request.exam_type,
                stream=request.stream,
                first=max(days[0], self.today(now)),
                last=days[1],
                patient_id=patient_id,
                limit=1,
            )
            return find_openings(session, wish, now=now), patient_id

    def _count_exam(
        self, comer: Comer, found: Standing, device_id: int, started: datetime, ended: datetime
    ) -> None:
        """The driver's own count of an exam, from what it knows itself."""
        assert isinstance(comer, YearRequest)  # nobody else comes here
        stream, device, day = comer.stream, self.codes[device_id], self.today(started)
        self.coming.pop(found.booking_id, None)
        came = self.came.pop(found.booking_id, started)
        closes = self._ends.get((device_id, day))
        self.counts[f"exams|{stream}|{comer.exam_type}"] += 1
        self.counts[f"examined|{device}"] += max(0, round((ended - started).total_seconds() / 60))
        self.counts[f"wait_days|{stream}"] += (day - self.today(comer.asked_at)).days
        self.counts[f"wait_seconds|{stream}"] += int((started - came).total_seconds())
        self.counts[f"overtime|{device}"] += overtime_seconds(started, ended, closes)
