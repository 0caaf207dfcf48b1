"""Publishing against booking, opening and another head: one plan, and every booking in it or flagged."""

from datetime import date, timedelta

from sqlalchemy import func, select

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.races.test_supply import NOT_BOOKABLE, TAKEN, kinds
from tests.support.catalogue import device
from tests.support.department import MONDAY, at
from tests.support.exam_room import book
from tests.support.soundness import count
from tracker.db import read_session
from tracker.models import Block, Booking
from tracker.queries.plan import open_draft, stored_plan, week_plan
from tracker.services.booking import BookingOrder
from tracker.services.planning import edit_plan

NOW = at(8)
TUESDAY = MONDAY + timedelta(days=1)
NEXT = MONDAY + timedelta(weeks=1)


def booking(by: int, patient: int, code: str, minute: int) -> Call:
    start = at(9, minute, day=1)
    return "book", (by, NOW, BookingOrder(f"M{patient:05}", "abdominal", "outpatient", code, start))


def cleared(monday: date, day: date, head: int) -> int:
    """A draft in which US07 does not work on a day; its version."""
    key = (device("US07").id, day)
    return edit_plan(monday, {key: ()}, action="remove", version=0, by=head, now=NOW)


def outside_the_plan() -> int:
    """Bookings to come that are neither in a block of their device and hours nor flagged."""
    with read_session() as session:
        held = (
            select(Block.id)
            .where(
                Block.id == Booking.block_id,
                Block.device_id == Booking.device_id,
                Block.starts_at <= Booking.starts_at,
                Block.ends_at >= Booking.ends_at,
                Block.operator_id.is_not_distinct_from(Booking.operator_id),
            )
            .correlate(Booking)
            .exists()
        )
        lost = select(func.count(Booking.id)).where(~held, Booking.is_flagged.is_(False))
        return session.scalar(lost) or 0


def test_publish_against_book(race: Race, head: int) -> None:
    for number in range(1, 4):
        book(number, at(8, 10 * number, day=1), device="US07")
    version = cleared(MONDAY, TUESDAY, head)
    wanted = [booking(head, n, "US07", 10 * (n - 10)) for n in range(10, 20)]
    wanted.insert(5, ("publish", (head, NOW, MONDAY, version)))
    answers = race(wanted)
    assert answers.pop(5) == "ok"
    assert set(kinds(answers)) <= {"ok", NOT_BOOKABLE, TAKEN}
    assert count("booking") == 3 + kinds(answers)["ok"]
    assert outside_the_plan() == 0
    with read_session() as session:
        us07 = [
            b for b in stored_plan(session, TUESDAY, TUESDAY) if b.device_id == device("US07").id
        ]
    assert us07 == []


def test_two_heads_begin_the_same_draft(race: Race, head: int) -> None:
    wanted: list[Call] = [
        ("clear_device_day", (head, NOW, MONDAY, (device(code).id, TUESDAY)))
        for code in ("US07", "US08", "US09", "US10")
    ]
    assert kinds(race(wanted)) == {"ok": 1, "StaleError stale": 3}
    with read_session() as session:
        draft = open_draft(session, MONDAY)
    assert draft is not None
    assert (len(draft.edited), draft.steps) == (1, 1)


def test_a_draft_is_published_once(race: Race, head: int) -> None:
    version = cleared(MONDAY, TUESDAY, head)
    found = kinds(race([("publish", (head, NOW, MONDAY, version))] * 3))
    assert found == {"ok": 1, "ConflictError no_draft": 2}


def test_opening_days_against_publishing_their_week(race: Race, head: int) -> None:
    """Whoever is first, the week is as the head published it."""
    version = cleared(NEXT, NEXT, head)
    wanted: list[Call] = [
        ("open_days", (head, NOW, at(12, day=11))),
        ("publish", (head, NOW, NEXT, version)),
        ("open_days", (head, NOW, at(12, day=11))),
    ]
    assert kinds(race(wanted)) == {"ok": 3}
    with read_session() as session:
        week = week_plan(session, NEXT, now=NOW)
    assert week.is_planned
    assert (device("US07").id, NEXT) not in {block.key for block in week.blocks}
    assert all(block.block_id for block in week.blocks)
    assert len({(b.key, b.starts) for b in week.blocks}) == len(week.blocks)
    assert {block.local_date for block in week.blocks} == set(week.days[:5])
