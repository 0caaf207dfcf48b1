"""The words for the codes that figures are grouped by, in the language that is set."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from tracker.domain.catalogue import TITLES
from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_types
from tracker.queries.staff import staff_members
from tracker.queries.streams import parts_of_day, streams
from tracker.reports.words import name_of

_READ: Mapping[str, Callable[[Session], Sequence[Any]]] = {
    "stream": lambda session: streams(session, include_retired=True),
    "exam_type": lambda session: exam_types(session, include_retired=True),
    "device": lambda session: devices(session, include_retired=True),
    "operator": lambda session: staff_members(session, include_retired=True),
    "part_of_day": parts_of_day,
}


def names_of(session: Session, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """Key → code → words, in the department's order, retired rows too; keys without names of rows are left out."""
    names = {
        key: {row.code: name_of(row) for row in _READ[key](session)} for key in keys if key in _READ
    }
    if "title" in keys:
        names["title"] = {code: _(word) for code, word in TITLES.items() if word}
    return names
