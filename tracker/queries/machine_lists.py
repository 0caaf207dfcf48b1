"""The paper list of a machine: who works there on a day and who is expected, by planned start. No writes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.lifecycle import LIVE
from tracker.queries.blocks import BlockRow, blocks_of_day
from tracker.queries.bookings import BookingDetails, BookingFilter, list_bookings
from tracker.queries.devices import DeviceRow, devices

EMPTY_LINES = 8
"""For walk-ins, on every list."""


@dataclass(frozen=True, slots=True)
class MachineList:
    """One machine's day: its blocks, and its live bookings in the order of their planned start.

    An exam that runs on another machine than planned is on the list of that one.
    """

    device: DeviceRow
    blocks: tuple[BlockRow, ...]
    bookings: tuple[BookingDetails, ...]
    empty_lines: int = EMPTY_LINES


def machine_lists(session: Session, local_date: date) -> tuple[MachineList, ...]:
    """The lists of all machines in service, and of a retired one that is still booked. Four statements."""
    booked = list_bookings(session, BookingFilter(local_date=local_date, statuses=sorted(LIVE)))
    blocks = blocks_of_day(session, local_date)
    lists = (
        MachineList(
            machine,
            tuple(block for block in blocks if block.device == machine.code),
            tuple(each for each in booked if _place(each) == machine.code),
        )
        for machine in devices(session, include_retired=True)
    )
    return tuple(each for each in lists if each.bookings or not each.device.is_retired)


def _place(booking: BookingDetails) -> str:
    return booking.started_device or booking.device
