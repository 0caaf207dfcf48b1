"""How points are shared from a day on: days that are over keep their shares."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.errors import N_, ConflictError, InvalidError, NotFoundError
from tracker.domain.shares import Shares, checked_shares
from tracker.models import PointsShare
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author
from tracker.writes.occupancy import lock_supply
from tracker.writes.placing import day_of


@service
def set_shares_from(
    session: Session, valid_from: date, shares: Shares, *, by: int, now: datetime
) -> None:
    """Share the points of exams from a day on so. Raises InvalidError with the field."""
    checked_shares(shares)
    lock_supply(session)
    if valid_from < day_of(now):
        raise InvalidError(
            N_("Shares change from today on at the earliest: days that are over keep theirs."),
            field="valid_from",
        )
    if session.get(PointsShare, valid_from) is not None:
        raise InvalidError(
            N_("From this day other shares are entered already."), field="valid_from"
        )
    row = PointsShare(
        valid_from=valid_from,
        operator_permille=shares.operator,
        supervisor_permille=shares.supervisor,
        assistant_permille=shares.assistant,
        made_at=now,
        made_by_id=by,
    )
    session.add(row)
    session.flush()
    _note(session, row, "add", Author(by, now))


@service
def drop_shares_from(session: Session, valid_from: date, *, by: int, now: datetime) -> None:
    """Take back shares that have not begun. Raises NotFoundError, ConflictError (begun)."""
    lock_supply(session)
    row = session.get(PointsShare, valid_from)
    if row is None:
        raise NotFoundError(N_("This entry does not exist."))
    if valid_from <= day_of(now):
        raise ConflictError(N_("These shares hold already; enter others from a later day."))
    _note(session, row, "remove", Author(by, now))
    session.delete(row)
    session.flush()


def _note(session: Session, row: PointsShare, action: str, author: Author) -> None:
    names = ("operator_permille", "supervisor_permille", "assistant_permille")
    write_audit(
        session,
        action=action,
        entity=PointsShare.__tablename__,
        entity_id=row.valid_from.isoformat(),
        by=author.by,
        now=author.now,
        change={name: getattr(row, name) for name in names},
    )
