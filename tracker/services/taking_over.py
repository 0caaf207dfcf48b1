"""*Take over this machine*: from now on another doctor works there, by splitting the block that runs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, InvalidError, StaleError
from tracker.domain.texts import LONGEST_REASON, plain_line
from tracker.queries.occupancy import DayKey
from tracker.queries.taking_over import TakeOver, take_over_plan
from tracker.writes.booking_rows import Author
from tracker.writes.occupancy import lock_device_days, lock_supply, rebuild_occupancy
from tracker.writes.splitting import Rest, give_rest


@dataclass(frozen=True, slots=True)
class Takeover:
    """Who (code of a doctor) takes which machine (code), and why although a competence is missing."""

    device: str
    operator: str
    reason: str = ""


@service
def take_over_machine(
    session: Session,
    wanted: Takeover,
    *,
    by: int,
    now: datetime,
    version: int | None = None,
) -> None:
    """Give the rest of the running block (or the next one of today) to a doctor, who leaves his other blocks.

    `version` is the block's that was seen. Raises InvalidError (doctor, a reason is needed), ConflictError
    (examines elsewhere, no hours left), StaleError.
    """
    reason = plain_line(wanted.reason, field="reason", longest=LONGEST_REASON)
    lock_supply(session)
    plan = _plan(session, wanted, now)
    lock_device_days(session, _keys(plan), now=now)
    plan = _plan(session, wanted, now)  # once more, now that no booking comes or goes
    if version is not None and plan.shift.version != version:
        raise StaleError(N_("Somebody else changed this meanwhile."), field="version")
    if plan.lacking and not reason:
        text = N_("A reason is needed: a competence is missing.")
        raise InvalidError(text, field="reason")
    author = Author(by, now, reason)
    for left in plan.leaving:  # first, or the doctor would stand in two blocks
        give_rest(session, left.shift, Rest(left.at, None), Author(by, now))
    lacking = tuple(each.code for each in plan.lacking)
    give_rest(session, plan.shift, Rest(plan.at, plan.operator.id, lacking), author)
    rebuild_occupancy(session, _keys(plan))


def _plan(session: Session, wanted: Takeover, now: datetime) -> TakeOver:
    return take_over_plan(session, device=wanted.device, operator=wanted.operator, now=now)


def _keys(plan: TakeOver) -> set[DayKey]:
    return {plan.shift.key, *(left.shift.key for left in plan.leaving)}
