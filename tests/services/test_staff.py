"""Adding, changing and retiring people."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from tests.support import catalogue
from tests.support.catalogue import book, entries_of, last_entry, values_of
from tests.support.department import SYSTEM, at
from tests.support.exam_room import booking, history
from tests.support.soundness import assert_sound
from tracker.db import read_session, transaction
from tracker.domain.catalogue import StaffValues
from tracker.domain.errors import InvalidError, NotFoundError, StaleError
from tracker.models import Block, Booking, Occupancy, StaffMember
from tracker.services.changing import cancel_booking
from tracker.services.staff import (
    add_staff_member,
    change_staff_member,
    reinstate_staff_member,
    retire_staff_member,
)
from tracker.writes.occupancy import rebuild_occupancy

pytestmark = pytest.mark.usefixtures("app_context")
NEW = StaffValues(
    code="D29", name="顾青", kind="doctor", title="attending", supervises=frozenset({"lung"})
)


def test_who_supervises_an_exam_type_performs_it():
    add_staff_member(NEW, by=SYSTEM, now=at(9))
    added = catalogue.person("D29")
    assert added.competences == added.supervises == {"lung"}
    assert last_entry() == ("add", "staff_member", {"code": "D29"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "D01"),
        ("code", "D 29"),
        ("name", ""),
        ("name", "a\nb"),
        ("kind", "robot"),
        ("kind", "nurse"),
        ("title", "king"),
        ("competences", frozenset({"alchemy"})),
    ],
)
def test_what_cannot_be_is_refused_on_its_field(field: str, value: object):
    with pytest.raises(InvalidError) as refusal:
        add_staff_member(replace(NEW, **{field: value}), by=SYSTEM, now=at(9))
    assert refusal.value.field == ("competences" if value == "nurse" else field)


def test_competences_are_changed_as_a_whole():
    row = catalogue.person("D01")
    values = values_of(row, StaffValues, competences=frozenset({"lung"}), supervises=frozenset())
    change_staff_member(row.id, values, version=1, by=SYSTEM, now=at(9))
    assert catalogue.person("D01").competences == {"lung"}
    assert set(last_entry()[2]) == {"competences", "supervises"}
    with pytest.raises(StaleError):
        change_staff_member(row.id, values, version=1, by=SYSTEM, now=at(9))
    with pytest.raises(NotFoundError):
        change_staff_member(9999, replace(values, code="D30"), by=SYSTEM, now=at(9))


def test_the_same_values_change_nothing():
    row = catalogue.person("D01")
    change_staff_member(row.id, values_of(row, StaffValues), by=SYSTEM, now=at(9))
    assert catalogue.person("D01").version == 1


def test_a_doctor_who_leaves_is_on_no_block_and_no_booking_to_come():
    with read_session() as session:
        operator, device = session.execute(
            select(Block.operator_id, Block.device_id).where(Block.starts_at == at(8, day=1))
        ).first()
        code = session.get_one(StaffMember, operator).code
    device_code = next(c for c, i in _device_ids().items() if i == device)
    booking_id = book("abdominal", device_code, at(9, day=1))
    blocks = retire_staff_member(operator, by=SYSTEM, now=at(9))
    assert blocks > 0
    with read_session() as session:
        to_come = (Block.operator_id == operator, Block.starts_at >= at(9))
        assert session.scalar(select(func.count(Block.id)).where(*to_come)) == 0
        assert session.get_one(Booking, booking_id).operator_id is None
        keys = [
            tuple(k) for k in session.execute(select(Occupancy.device_id, Occupancy.local_date))
        ]
    with transaction() as session:
        assert rebuild_occupancy(session, keys) == 0
    assert catalogue.person(code).is_retired
    assert last_entry() == ("retire", "staff_member", {"blocks": blocks})


def test_what_a_doctor_leaves_behind_is_on_record_booking_by_booking():
    with read_session() as session:
        block = session.scalars(
            select(Block).where(Block.starts_at == at(8, day=1), Block.operator_id.is_not(None))
        ).first()
    device_code = next(c for c, i in _device_ids().items() if i == block.device_id)
    booking_id = book("abdominal", device_code, at(9, day=1))
    seen = booking(booking_id)
    gone = book("abdominal", device_code, at(10, day=1), patient=2)
    cancel_booking(gone, reason="rang up", by=SYSTEM, now=at(8))
    retire_staff_member(block.operator_id, by=SYSTEM, now=at(9))
    step, change = history(booking_id)[-1], {"operator_id": [block.operator_id, None]}
    assert (step.from_status, step.to_status, step.at) == ("booked", "booked", at(9))
    assert step.change == change
    assert booking(booking_id).version == seen.version + 1
    assert entries_of("booking", booking_id)[-1] == ("change", change)
    assert entries_of("block", block.id) == [("change", change)]
    with read_session() as session:
        assert session.get_one(Block, block.id).version == block.version + 1
    assert history(gone)[-1].to_status == "cancelled"
    assert_sound()


def test_a_person_comes_back():
    row = catalogue.person("N01")
    assert retire_staff_member(row.id, by=SYSTEM, now=at(9)) == 0
    reinstate_staff_member(row.id, by=SYSTEM, now=at(9))
    assert not catalogue.person("N01").is_retired


def _device_ids() -> dict[str, int]:
    return {f"US{n:02}": catalogue.device(f"US{n:02}").id for n in range(1, 21)}
