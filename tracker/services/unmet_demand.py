"""Keeping a search that was left without a booking, so that the head sees what could not be offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import clock
from tracker.db import service
from tracker.domain.catalogue import whole_number
from tracker.domain.demand import REASONS
from tracker.domain.errors import N_, InvalidError
from tracker.domain.stretches import check_stretch
from tracker.domain.workcalendar import local_date_of
from tracker.models import Account, ExamType, Stream, UnmetDemand
from tracker.queries.openings import MOST_PARTS
from tracker.writes.audit import write_audit
from tracker.writes.catalogue_rows import ids_of_codes


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftSearch:
    """What was looked for, in codes and days (both inclusive), and why it was left: a key of REASONS."""

    exam_type: str
    stream: str
    first: date
    last: date
    parts: int = 1
    reason: str


SAME_SEARCH = timedelta(minutes=1)


@service
def note_unmet_demand(session: Session, left: LeftSearch, *, by: int, now: datetime) -> int:
    """Keep a search that was left; returns its id. Raises InvalidError with the field.

    Sent twice it is one: the same account leaves the same search again within a minute by a double press or a
    page sent anew, not for another patient.
    """
    whole_number(left.parts, field="parts", low=1, high=MOST_PARTS)
    if left.reason not in REASONS:
        raise InvalidError(N_("Choose one of the reasons."), field="reason")
    check_stretch(left.first, left.last, longest=None)
    exam_types = ids_of_codes(session, ExamType, [left.exam_type], field="exam_type")
    streams = ids_of_codes(session, Stream, [left.stream], field="stream")
    search = {
        "by_id": by,
        "exam_type_id": exam_types[left.exam_type],
        "stream_id": streams[left.stream],
        "parts": left.parts,
        "wanted_from": left.first,
        "wanted_to": left.last,
    }
    if (known := _kept_before(session, search, by=by, now=now)) is not None:
        return known
    today = local_date_of(now, clock.hospital_zone())
    row = UnmetDemand(at=now, local_date=today, reason=left.reason, **search)
    session.add(row)
    session.flush()
    change = {"exam_type": left.exam_type, "stream": left.stream, "reason": left.reason}
    write_audit(
        session,
        action="log",
        entity="unmet_demand",
        entity_id=row.id,
        by=by,
        now=now,
        change=change,
    )
    return row.id


def _kept_before(
    session: Session, search: Mapping[str, object], *, by: int, now: datetime
) -> int | None:
    """The same search of the account, kept a moment ago. Two presses at once go one by one: it is locked."""
    session.execute(select(Account.id).where(Account.id == by).with_for_update(key_share=True))
    found = select(UnmetDemand.id).filter_by(**search).where(UnmetDemand.at > now - SAME_SEARCH)
    return session.scalar(found.order_by(UnmetDemand.id).limit(1))
