"""What a replay keeps of itself, so that it can be stopped and taken up again."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.models import Setting
from tracker.writes.audit import write_audit

KEY = "replay"


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """The file's SHA-256 and what came of the rows that did not become a booking, by line."""

    digest: str
    refused: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)


@service
def keep_progress(session: Session, progress: ReplayProgress, *, by: int, now: datetime) -> None:
    """Store the progress of a replay in place of what was stored before."""
    value = {
        "digest": progress.digest,
        "refused": progress.refused,
        "broken": progress.broken,
    }
    row = session.get(Setting, KEY)
    if row is None:
        session.add(Setting(key=KEY, value=value))
        write_audit(session, action="replay", entity="setting", entity_id=KEY, by=by, now=now)
    else:
        row.value = value
