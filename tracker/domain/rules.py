"""One rule for offer and commit: whether a request may be booked on a device at a minute, and why not."""

from datetime import datetime

from tracker.domain.errors import N_, Params, Reason
from tracker.domain.interval import span_mask, starts_with_room
from tracker.domain.reserves import Shortage, shortage
from tracker.domain.supply import BlockLoad, DeviceDay, ExamRequest

TAKEN = frozenset({"block_full", "device_busy", "device_in_use", "patient_busy", "reserve_held"})
"""Reasons that somebody else's booking causes: a caller who meets only these was too late."""

LONGEST_DAY_MINUTES = 48 * 60  # a block may run past midnight; nothing runs past the second one

LACKS_CAPABILITY = Reason("device_lacks_capability", N_("The device lacks a required function."))
PATIENT_BUSY = Reason("patient_busy", N_("The patient has another booking at this time."))


def is_bookable(
    request: ExamRequest, day: DeviceDay, start: datetime, *, now: datetime
) -> tuple[Reason, ...]:
    """All reasons why the request cannot start there; empty means yes. `start` is a whole minute."""
    minute, minute_now = day.minute_of(start), day.minute_of(now)
    reasons = []
    if day.device_id not in request.device_ids:
        reasons.append(LACKS_CAPABILITY)
    if minute < minute_now:
        reasons.append(Reason("in_the_past", N_("The time lies in the past."), field="start"))
    if start.second or start.microsecond:
        reasons.append(Reason("not_a_minute", N_("Starts are whole minutes."), field="start"))
    block = block_at(day, minute, request.duration_minutes)
    if block is None:
        text = N_("The device has no working hours there.")
        reasons.append(Reason("outside_blocks", text, field="start"))
    else:
        reasons += block_refusals(request, day, block, now)
    reasons += _clashes(request, day, minute)
    return tuple(reasons)


def _clashes(request: ExamRequest, day: DeviceDay, minute: int) -> list[Reason]:
    """What stands in the way of the stretch itself: closures, other bookings, the running exam."""
    on_device = _span(minute, request.duration_minutes)
    reasons = []
    if on_device & day.closed:
        reasons.append(Reason("closed", N_("The device is closed at this time.")))
    if on_device & day.busy:
        reasons.append(Reason("device_busy", N_("The device is booked at this time.")))
    if 0 <= minute < day.held_until:
        reasons.append(Reason("device_in_use", N_("An exam is still in progress on the device.")))
    if _span(minute, _patient_minutes(request)) & patient_mask(request, day):
        reasons.append(PATIENT_BUSY)
    return reasons


def _span(minute: int, length: int) -> int:
    return span_mask(max(0, minute), minute + length)


def block_refusals(
    request: ExamRequest, day: DeviceDay, block: BlockLoad, now: datetime
) -> tuple[Reason, ...]:
    """The reasons that hold for every minute of a block: its exam types, its operator, its reserves."""
    reasons = []
    if request.exam_type_id not in block.exam_type_ids:
        reasons.append(
            Reason("exam_type_not_in_block", N_("This exam type is not done there then."))
        )
    if request.operator_id is not None and block.operator_id != request.operator_id:
        reasons.append(Reason("other_operator", N_("Another doctor works there then.")))
    short = shortage(
        day, block, stream_id=request.stream_id, minutes=request.duration_minutes, now=now
    )
    if short is not None:
        reasons.append(_promised(short))
    return tuple(reasons)


def _promised(short: Shortage) -> Reason:
    if not short.stream_ids:  # nobody waits for the rest: a closure or a shorter block took it
        return Reason("block_full", N_("The minutes of these working hours are used up."))
    text = N_("%(minutes)s minutes are reserved for other patients until %(until)s.")
    params = Params(minutes=short.reserved_minutes, until=short.released_at)
    params["streams"] = short.stream_ids
    return Reason("reserve_held", text, params)


def block_at(day: DeviceDay, minute: int, duration_minutes: int) -> BlockLoad | None:
    """The block that holds the whole stretch, if there is one."""
    for block in day.blocks:
        if block.starts <= minute and minute + duration_minutes <= block.ends:
            return block
    return None


def bookable_starts(request: ExamRequest, day: DeviceDay, block: BlockLoad, now: datetime) -> int:
    """The mask of every minute of the block at which `is_bookable` says yes.

    The block's own refusals are the caller's to ask first: they do not depend on the minute.
    """
    free = block.mask & ~day.closed & ~day.busy
    starts = starts_with_room(free, request.duration_minutes)
    starts &= ~span_mask(0, max(day.minute_of(now), day.held_until, 0))
    if starts and request.busy_spans:
        minutes = _patient_minutes(request)
        at_leisure = span_mask(0, _horizon(request)) & ~patient_mask(request, day)
        starts &= starts_with_room(at_leisure, minutes)
    return starts


def patient_mask(request: ExamRequest, day: DeviceDay) -> int:
    """The minutes of the day (and the next) in which the patient is held by other bookings."""
    mask = 0
    for start, end in request.busy_spans:
        last = day.minute_of(end) + (1 if end.second or end.microsecond else 0)
        mask |= span_mask(max(0, day.minute_of(start)), min(last, _horizon(request)))
    return mask


def _patient_minutes(request: ExamRequest) -> int:
    return request.duration_minutes + request.observation_minutes


def _horizon(request: ExamRequest) -> int:
    # the last start lies before the second midnight; the patient is held for its minutes after it
    return LONGEST_DAY_MINUTES + _patient_minutes(request)
