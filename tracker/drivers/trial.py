"""Trial data: made-up patients, two years of exams, accounts, and a fortnight that is filling up.

The last weeks of the two years have what stands behind exams too: working hours, bookings, searches in vain.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, product

from sqlalchemy import Engine

from tracker import clock
from tracker.db import read_session
from tracker.domain.patients import PatientFacts
from tracker.domain.roles import SYSTEM_ACCOUNT_ID, Role
from tracker.domain.workcalendar import WorkCalendar, instant_of, local_date_of
from tracker.drivers.kinds import demanded_kinds
from tracker.drivers.replay import Replay
from tracker.drivers.trial_days import WorkedDays
from tracker.drivers.trial_history import History, PastExam
from tracker.drivers.trial_openings import past_mornings
from tracker.drivers.trial_people import people
from tracker.drivers.trial_requests import FADING, Ahead, requests_ahead
from tracker.drivers.trial_times import Department
from tracker.drivers.trial_troubles import past_closures
from tracker.queries.calendar import work_calendar
from tracker.queries.exam_types import exam_types
from tracker.queries.streams import release_rules, streams
from tracker.queries.weekly_blocks import stored_pattern
from tracker.services.accounts import NewAccount, create_account
from tracker.services.run_progress import ReplayProgress
from tracker.services.settings import change_settings
from tracker.services.trial import (
    NumberedPerson,
    begin_trial,
    end_trial,
    write_exams,
    write_people,
)
from tracker.services.trial_days import (
    write_past_closures,
    write_past_day,
    write_past_mornings,
)
from tracker.writes.trial_rows import PerformedExam

Tell = Callable[[str], None]

PATIENTS = 60_000
EXAMS_A_YEAR = 190_000
YEARS = 2
WEEKS_BOOKED = 8
_BATCH_PEOPLE = 4_000
_BATCH_DAYS = 10
_SEED, _SEED_AHEAD = 20, 32
_DESK_PHONE = "000-8001"


@dataclass(frozen=True, slots=True)
class Size:
    """How much trial data: patients, exams a year, days of history, the last of them with
    bookings, and how full each coming working day is."""

    patients: int = PATIENTS
    exams_a_year: int = EXAMS_A_YEAR
    history_days: int = 365 * YEARS
    booked_days: int = 7 * WEEKS_BOOKED
    loads: tuple[float, ...] = FADING


FULL = Size()


def make_trial(password: str, *, engine: Engine, tell: Tell, size: Size = FULL) -> None:
    """Fill a database that has the starting data and no patient.

    Raises ConflictError for one that holds a patient.
    """
    now = clock.now()
    begin_trial(by=SYSTEM_ACCOUNT_ID, now=now)
    _make_accounts(password, now)
    change_settings({"desk_phone": _DESK_PHONE}, by=SYSTEM_ACCOUNT_ID, now=now)
    rng = random.Random(_SEED)  # nosec B311  # made-up data, the same in every trial
    known = _make_people(rng, size, now, tell)
    _make_history(rng, known, size, now, tell=tell)
    ahead = random.Random(_SEED_AHEAD)  # nosec B311  # the days ahead are the same whatever lies behind
    _make_fortnight(ahead, known, size, engine=engine, tell=tell)
    end_trial(by=SYSTEM_ACCOUNT_ID, now=clock.now())


def _make_accounts(password: str, now: datetime) -> None:
    for role, staff_code in _ACCOUNTS.items():
        new = NewAccount(
            username=role.value,
            password=password,
            roles=[role],
            staff_code=staff_code,
            is_trial=True,
        )
        create_account(new, by=SYSTEM_ACCOUNT_ID, now=now)


_ACCOUNTS = {
    Role.RECEPTION: None,
    Role.SONOGRAPHER: "D11",
    Role.HEAD: "D01",
    Role.ADMIN: None,
}


def _make_people(
    rng: random.Random, size: Size, now: datetime, tell: Tell
) -> Sequence[PatientFacts]:
    today = local_date_of(now, clock.hospital_zone())
    everybody = list(people(rng, size.patients, today=today))
    numbered = (NumberedPerson(number, facts) for number, facts in enumerate(everybody, start=1))
    written = 0
    while batch := list(islice(numbered, _BATCH_PEOPLE)):
        write_people(batch, by=SYSTEM_ACCOUNT_ID, now=now)
        written += len(batch)
        tell(f"patients: {written} of {size.patients}")
    return everybody


def _make_history(
    rng: random.Random, known: Sequence[PatientFacts], size: Size, now: datetime, *, tell: Tell
) -> None:
    zone = clock.hospital_zone()
    today = local_date_of(now, zone)
    with read_session() as session:
        pattern, calendar = stored_pattern(session), work_calendar(session)
        release = release_rules(session)
    kinds = demanded_kinds()
    ids = _ids_by_sex(known)
    history = History(rng, pattern, [kind for _, _, kind in kinds], ids, zone)
    booked_from = today - timedelta(days=min(size.booked_days, size.history_days))
    first = today - timedelta(days=size.history_days)
    days = history.days(
        first, booked_from - timedelta(days=1), calendar, exams_a_year=size.exams_a_year
    )
    written = 0
    while batch := list(islice(days, _BATCH_DAYS)):
        exams = [exam for day in batch for exam in _rows(*day)]
        write_exams(exams, by=SYSTEM_ACCOUNT_ID, now=now)
        written += len(exams)
        tell(f"performed exams: {written}, through {batch[-1][0]}")
    yesterday = today - timedelta(days=1)
    levels = history.levels(booked_from, yesterday, calendar, exams_a_year=size.exams_a_year)
    department = Department(pattern, calendar, release, kinds, ids)
    _make_worked_days(rng, department, list(levels), now, tell=tell)


def _make_worked_days(
    rng: random.Random,
    department: Department,
    levels: Sequence[tuple[date, int]],
    now: datetime,
    *,
    tell: Tell,
) -> None:
    devices = sorted({block.device_id for block in department.pattern})
    closures = past_closures([day for day, _ in levels], devices, department.calendar.zone)
    write_past_closures(closures, by=SYSTEM_ACCOUNT_ID, now=now)
    worked = WorkedDays(rng, replace(department, closures=closures))
    _make_mornings(rng, department.calendar, [day for day, _ in levels], now)
    for number, (day, exams) in enumerate(levels, start=1):
        write_past_day(worked.day(day, exams), by=SYSTEM_ACCOUNT_ID, now=now)
        if number % _BATCH_DAYS == 0 or number == len(levels):
            tell(f"working days with bookings: {number} of {len(levels)}")


def _make_mornings(
    rng: random.Random, calendar: WorkCalendar, days: Sequence[date], now: datetime
) -> None:
    with read_session() as session:
        pairs = list(product(exam_types(session), streams(session)))
    mornings = list(past_mornings(rng, days, calendar, pairs))
    write_past_mornings(mornings, by=SYSTEM_ACCOUNT_ID, now=now)


def _ids_by_sex(known: Sequence[PatientFacts]) -> dict[str | None, Sequence[int]]:
    """The ids of everybody (None), and of each sex; people are numbered from 1 as they are made."""
    ids: dict[str | None, list[int]] = defaultdict(list)
    for number, person in enumerate(known, start=1):
        ids[None].append(number)
        ids[person.sex].append(number)
    return dict(ids)


def _rows(day: date, exams: list[PastExam]) -> Iterator[PerformedExam]:
    for number, exam in enumerate(exams, start=1):
        yield PerformedExam(
            number=f"H{day:%Y%m%d}{number:05d}",
            patient_id=exam.patient_id,
            exam_type_id=exam.kind.exam_type_id,
            stream_id=exam.kind.stream_id,
            device_id=exam.device_id,
            operator_id=exam.operator_id,
            started_at=exam.started_at,
            ended_at=exam.ended_at,
            local_date=exam.local_date,
            minutes=round((exam.ended_at - exam.started_at) / timedelta(minutes=1)),
            points_hundredths=exam.kind.points_hundredths,
        )


def _make_fortnight(
    rng: random.Random, known: Sequence[PatientFacts], size: Size, *, engine: Engine, tell: Tell
) -> None:
    """Book the coming days through the services, and let today go on until now."""
    zone = clock.hospital_zone()
    now = clock.now()
    today = local_date_of(now, zone)
    with read_session() as session:
        calendar, pattern = work_calendar(session), stored_pattern(session)
    asked_from = instant_of(today - timedelta(days=1), time(7, 30), zone)
    asked_until = max(
        asked_from + timedelta(hours=1), min(now, instant_of(today, time(7, 45), zone))
    )
    mondays = [block for block in pattern if block.weekday == 0]
    ahead = Ahead(
        days=_working_days(calendar, today, len(size.loads)),
        open_minutes=sum(_minutes(block.starts, block.ends) for block in mondays),
        asked_from=asked_from,
        asked_until=asked_until,
        loads=size.loads,
    )
    requests = requests_ahead(rng, ahead, demanded_kinds(), known)
    progress = ReplayProgress("trial")
    replay = Replay(list(requests), progress, engine=engine, by=SYSTEM_ACCOUNT_ID, keep=False)
    replay.prepare(lambda _: None)
    replay.run(lambda text: tell(f"bookings: {text}"), until=now)


def _working_days(calendar: WorkCalendar, first: date, count: int) -> list[date]:
    days = (first + timedelta(days=n) for n in range(60))
    return list(islice((day for day in days if calendar.is_working(day)), count))


def _minutes(starts: time, ends: time) -> int:
    return (ends.hour - starts.hour) * 60 + ends.minute - starts.minute
