"""Naming a doctor in all exams of a name: step by step, so that nobody at a desk waits for more than one of them."""

from datetime import datetime

from tracker.db import read_session
from tracker.queries.unmatched import name_in_files
from tracker.services.importing import save_words
from tracker.services.naming import Naming, name_some

MOST_STEPS = 30
"""Of one call, some five seconds: fifteen thousand exams. Whoever has more presses again."""


def name_doctor(
    exam_id: int, operator: str, *, reason: str, is_remembered: bool, by: int, now: datetime
) -> tuple[int, int]:
    """Say who the unknown doctor of an exam is, in all exams for which files have this name: (exams named, exams left).

    `is_remembered`: later files are understood so too. All steps have one time, so that a closed month lists them as
    one change. What was named stays so when a later step is refused. Raises InvalidError, StaleError, NotFoundError.
    """
    with read_session() as session:
        found = name_in_files(session, exam_id)
    naming = Naming(found.name, operator, reason)
    place = name_some(naming, after=None, by=by, now=now)
    for _step in range(MOST_STEPS - 1):
        if place is None:
            break
        place = name_some(naming, after=place, by=by, now=now)
    if is_remembered and found.name:
        save_words({"operator": {found.name: operator}}, by=by, now=now)
    with read_session() as session:
        left = name_in_files(session, exam_id).exams
    return found.exams - left, left
