"""How the points of one exam are shared among operator, supervisor and assistant: exactly, nothing is lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tracker.domain.catalogue import whole_number
from tracker.domain.errors import N_, InvalidError

WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the points of an exam, in ‰; together 1000."""

    operator: int = WHOLE
    supervisor: int = 0
    assistant: int = 0


ALL_TO_THE_OPERATOR = Shares()
"""What holds before the first day for which somebody set shares."""


@dataclass(frozen=True, slots=True)
class SharesFrom:
    """Shares from a day of the hospital on."""

    valid_from: date
    shares: Shares


@dataclass(frozen=True, slots=True)
class SharedPoints:
    """The points of one exam, in hundredths, by who took part."""

    operator: int
    supervisor: int
    assistant: int


def checked_shares(shares: Shares) -> Shares:
    """The shares, if they are whole ‰ and together 1000. Raises InvalidError with the field."""
    for name in ("operator", "supervisor", "assistant"):
        whole_number(getattr(shares, name), field=name, high=WHOLE)
    if shares.operator + shares.supervisor + shares.assistant != WHOLE:
        raise InvalidError(N_("The three shares together are 1000 ‰."), field="operator")
    return shares


def shares_on(day: date, known: Iterable[SharesFrom]) -> Shares:
    """The shares that hold on a day: the latest that have begun, else all to the operator."""
    begun = [each for each in known if each.valid_from <= day]
    if not begun:
        return ALL_TO_THE_OPERATOR
    return max(begun, key=lambda each: each.valid_from).shares


def share_points(
    hundredths: int, shares: Shares, *, supervised: bool, assisted: bool
) -> SharedPoints:
    """Share the points (hundredths) of one exam in which a supervisor and an assistant took part or did not.

    Supervisor and assistant have whole hundredths, rounded down; the operator has all the rest, and so the share of
    whoever was not there. The three always add up to the exam's points.
    """
    supervisor = hundredths * shares.supervisor // WHOLE if supervised else 0
    assistant = hundredths * shares.assistant // WHOLE if assisted else 0
    return SharedPoints(hundredths - supervisor - assistant, supervisor, assistant)
