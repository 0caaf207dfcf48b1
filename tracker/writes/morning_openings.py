"""The rows of a morning's third next openings: what was seen first stays."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.models import MorningOpening
from tracker.writes.occupancy_rows import insert_ignoring


@dataclass(frozen=True, slots=True)
class MorningRow:
    """Calendar days to the third next opening of an exam type and a stream (ids), as models/demand says."""

    local_date: date
    exam_type_id: int
    stream_id: int
    days: int | None


def insert_morning(session: Session, rows: Sequence[MorningRow]) -> None:
    """Insert them; two who note a morning at once write it once."""
    if rows:
        insert_ignoring(session, MorningOpening, [asdict(row) for row in rows])
