"""Exports that were asked for, as pages and the jobs process read them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, NotFoundError
from tracker.models import ExportRun
from tracker.queries.exams import ExamFilter
from tracker.queries.plan_runs import OPEN

SHOWN = 10
_DAYS = ("first", "last")


@dataclass(frozen=True, slots=True)
class ExportRow:
    """An export with how far it is; `file_name` once it is done and while its file is kept."""

    id: int
    chosen: Mapping[str, Any]
    language: str
    state: str
    asked_at: datetime
    asked_by_id: int
    ended_at: datetime | None
    cancel_asked: bool
    rows_done: int
    rows_total: int
    file_name: str
    incident: str

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def exam_filter(self) -> ExamFilter:
        """What it lists."""
        return filter_of(self.chosen)


_COLUMNS = tuple(getattr(ExportRun, name) for name in ExportRow.__slots__)


def kept_filter(chosen: ExamFilter) -> dict[str, Any]:
    """A filter as JSON keeps it; conditions that are not set are left out."""
    return {name: _plain(value) for name, value in asdict(chosen).items() if _is_given(value)}


def _is_given(value: object) -> bool:
    """Monday and midnight are 0, and conditions all the same."""
    return value is not None and value is not False


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int) else list(value)  # type: ignore[call-overload]


def filter_of(kept: Mapping[str, Any]) -> ExamFilter:
    """The filter of `kept_filter`."""
    days = {name: date.fromisoformat(kept[name]) for name in _DAYS if name in kept}
    return ExamFilter(**{**kept, **days})


def exports_of(session: Session, account_id: int) -> list[ExportRow]:
    """The latest exports that an account asked for, newest first. One statement.

    Those that were taken at once, and those whose file is gone, are on record alone.
    """
    rows = session.execute(
        select(*_COLUMNS)
        .where(
            ExportRun.asked_by_id == account_id,
            or_(ExportRun.state != "done", ExportRun.file_name != ""),
        )
        .order_by(ExportRun.id.desc())
        .limit(SHOWN)
    )
    return [ExportRow(*row) for row in rows]


def export_of(session: Session, run_id: int, account_id: int) -> ExportRow:
    """One's own export. Raises NotFoundError for one of somebody else, too."""
    row = session.execute(
        select(*_COLUMNS).where(ExportRun.id == run_id, ExportRun.asked_by_id == account_id)
    ).first()
    if row is None:
        raise NotFoundError(N_("There is no such export."))
    return ExportRow(*row)


def export_row(session: Session, run_id: int) -> ExportRow:
    """Any export, for the process that writes it."""
    return ExportRow(*session.execute(select(*_COLUMNS).where(ExportRun.id == run_id)).one())


def is_export_left(session: Session) -> bool:
    """Whether an export has not ended. One statement."""
    return (
        session.scalar(select(ExportRun.id).where(ExportRun.state.in_(OPEN)).limit(1)) is not None
    )


def old_exports(session: Session, *, before: datetime) -> list[tuple[int, str]]:
    """Ids and file names of exports that ended before an instant and still have a file."""
    rows = session.execute(
        select(ExportRun.id, ExportRun.file_name).where(
            ExportRun.file_name != "", ExportRun.ended_at < before
        )
    )
    return [(row.id, row.file_name) for row in rows]
