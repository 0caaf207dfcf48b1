"""The table of statuses, copied here from the design page, and the refusal of every other step."""

from itertools import product

import pytest

from tracker.domain.errors import IllegalTransitionError
from tracker.domain.lifecycle import (
    LIVE,
    MOVABLE,
    TRANSITIONS,
    Status,
    Step,
    next_status,
    refuse_status,
    steps_from,
)

DESIGN = """
booked      -> arrived      by arrive
arrived     -> in_progress  by start
in_progress -> completed    by finish
booked      -> cancelled    by cancel
cancelled   -> booked       by undo
booked      -> no_show      by no_show
no_show     -> arrived      by return
arrived     -> booked       by undo
arrived     -> cancelled    by cancel
in_progress -> arrived      by undo
in_progress -> cancelled    by cancel
completed   -> in_progress  by undo
"""
ALLOWED = {
    (Status(line.split()[0]), Step(line.split()[4])): Status(line.split()[2])
    for line in DESIGN.strip().splitlines()
}
EVERYTHING = list(product(Status, Step))


def test_the_table_is_the_one_of_the_design() -> None:
    assert {key: transition.to for key, transition in TRANSITIONS.items()} == ALLOWED


@pytest.mark.parametrize(("status", "step"), EVERYTHING)
def test_a_step_is_taken_or_refused_as_the_design_says(status: Status, step: Step) -> None:
    if (status, step) in ALLOWED:
        assert next_status(status, step).to is ALLOWED[status, step]
    else:
        with pytest.raises(IllegalTransitionError) as refusal:
            next_status(status, step)
        assert refusal.value.code == "illegal_transition"
        assert refusal.value.details["status"] == status.value


@pytest.mark.parametrize("status", Status)
def test_the_buttons_are_the_steps_that_are_not_refused(status: Status) -> None:
    assert set(steps_from(status)) == {step for origin, step in ALLOWED if origin is status}


def test_only_a_cancellation_needs_a_reason() -> None:
    asking = {step for (_, step), transition in TRANSITIONS.items() if transition.needs_reason}
    assert asking == {Step.CANCEL}


def test_live_bookings_hold_their_time_and_the_others_free_it() -> None:
    assert frozenset(Status) - LIVE == {Status.CANCELLED, Status.NO_SHOW}


def test_nothing_moves_once_the_exam_has_begun_or_the_time_is_freed() -> None:
    assert {Status.BOOKED, Status.ARRIVED} == MOVABLE


@pytest.mark.parametrize("status", Status)
def test_every_status_can_be_left(status: Status) -> None:
    assert steps_from(status)


@pytest.mark.parametrize("status", Status)
def test_a_refusal_says_where_the_booking_stands(status: Status) -> None:
    others = {str(refuse_status(other)) for other in Status if other is not status}
    assert str(refuse_status(status)) not in others
