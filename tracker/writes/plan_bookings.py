"""What a changed plan does to bookings, carried out: other blocks and doctors, other places, flags."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.plan import DeviceDate
from tracker.domain.planeffects import Effects, Fate
from tracker.domain.supply import MINUTE, Opening
from tracker.models import Booking
from tracker.queries.openings import ask_again
from tracker.queries.plan_step import PlanStep
from tracker.writes.booking_rows import Author, save_change, snapshot
from tracker.writes.evading import flag
from tracker.writes.operators import give_each


def write_effects(
    session: Session,
    step: PlanStep,
    effects: Effects,
    made: Mapping[int, int],
    author: Author,
) -> set[DeviceDate]:
    """Carry out what `effects_on` said under the same locks; returns the device days to which bookings moved.

    `made`: the id of each block that had a provisional one. Blocks that go are named by no booking then.
    """
    _let_follow(session, step, effects, made, author)
    moved: set[DeviceDate] = set()
    for fate in effects.fates:
        booking = session.get_one(
            Booking, fate.booking.booking_id, with_for_update=True, populate_existing=True
        )
        if fate.to is None:
            flag(session, booking, author)
        else:
            _move(session, booking, _real(fate.to, made), author)
            moved.add((fate.to.device_id, fate.to.local_date))
    _forget_gone(session, step, author)
    return moved


def _let_follow(
    session: Session, step: PlanStep, effects: Effects, made: Mapping[int, int], author: Author
) -> None:
    """Who stays gets the block that holds him now and, if he is still to be examined, its doctor."""
    operators = {block_id: block.operator_id for block_id, block in step.day_blocks.items()}
    moving = {fate.booking.booking_id for fate in effects.fates if fate.to is not None}
    wanted: dict[int, dict[str, int | None]] = {}
    for each in effects.bookings:
        if each.booking_id in moving:
            continue
        block_id = effects.blocks[each.booking_id]
        if block_id is None and each.block_id is None:
            continue
        real = None if block_id is None else made.get(block_id, block_id)
        values: dict[str, int | None] = {"block_id": real}
        if each.is_to_come:
            values["operator_id"] = None if block_id is None else operators[block_id]
        if values["block_id"] != each.block_id or (
            each.is_to_come and values["operator_id"] != each.operator_id
        ):
            wanted[each.booking_id] = values
    give_each(session, wanted, author)


def _forget_gone(session: Session, step: PlanStep, author: Author) -> None:
    """What was cancelled or missed names no block that goes."""
    gone = [c.before.block_id for c in step.changes if c.after is None and c.before is not None]
    if gone:
        ids = session.scalars(select(Booking.id).where(Booking.block_id.in_(gone))).all()
        give_each(session, {each: {"block_id": None} for each in ids}, author)


def _real(place: Opening, made: Mapping[int, int]) -> Opening:
    return replace(place, block_id=made.get(place.block_id, place.block_id))


def _move(session: Session, booking: Booking, place: Opening, author: Author) -> None:
    observation = ask_again(session, booking).request.observation_minutes
    before = snapshot(booking)
    booking.device_id, booking.local_date = place.device_id, place.local_date
    booking.block_id, booking.operator_id = place.block_id, place.operator_id
    booking.starts_at, booking.ends_at = place.start, place.end
    booking.device_ends_at = place.end
    booking.patient_ends_at = place.end + observation * MINUTE
    booking.is_added, booking.added_reason = False, ""
    booking.is_flagged, booking.flag_reason = False, ""
    save_change(session, booking, author, action="move", before=before)


def fates_by_outcome(fates: Sequence[Fate]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids of bookings that move, and of those that are kept and flagged."""
    return (
        tuple(fate.booking.booking_id for fate in fates if fate.to is not None),
        tuple(fate.booking.booking_id for fate in fates if fate.to is None),
    )
