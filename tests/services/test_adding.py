"""How many added bookings (加号) a block takes: in all and from each role, its parts after a takeover together."""

from datetime import datetime

import pytest
from sqlalchemy import update

from tests.support.department import account_id, at
from tests.support.exam_room import book, booking
from tests.support.refusals import codes, refused
from tests.support.soundness import assert_sound
from tracker.db import transaction
from tracker.domain.errors import NotBookableError
from tracker.models import Account, Block
from tracker.services.changing import cancel_booking
from tracker.services.settings import change_settings
from tracker.services.taking_over import Takeover, take_over_machine
from tracker.services.undoing import undo_step

pytestmark = pytest.mark.usefixtures("app_context")

NINE = at(9)


def add(patient: int, start: datetime = NINE, *, by: str = "head") -> int:
    return book(patient, start, device="US11", added_reason="urgent", by=by)


def why_not(patient: int, start: datetime = NINE, *, by: str = "head") -> list[str]:
    return codes(refused(NotBookableError, add, patient, start, by=by))


def test_a_block_takes_four() -> None:
    for number in range(1, 5):
        add(number)
    assert why_not(9) == ["added_cap"]
    assert add(9, at(14))  # another block


def test_each_role_has_a_cap_of_its_own_beside_the_blocks() -> None:
    add(1, by="reception")
    add(2, at(10), by="reception")
    assert why_not(3, by="reception") == ["added_cap_role"]
    add(3, by="sonographer")
    add(4, by="head")
    assert why_not(5, by="sonographer") == ["added_cap"]
    assert_sound()


def test_two_of_one_role_share_its_cap_and_the_widest_role_of_an_account_counts() -> None:
    caps = {"reception": 0, "sonographer": 1, "head": 2}
    change_settings({"added_cap_per_role": caps}, by=account_id("admin"), now=at(7))
    add(1, by="colleague")
    assert why_not(2, by="sonographer") == ["added_cap_role"]
    assert why_not(2, by="reception") == ["added_cap_role"]
    with transaction() as session:
        both = ["reception", "head"]
        session.execute(update(Account).where(Account.username == "reception").values(roles=both))
    add(2, by="reception")
    add(3, by="head")
    assert why_not(4, by="reception") == ["added_cap_role"]


def test_the_place_of_a_cancelled_one_is_free_and_coming_back_needs_one() -> None:
    first = add(1, by="reception")
    cancel_booking(first, reason="rang up", by=account_id("head"), now=at(8))
    for number in (2, 3):
        add(number, by="reception")
    refusal = refused(NotBookableError, undo_step, first, by=account_id("head"), now=at(8))
    assert codes(refusal) == ["added_cap_role"]  # whoever takes it back: it is reception's


@pytest.mark.parametrize("is_made_by_hand", [False, True])
def test_the_parts_of_a_block_that_was_taken_over_share_their_caps(is_made_by_hand: bool) -> None:
    if is_made_by_hand:
        with transaction() as session:
            session.execute(update(Block).values(weekly_block_id=None))
    first, _ = add(1, at(8, 30), by="reception"), add(2, at(8, 40), by="head")
    taking = Takeover("US11", "D01")
    take_over_machine(taking, by=account_id("head"), now=at(9))
    third, _ = add(3, at(10), by="reception"), add(4, at(11), by="head")
    assert booking(first).block_id != booking(third).block_id
    assert why_not(5, at(10), by="reception") == ["added_cap", "added_cap_role"]
    assert why_not(5, at(11), by="sonographer") == ["added_cap"]
    assert add(5, at(14), by="sonographer")  # the afternoon is another block
    assert_sound()
