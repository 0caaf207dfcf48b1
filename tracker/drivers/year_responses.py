"""What the department of a simulated year does about its troubles: it closes and reopens machines, moves or keeps
their bookings, and has somebody else take over from a doctor who falls ill.

Each may be done again from the middle, when a run was stopped there.
"""

import functools
from datetime import date, datetime, timedelta

from tracker import clock
from tracker.db import read_session
from tracker.domain.errors import DomainError
from tracker.drivers.agenda import Turn
from tracker.drivers.year_course import Course
from tracker.drivers.year_patients import Patients
from tracker.drivers.year_troubles import Absence, Breakdown, absences, breakdowns
from tracker.queries.exam_types import exam_types
from tracker.queries.simulation import (
    Shift,
    Shut,
    flagged_on,
    shifts,
    standing_closures,
    was_taken_over,
)
from tracker.queries.staff import StaffRow, staff_members
from tracker.services.blocks import BlockValues, change_block
from tracker.services.closures import Closing, close, lift
from tracker.services.taking_over import Takeover, take_over_machine

_WITHIN = 5
"""Working days within which a patient whose machine is closed gets another time; else he is called off."""


class Responses:
    """The head of the department, in the morning and whenever something breaks."""

    def __init__(self, course: Course, patients: Patients) -> None:
        self._course = course
        self._patients = patients
        with read_session() as session:
            self._doctors = staff_members(session, kind="doctor")
            self._codes = [doctor.code for doctor in self._doctors]
            self._certified = frozenset(e.code for e in exam_types(session) if e.needs_competence)

    def note_day(self, day: date, after: datetime | None = None) -> None:
        """Note everything that goes wrong on a working day, as far as it comes after an instant."""
        course, zone = self._course, clock.hospital_zone()
        if day < course.demand.year.first:
            return
        year, devices = course.demand.year, list(course.codes.values())
        for each in breakdowns(year, day, devices, zone):
            self._note_breakdown(each, after)
        for number, absence in enumerate(absences(year, day, self._codes, zone)):
            if after is None or absence.at >= after:
                act = functools.partial(self._cover, absence)
                course.agenda.note(absence.at, Turn.TROUBLE, 100 + number, act)

    def _note_breakdown(self, trouble: Breakdown, after: datetime | None) -> None:
        line = int("".join(filter(str.isdigit, trouble.device)) or 0)
        if after is None or trouble.at >= after:
            act = functools.partial(self._break, trouble)
            self._course.agenda.note(trouble.at, Turn.TROUBLE, line, act)
        if trouble.mended < trouble.until and (after is None or trouble.mended >= after):
            mend = functools.partial(self._mend, trouble)
            self._course.agenda.note(trouble.mended, Turn.TROUBLE, line, mend)

    def take_up(self, stopped_at: datetime) -> None:
        """The closures of an earlier run."""
        with read_session() as session:
            standing = standing_closures(session, stopped_at)
        for shut in standing:
            self._course.rooms.close(shut.device_id, shut.starts_at, shut.ends_at)

    def _break(self, trouble: Breakdown, now: datetime) -> None:
        closing = Closing(
            device=trouble.device,
            start=now,
            end=trouble.until,
            reason="broken down",
            bookings="flag" if trouble.keeps else "move",
        )
        self._close(closing, now)

    def _close(self, closing: Closing, now: datetime) -> None:
        """Close; whoever could not be moved within the day gets another day, unless bookings are to be kept."""
        shut = self._standing(closing, now)
        if shut is None:
            closed = close(closing, by=self._course.by, now=now)
            self._course.counts["closed"] += 1
            self._course.counts["moved"] += len(closed.moved)
            shut = self._standing(closing, now)
            assert shut is not None  # it has just been made
            self._course.rooms.close(shut.device_id, closing.start, closing.end)
            self._patients.told(closed.moved, now)
        if closing.bookings == "flag":
            return
        with read_session() as session:
            stranded = flagged_on(session, shut)
        today = self._course.today(now)
        days = today + timedelta(days=1), self._course.calendar.add_working_days(today, _WITHIN)
        for booking_id in stranded:
            if not self._patients.move(booking_id, days, now, reason=closing.reason):
                self._patients.cancel(booking_id, closing.reason, now)

    def _standing(self, closing: Closing, now: datetime) -> Shut | None:
        """The closure as it stands, made at this very instant."""
        with read_session() as session:
            standing = standing_closures(session, now)
        codes = self._course.codes
        return next(
            (
                shut
                for shut in standing
                if (shut.created_at, shut.starts_at, codes[shut.device_id])
                == (now, closing.start, closing.device)
            ),
            None,
        )

    def _mend(self, trouble: Breakdown, now: datetime) -> None:
        with read_session() as session:
            standing = standing_closures(session, now)
        for shut in standing:
            if (
                shut.created_at == trouble.at
                and self._course.codes[shut.device_id] == trouble.device
            ):
                lift(shut.id, by=self._course.by, now=now)
                self._course.rooms.reopen(shut.device_id, now)

    # --- a doctor is missing

    def _cover(self, absence: Absence, now: datetime) -> None:
        """Every block that the doctor has left today goes to somebody free and able; else it is closed."""
        with read_session() as session:
            begun = was_taken_over(session, now)
            today = shifts(session, self._course.today(now))
        for shift in today:
            is_left = shift.ends_at > now and (shift.starts_at > now or not begun)
            if shift.operator == absence.doctor and is_left:
                self._give(shift, absence.doctor, now)

    def _give(self, shift: Shift, missing: str, now: datetime) -> None:
        doctor = self._free_doctor(shift, missing, now)
        if doctor is not None and self._is_given(shift, doctor, now):
            return
        begins = max(now, shift.starts_at)
        closing = Closing(shift.device, begins, shift.ends_at, "the doctor fell ill", "move")
        self._close(closing, now)

    def _is_given(self, shift: Shift, doctor: StaffRow, now: datetime) -> bool:
        """A block to come changes as it is; one that runs is taken over."""
        try:
            if shift.starts_at > now:
                values = BlockValues(operator=doctor.code, exam_types=shift.exam_types)
                change_block(shift.block_id, values, by=self._course.by, now=now)
            else:
                takeover = Takeover(shift.device, doctor.code, "the doctor fell ill")
                take_over_machine(takeover, by=self._course.by, now=now)
        except DomainError:
            return False
        return True

    def _free_doctor(self, shift: Shift, missing: str, now: datetime) -> StaffRow | None:
        """A doctor who is well, has no block that meets this one, and may do all that it takes."""
        course = self._course
        with read_session() as session:
            today = shifts(session, course.today(now))
        busy = {
            each.operator
            for each in today
            if each.starts_at < shift.ends_at and each.ends_at > max(now, shift.starts_at)
        }
        zone, day = clock.hospital_zone(), course.today(now)
        ill = {
            a.doctor for a in absences(course.demand.year, day, self._codes, zone) if a.at <= now
        }
        needed = shift.exam_types & self._certified
        return next(
            (
                doctor
                for doctor in self._doctors
                if doctor.code not in busy | ill | {missing} and needed <= doctor.competences
            ),
            None,
        )
