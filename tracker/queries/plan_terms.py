"""What no plan can say, whoever makes it: unknown machines, days elsewhere, blocks that are none. Rules: planrules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.catalogue import whole_number
from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import DeviceDate, PlanBlock
from tracker.domain.planrules import WARNING
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.models.catalogue import Device, ExamType, Stream
from tracker.models.staff import StaffMember

MOST_BLOCKS = 8
"""Blocks of a device on one day: more are a mistake."""

LONGEST_PLACE = 80
LONGEST_TRANSPORT = 120
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class _Known:
    """The ids that there are, retired ones included."""

    devices: frozenset[int]
    operators: frozenset[int]
    exam_types: frozenset[int]
    streams: frozenset[int]


def checked_edits(
    session: Session,
    edits: Mapping[DeviceDate, Sequence[PlanBlock]],
    *,
    days: Collection[date],
    today: date,
) -> dict[DeviceDate, tuple[PlanBlock, ...]]:
    """The device days made plain, each block on its own one. Four statements.

    Raises InvalidError with the field: no such device, doctor, exam type or stream, a day that is over or not
    among `days`, more than eight blocks a day, minutes outside a day.
    """
    known = _known(session)
    checked = {}
    for key, blocks in edits.items():
        _check_key(key, known, days, today)
        if len(blocks) > MOST_BLOCKS:
            text = N_("A device has at most %(count)s working hours a day.")
            raise InvalidError(text, field="starts", params={"count": MOST_BLOCKS})
        plain = [_checked_block(key, block, known) for block in blocks]
        checked[key] = tuple(sorted(plain, key=lambda block: block.starts))
    return checked


def _known(session: Session) -> _Known:
    tables = (Device, StaffMember, ExamType, Stream)
    return _Known(*(frozenset(session.scalars(select(table.id))) for table in tables))


def _check_key(key: DeviceDate, known: _Known, days: Collection[date], today: date) -> None:
    device_id, local_date = key
    if device_id not in known.devices:
        raise InvalidError(N_("There is no such device."), field="device")
    if local_date not in days:
        raise InvalidError(N_("This day belongs to another week."), field="date")
    if local_date < today:
        raise InvalidError(N_("This day is over."), field="date")


def _checked_block(key: DeviceDate, block: PlanBlock, known: _Known) -> PlanBlock:
    whole_number(block.starts, field="starts", high=_DAY_MINUTES - 1)
    whole_number(block.ends, field="ends", high=2 * _DAY_MINUTES)
    whole_number(block.transport_minutes, field="transport_minutes", high=LONGEST_TRANSPORT)
    for minutes in block.reserve_minutes.values():
        whole_number(minutes, field="reserve_minutes", high=2 * _DAY_MINUTES)
    if block.operator_id is not None and block.operator_id not in known.operators:
        raise InvalidError(N_("There is no such doctor."), field="operator")
    if not block.exam_type_ids <= known.exam_types:
        raise InvalidError(N_("There is no such exam type."), field="exam_types")
    if not block.reserve_minutes.keys() <= known.streams:
        raise InvalidError(N_("There is no such stream."), field="reserve_minutes")
    return replace(
        block,
        device_id=key[0],
        local_date=key[1],
        place=plain_line(block.place, field="place", longest=LONGEST_PLACE),
        reserve_minutes={stream: m for stream, m in block.reserve_minutes.items() if m},
        overrules={
            code: plain_line(reason, field="reason", longest=LONGEST_REASON, least=1)
            for code, reason in block.overrules.items()
            if code in WARNING
        },
    )
