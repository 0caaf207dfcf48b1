"""Openings with the codes of what they name, and one minute asked for by name. The search itself: openings."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import core
from tracker.domain.errors import Reason
from tracker.domain.openings import NO_BLOCKS, counted
from tracker.domain.ranking import rank
from tracker.domain.rules import block_at, is_bookable
from tracker.domain.supply import MINUTE, DeviceDay, Opening
from tracker.domain.workcalendar import local_date_of
from tracker.models import Device, StaffMember
from tracker.queries.occupancy import device_days
from tracker.queries.openings import Asked, Wish, ask, check_window, search, with_patient

_device = Device.__table__.c
_staff = StaffMember.__table__.c
_STAFF: Select[*tuple[Any, ...]] = select(_staff.id, _staff.code).where(
    _staff.id.in_(bindparam("ids", expanding=True))
)
_DEVICES: Select[*tuple[Any, ...]] = select(_device.id, _device.code).where(
    _device.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class NamedOpening:
    """An opening in codes; `block_id` is the stretch of working hours it lies in."""

    start: datetime
    end: datetime
    device: str
    operator: str | None
    block_id: int


@dataclass(frozen=True, slots=True)
class NamedSearch:
    """What a search answers: openings in order, and, when there are none, why."""

    openings: tuple[NamedOpening, ...]
    reasons: tuple[Reason, ...]


def find_named_openings(session: Session, wish: Wish, *, now: datetime) -> NamedSearch:
    """The first openings over all capable devices, or the counted reasons for none. Raises InvalidError."""
    check_window(wish)
    asked = ask(session, wish)
    found = search(session, asked, wish, now=now)
    return NamedSearch(named(session, found.openings, _codes(asked)), found.reasons)


def ask_minute(session: Session, wish: Wish, start: datetime, *, now: datetime) -> NamedSearch:
    """Where the request may start at this very minute; nowhere: every reason of every device, counted.

    `wish.device` asks about one device alone; the days of the wish do not matter. Raises InvalidError.
    """
    asked = ask(session, wish)
    day = local_date_of(start, clock.hospital_zone())
    asked = with_patient(session, asked, day, day)
    chosen = [d.id for d in asked.devices if wish.device in (None, d.code)]
    days = {
        each.device_id: each
        for each in device_days(session, device_ids=chosen, first=day, last=day, now=now)
    }
    openings: list[Opening] = []
    refused: Counter[Reason] = Counter()
    for device_id in chosen:
        at = days.get(device_id)
        reasons = (NO_BLOCKS,) if at is None else is_bookable(asked.request, at, start, now=now)
        refused.update(reasons)
        if at is not None and not reasons:
            openings.append(_opening(asked, at, start))
    found = rank(openings, asked.standing)
    return NamedSearch(named(session, found, _codes(asked)), () if found else counted(refused))


def _opening(asked: Asked, day: DeviceDay, start: datetime) -> Opening:
    minutes = asked.request.duration_minutes
    block = block_at(day, day.minute_of(start), minutes)
    assert block is not None  # the rule has just said that one holds the stretch
    return Opening(
        start=start,
        end=start + minutes * MINUTE,
        device_id=day.device_id,
        block_id=block.block_id,
        operator_id=block.operator_id,
        local_date=day.local_date,
    )


def _codes(asked: Asked) -> dict[int, str]:
    return {device.id: device.code for device in asked.devices}


def named(
    session: Session, openings: Sequence[Opening], devices: Mapping[int, str] | None = None
) -> tuple[NamedOpening, ...]:
    """Openings in codes; `devices` are those the caller knows already. At most two statements."""
    if not openings:
        return ()
    if devices is None:
        devices = _read(session, _DEVICES, {opening.device_id for opening in openings})
    working = {opening.operator_id for opening in openings if opening.operator_id is not None}
    staff = _read(session, _STAFF, working) if working else {}
    return tuple(
        NamedOpening(
            start=opening.start,
            end=opening.end,
            device=devices[opening.device_id],
            operator=None if opening.operator_id is None else staff[opening.operator_id],
            block_id=opening.block_id,
        )
        for opening in openings
    )


def _read(
    session: Session, statement: Select[*tuple[Any, ...]], ids: Iterable[int]
) -> dict[int, str]:
    rows: Sequence[Any] = core(session).execute(statement, {"ids": sorted(ids)}).all()
    return dict(rows)
