"""Days of the hospital: midnight there and not on the server, make-up days, years to come, clocks that change."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.support.department import account_id, at
from tests.support.exam_room import booking, exams
from tests.support.soundness import assert_sound
from tracker import clock
from tracker.db import read_session, transaction
from tracker.domain.horizon import DayBlock
from tracker.models import Block, BlockReserve, Device, ExamType, Patient
from tracker.queries.openings import Wish, find_openings
from tracker.queries.volume import VolumeFilter, volume
from tracker.services.booking import Booked, BookingOrder, book_exam
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.horizon import open_horizon
from tracker.writes.blocks import insert_blocks
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(params=["UTC", "America/New_York"])
def server_elsewhere(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A server whose own clock shows another zone than the hospital's."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def in_berlin(app_context: None) -> Iterator[None]:
    """A hospital where clocks change."""
    clock.set_hospital_zone("Europe/Berlin")
    yield
    clock.set_hospital_zone("Asia/Shanghai")


def open_by_hand(local_date: date, starts_at: datetime, ends_at: datetime) -> None:
    """A block of US07 for everything, at hours that no weekly pattern has."""
    with transaction() as session:
        device_id = session.scalars(select(Device.id).where(Device.code == "US07")).one()
        types = frozenset(session.scalars(select(ExamType.id)))
        block = DayBlock(device_id, local_date, starts_at, ends_at, None, None, types)
        insert_blocks(session, [block])
        rebuild_occupancy(session, [(device_id, local_date)])


def book(patient: int, start: datetime, now: datetime) -> int:
    order = BookingOrder(f"M{patient:05}", "abdominal", "outpatient", "US07", start)
    booked = book_exam(order, by=account_id("reception"), now=now)
    assert isinstance(booked, Booked)
    return booked.booking_id


@pytest.mark.usefixtures("server_elsewhere")
def test_half_past_midnight_belongs_to_the_day_of_the_hospital(desk: int) -> None:
    early = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # Tuesday 00:30 in Shanghai
    tuesday = date(2026, 11, 24)
    open_by_hand(tuesday, at(0, day=1), at(2, day=1))
    found = booking(book(1, early, now=at(20)))
    assert (found.local_date, found.starts_at) == (tuesday, early)
    entry = ExamEntry(
        "M00002", "abdominal", "outpatient", "US07", "D01", early, early + timedelta(minutes=9)
    )
    enter_exam_later(entry, by=desk, now=at(9, day=1))
    assert exams()[0].local_date == tuesday
    with read_session() as session:
        assert volume(session, VolumeFilter(tuesday, tuesday)).total.exams == 1
        assert (
            volume(session, VolumeFilter(date(2026, 11, 23), date(2026, 11, 23))).total.exams == 0
        )
    assert_sound()


@pytest.mark.usefixtures("server_elsewhere")
@pytest.mark.parametrize(
    "born", [date(1986, 5, 4), date(1987, 4, 12), date(1991, 9, 15), date(1927, 1, 1)]
)
def test_birth_dates_stay_dates(born: date) -> None:
    """China had summer time from 1986 to 1991; a birthday is no instant and knows nothing of it."""
    with transaction() as session:
        session.scalars(select(Patient).where(Patient.mrn == "M00001")).one().birth_date = born
    found = booking(book(1, at(9), now=at(8)))
    assert found.birth_date == born


def test_a_make_up_working_day_is_worked_and_releases_the_reserves_of_monday(desk: int) -> None:
    now = datetime(2026, 10, 10, 1, 0, tzinfo=UTC)  # Saturday 09:00 in Shanghai, worked (调休)
    open_horizon(by=desk, now=now, through=date(2026, 10, 12))
    found = booking(book(1, now, now=now))
    assert (found.local_date, found.starts_at) == (date(2026, 10, 10), now)
    with read_session() as session:
        monday = select(BlockReserve.released_at).join(Block)
        monday = monday.where(Block.local_date == date(2026, 10, 12), BlockReserve.stream_id == 3)
        assert set(session.scalars(monday)) == {datetime(2026, 10, 10, 8, 0, tzinfo=UTC)}
        closed = select(Block.id).where(Block.local_date == date(2026, 10, 11))
        assert session.scalars(closed).all() == []
    assert_sound()


def test_a_year_without_a_published_calendar_can_be_booked_and_is_named(desk: int) -> None:
    now = datetime(2027, 12, 30, 0, 0, tzinfo=UTC)
    horizon = open_horizon(by=desk, now=now, through=date(2028, 1, 4))
    assert 2028 in horizon.provisional_years
    start = datetime(2028, 1, 3, 1, 0, tzinfo=UTC)
    assert booking(book(1, start, now=now)).local_date == date(2028, 1, 3)
    assert_sound()


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize("day", [date(2027, 3, 28), date(2026, 10, 25)])
def test_a_day_on_which_clocks_change_has_its_own_number_of_minutes(day: date, desk: int) -> None:
    """Open from 00:00 to 05:00: four hours in March, six in October; every opening offered is accepted."""
    opens = datetime.combine(day, datetime.min.time(), BERLIN).astimezone(UTC)
    closes = datetime(day.year, day.month, day.day, 5, tzinfo=BERLIN).astimezone(UTC)
    open_by_hand(day, opens, closes)
    before = opens - timedelta(hours=1)
    with read_session() as session:
        wish = Wish("abdominal", "outpatient", day, day, device="US07", limit=None)
        offered = [opening.start for opening in find_openings(session, wish, now=before).openings]
    assert len(offered) == {3: 24, 10: 36}[day.month]
    assert offered == [opens + timedelta(minutes=10 * n) for n in range(len(offered))]
    for patient, start in enumerate(offered, start=1):
        found = booking(book(patient, start, now=before))
        assert (found.local_date, found.starts_at) == (day, start)
    assert_sound(day=day)  # the others were opened in Shanghai
