"""Added bookings (加号): a wished time beyond the plan, with a reason and caps. The plan's rule is in rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tracker.domain.errors import N_, Params, Reason
from tracker.domain.roles import Role
from tracker.domain.rules import block_at, is_bookable
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest

_STILL_REFUSES = frozenset(
    {"device_lacks_capability", "in_the_past", "not_a_minute", "closed", "patient_busy"}
)
_LEADING_FIRST = (Role.HEAD, Role.SONOGRAPHER, Role.RECEPTION)
_ROLE_IS_FULL: Mapping[str, str] = {
    Role.RECEPTION: N_("These working hours take at most %(cap)s bookings added by reception."),
    Role.SONOGRAPHER: N_("These working hours take at most %(cap)s bookings added by doctors."),
    Role.HEAD: N_("These working hours take at most %(cap)s bookings added by the head."),
}


@dataclass(frozen=True, slots=True)
class Adding:
    """Who adds, under which caps, beside what was added to the same day of the device.

    `role` None: somebody without a role of the department (a job), for whom no cap of a role holds. `weekly`
    is the weekly block that each block (id) was opened from; `of_role` counts what the role has added to each.
    """

    cap: int
    role: str | None = None
    role_cap: int = 0
    weekly: Mapping[int, int | None] = field(default_factory=dict)
    of_role: Mapping[int, int] = field(default_factory=dict)


def adding_role(roles: Collection[str]) -> str | None:
    """The role under which somebody with these roles adds: of several the one that leads."""
    return next((role.value for role in _LEADING_FIRST if role in roles), None)


def added_reasons(
    request: ExamRequest, day: DeviceDay, start: datetime, *, now: datetime, adding: Adding
) -> tuple[Reason, ...]:
    """All reasons why an added booking cannot have its wished time there; empty means it can.

    It takes no planned minutes and stands outside the device's guard, never outside the patient's. Its
    time lies in a block of the device, which takes so many of them in all, and so many from each role.
    """
    planned = is_bookable(request, day, start, now=now)
    reasons = [reason for reason in planned if reason.code in _STILL_REFUSES]
    block = block_at(day, day.minute_of(start), 1)
    if block is None:
        text = N_("The device has no working hours there.")
        return (*reasons, Reason("outside_blocks", text, field="start"))
    return (*reasons, *_full(parts_of(day, block, adding.weekly), adding))


def parts_of(
    day: DeviceDay, block: BlockLoad, weekly: Mapping[int, int | None]
) -> tuple[BlockLoad, ...]:
    """The blocks that were one with this one until a doctor took the machine over: they share their caps.

    A weekly block opens one block a day, and cutting it keeps that name: whatever bears it is a part of it.
    A block made by hand has none; of such those are parts that adjoin and do the same exam types.
    """
    name = weekly.get(block.block_id)
    if name is not None:
        return tuple(each for each in day.blocks if weekly.get(each.block_id) == name)
    run: list[BlockLoad] = []
    for each in sorted(day.blocks, key=lambda one: one.starts):
        if weekly.get(each.block_id) is not None:
            continue
        if run and (run[-1].ends, run[-1].exam_type_ids) != (each.starts, each.exam_type_ids):
            if block in run:
                break
            run = []
        run.append(each)
    return tuple(run)


def _full(parts: tuple[BlockLoad, ...], adding: Adding) -> list[Reason]:
    """The caps that are reached in a block with all its parts; a role's own says nothing unless it is the narrower."""
    reasons = []
    count = sum(part.added for part in parts)
    if count >= adding.cap:
        text = N_("These working hours already have %(count)s added bookings.")
        reasons.append(Reason("added_cap", text, Params(count=count), field="added"))
    own = sum(adding.of_role.get(part.block_id, 0) for part in parts)
    if adding.role is not None and adding.cap > adding.role_cap <= own:
        text, params = _ROLE_IS_FULL[adding.role], Params(cap=adding.role_cap)
        reasons.append(Reason("added_cap_role", text, params, field="added"))
    return reasons
