"""The one table of a booking's statuses: it draws the buttons and refuses the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.errors import N_, IllegalTransitionError


class Status(StrEnum):
    """Where a booking stands."""

    BOOKED = "booked"
    ARRIVED = "arrived"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class Step(StrEnum):
    """What a person (or a job) does to a booking."""

    ARRIVE = "arrive"
    START = "start"
    FINISH = "finish"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    RETURN = "return"
    UNDO = "undo"


LIVE = frozenset({Status.BOOKED, Status.ARRIVED, Status.IN_PROGRESS, Status.COMPLETED})
"""Statuses that hold their time."""

MOVABLE = frozenset({Status.BOOKED, Status.ARRIVED})
"""Statuses in which a booking may be given another time or device."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed step: to which status, and whether a reason must be given."""

    to: Status
    needs_reason: bool = False


TRANSITIONS: Mapping[tuple[Status, Step], Transition] = {
    (Status.BOOKED, Step.ARRIVE): Transition(Status.ARRIVED),
    (Status.BOOKED, Step.CANCEL): Transition(Status.CANCELLED, needs_reason=True),
    (Status.BOOKED, Step.NO_SHOW): Transition(Status.NO_SHOW),
    (Status.ARRIVED, Step.START): Transition(Status.IN_PROGRESS),
    (Status.ARRIVED, Step.CANCEL): Transition(Status.CANCELLED, needs_reason=True),
    (Status.ARRIVED, Step.UNDO): Transition(Status.BOOKED),
    (Status.IN_PROGRESS, Step.FINISH): Transition(Status.COMPLETED),
    (Status.IN_PROGRESS, Step.CANCEL): Transition(Status.CANCELLED, needs_reason=True),
    (Status.IN_PROGRESS, Step.UNDO): Transition(Status.ARRIVED),
    (Status.COMPLETED, Step.UNDO): Transition(Status.IN_PROGRESS),
    (Status.CANCELLED, Step.UNDO): Transition(Status.BOOKED),
    (Status.NO_SHOW, Step.RETURN): Transition(Status.ARRIVED),
}

_REFUSALS: Mapping[Status, str] = {
    Status.BOOKED: N_("The booking is booked; this step is not possible from there."),
    Status.ARRIVED: N_("The patient has already arrived; this step is not possible from there."),
    Status.IN_PROGRESS: N_("The exam is in progress; this step is not possible from there."),
    Status.COMPLETED: N_("The exam is completed; this step is not possible from there."),
    Status.CANCELLED: N_("The booking is cancelled; this step is not possible from there."),
    Status.NO_SHOW: N_("The patient did not come; this step is not possible from there."),
}


def next_status(status: Status, step: Step) -> Transition:
    """The transition of a step. Raises IllegalTransitionError when the table has none."""
    transition = TRANSITIONS.get((status, step))
    if transition is None:
        raise refuse_status(status)
    return transition


def refuse_status(status: Status) -> IllegalTransitionError:
    """The refusal of a step that this status does not allow."""
    return IllegalTransitionError(_REFUSALS[status], details={"status": status.value})


def steps_from(status: Status) -> tuple[Step, ...]:
    """The steps that the table allows from a status, in its order."""
    return tuple(step for (origin, step) in TRANSITIONS if origin is status)
