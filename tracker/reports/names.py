"""The words for the codes that figures are grouped by, in the language that is set."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_types
from tracker.queries.staff import staff_members
from tracker.queries.streams import streams
from tracker.reports.words import name_of

_READ: Mapping[str, Callable[[Session], Sequence[Any]]] = {
    "stream": lambda session: streams(session, include_retired=True),
    "exam_type": lambda session: exam_types(session, include_retired=True),
    "device": lambda session: devices(session, include_retired=True),
    "operator": lambda session: staff_members(session, include_retired=True),
}


def names_of(session: Session, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Key → code → words, in the department's order, retired rows too; keys without names of rows are left out."""
    return {
        key: {row.code: name_of(row) for row in _READ[key](session)} for key in keys if key in _READ
    }
