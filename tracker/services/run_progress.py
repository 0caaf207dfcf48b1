"""What a virtual run keeps of itself, so that it can be stopped and taken up again."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Protocol

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.models import Setting
from tracker.writes.audit import write_audit


class RunProgress(Protocol):
    """The key under which it is kept, and its value as JSON takes it."""

    @property
    def key(self) -> str: ...
    def value(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class ReplayProgress:
    """The file's SHA-256 and what came of the rows that did not become a booking, by line."""

    digest: str
    refused: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    key: ClassVar[str] = "replay"

    def value(self) -> dict[str, object]:
        """The three fields."""
        return {"digest": self.digest, "refused": self.refused, "broken": self.broken}


@dataclass(slots=True)
class YearProgress:
    """How far a simulated year is: what is simulated, the last day that ended and the driver's counts until then.

    `refused`: codes of the reasons of the present day's refusals, by the request's line. `first_entry`: the
    audit entry after which the year begins.
    """

    digest: str
    first_entry: int
    day: date | None = None
    ended_at: datetime | None = None
    history: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    refused: dict[str, str] = field(default_factory=dict)
    key: ClassVar[str] = "simulate"

    def value(self) -> dict[str, object]:
        """Its fields, days and instants as text."""
        return {
            "digest": self.digest,
            "first_entry": self.first_entry,
            "day": self.day and self.day.isoformat(),
            "ended_at": self.ended_at and self.ended_at.isoformat(),
            "history": self.history,
            "counts": dict(self.counts),
            "refused": self.refused,
        }

    @classmethod
    def of(cls, value: dict[str, object]) -> "YearProgress":
        """The progress that `value()` gave."""
        day, ended_at = value["day"], value["ended_at"]
        counts, refused = value["counts"], value["refused"]
        return cls(
            digest=str(value["digest"]),
            first_entry=int(str(value["first_entry"])),
            day=date.fromisoformat(day) if isinstance(day, str) else None,
            ended_at=datetime.fromisoformat(ended_at) if isinstance(ended_at, str) else None,
            history=int(str(value["history"])),
            counts=Counter(counts if isinstance(counts, dict) else {}),
            refused=dict(refused) if isinstance(refused, dict) else {},
        )


@service
def keep_progress(session: Session, progress: RunProgress, *, by: int, now: datetime) -> None:
    """Store the progress of a run in place of what was stored before."""
    row = session.get(Setting, progress.key)
    if row is None:
        session.add(Setting(key=progress.key, value=progress.value()))
        key = progress.key
        write_audit(session, action=key, entity="setting", entity_id=key, by=by, now=now)
    else:
        row.value = progress.value()
