"""Added bookings (加号): a wished time beyond the plan, with a reason and a cap. The plan's rule is in rules."""

from datetime import datetime

from tracker.domain.errors import N_, Params, Reason
from tracker.domain.rules import block_at, is_bookable
from tracker.domain.supply import DeviceDay, ExamRequest

_STILL_REFUSES = frozenset(
    {"device_lacks_capability", "in_the_past", "not_a_minute", "closed", "patient_busy"}
)


def added_reasons(
    request: ExamRequest, day: DeviceDay, start: datetime, *, now: datetime, cap: int
) -> tuple[Reason, ...]:
    """All reasons why an added booking cannot have its wished time there; empty means it can.

    It takes no planned minutes and stands outside the device's guard, never outside the patient's. Its
    time lies in a block of the device, and a block takes at most `cap` of them.
    """
    planned = is_bookable(request, day, start, now=now)
    reasons = [reason for reason in planned if reason.code in _STILL_REFUSES]
    block = block_at(day, day.minute_of(start), 1)
    if block is None:
        text = N_("The device has no working hours there.")
        reasons.append(Reason("outside_blocks", text, field="start"))
    elif block.added >= cap:
        text = N_("These working hours already have %(count)s added bookings.")
        reasons.append(Reason("added_cap", text, Params(count=block.added), field="added"))
    return tuple(reasons)
