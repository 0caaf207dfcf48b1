"""Rounds of a machine: in a ward or a theatre, with the way there and back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.support.catalogue import book, device
from tests.support.department import MONDAY, SYSTEM, at
from tracker.db import read_session, transaction
from tracker.domain.errors import NotBookableError
from tracker.models import Block, Occupancy, StaffMember
from tracker.queries.blocks import blocks_of_day
from tracker.queries.bookings import booking_details
from tracker.queries.occupancy_derived import differing_days
from tracker.queries.plan import stored_plan
from tracker.services.taking_over import Takeover, take_over_machine
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def block_id(app_context: None) -> int:
    """US12 on Monday morning is in ward 7, twenty minutes away."""
    with transaction() as session:
        us12 = device("US12").id
        own = (Block.device_id == us12, Block.starts_at == at(8))
        session.execute(update(Block).where(*own).values(place="Ward 7", transport_minutes=20))
        rebuild_occupancy(session, [(us12, MONDAY)])
        return session.scalars(select(Block.id).where(*own)).one()


def test_patients_are_booked_between_the_way_there_and_the_way_back(block_id: int):
    for start in (at(8, 19), at(11, 35)):
        with pytest.raises(NotBookableError):
            book("abdominal", "US12", start)
    first = book("abdominal", "US12", at(8, 20))
    with read_session() as session:
        details = booking_details(session, first)
        assert (details.building, details.floor, details.room) == ("", "", "Ward 7")
        [morning, afternoon] = blocks_of_day(session, MONDAY, device="US12")
        assert (morning.place, morning.opens_at, morning.closes_at) == (
            "Ward 7",
            at(8, 20),
            at(11, 40),
        )
        assert (afternoon.place, afternoon.opens_at) == ("", afternoon.starts_at)


def test_elsewhere_the_room_is_the_machines_own(block_id: int):
    other = book("abdominal", "US13", at(9))
    with read_session() as session:
        assert booking_details(session, other).room == device("US13").room


def test_who_takes_a_round_over_stays_in_the_ward(block_id: int):
    """Cut in the middle there is no way between the parts, and the minutes stay what they were."""
    with read_session() as session:
        at_work = select(Block.operator_id).where(Block.starts_at == at(8))
        free = session.scalars(
            select(StaffMember.code).where(
                StaffMember.kind == "doctor", StaffMember.id.not_in(at_work)
            )
        ).first()
    wanted = Takeover(device="US12", operator=free, reason="covers")
    take_over_machine(wanted, by=SYSTEM, now=at(10))
    with read_session() as session:
        parts = [
            b for b in stored_plan(session, MONDAY, MONDAY) if b.device_id == device("US12").id
        ]
        assert [(b.starts, b.ends, b.place, b.transport_minutes) for b in parts[:2]] == [
            (500, 600, "Ward 7", 0),
            (600, 700, "Ward 7", 0),
        ]
        assert differing_days(session, MONDAY, MONDAY + timedelta(days=1)) == []
        assert session.get(Occupancy, (device("US12").id, MONDAY)) is not None


def test_taken_over_on_the_way_the_whole_round_changes_hands(block_id: int):
    with read_session() as session:
        at_work = select(Block.operator_id).where(Block.starts_at == at(8))
        free = session.scalars(
            select(StaffMember).where(StaffMember.kind == "doctor", StaffMember.id.not_in(at_work))
        ).first()
    wanted = Takeover(device="US12", operator=free.code, reason="covers")
    take_over_machine(wanted, by=SYSTEM, now=at(8, 10))
    with read_session() as session:
        block = session.get_one(Block, block_id)
        assert (block.operator_id, block.starts_at, block.transport_minutes) == (free.id, at(8), 20)
