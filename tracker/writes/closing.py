"""Whatever changes a closed month needs a reason, and is later than the closing. Closing itself is a service's.

Who changes a month that is over holds the lock of the closed months until the end, so that a month's figures are
kept with every change that came before, and the change with every closing that did.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError, StaleError
from tracker.models import ClosedMonth
from tracker.writes.booking_rows import Author
from tracker.writes.placing import day_of

CODE = "month_closed"


def touch_months(
    session: Session, days: Iterable[date], author: Author, *, is_live: bool = False
) -> None:
    """Called before exams of these days begin or cease to count, or count otherwise.

    Raises InvalidError `month_closed` on `reason` when one lies in a closed month and no reason is given, unless it
    is finished at the machine just now (`is_live`: one over midnight); StaleError when it was closed while this
    was on its way. The present month costs nothing: it cannot be closed.
    """
    present = day_of(author.now).replace(day=1)
    over = {month for day in days if (month := day.replace(day=1)) < present}
    if not over:
        return
    lock_for_change(session)
    closed = _closed_at(session, over)
    if not closed:
        return
    if not author.reason and not is_live:
        raise InvalidError(
            N_("This month is closed (%(month)s): a reason is needed."),
            code=CODE,
            field="reason",
            params={"month": f"{min(closed):%Y-%m}"},
        )
    if author.now <= max(closed.values()):
        raise StaleError(N_("The month was closed meanwhile. Look at it again."))


def lock_for_change(session: Session) -> None:
    """Let no month be closed until this transaction ends; SQLite's has the database to itself anyhow."""
    _lock(session, "SHARE")


def lock_for_closing(session: Session) -> None:
    """Wait for those who change a month that is over, and keep others waiting."""
    _lock(session, "EXCLUSIVE")


def _lock(session: Session, mode: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE closed_month IN {mode} MODE"))


def _closed_at(session: Session, months: Iterable[date]) -> dict[date, datetime]:
    found = session.execute(
        select(ClosedMonth.month, ClosedMonth.closed_at).where(
            ClosedMonth.month.in_(sorted(months)), ClosedMonth.reopened_at.is_(None)
        )
    )
    return {row.month: row.closed_at for row in found}
