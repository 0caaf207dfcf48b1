"""Steps that add or change an exam type with what differs for a stream, alike for its form and for a sheet.

Whoever calls them holds the supply's lock and refreshes the devices' pressure afterwards.
"""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from tracker.domain.catalogue import ExamTypeValues, PairValues, checked_exam_type
from tracker.domain.errors import N_, ConflictError
from tracker.models.catalogue import (
    Capability,
    ExamType,
    ExamTypeCapability,
    ExamTypeStream,
    Stream,
)
from tracker.queries.exam_types import exam_type_streams
from tracker.queries.unsuited import unsuited_bookings
from tracker.writes.audit import plain
from tracker.writes.booking_rows import Author
from tracker.writes.catalogue_rows import (
    add_coded,
    change_coded,
    ids_of_codes,
    locked_row,
    save_row,
)
from tracker.writes.occupancy import lock_days_ahead

_COLUMNS = (
    "code", "name_zh", "name_en", "loinc", "minutes", "further_part_minutes", "observation_minutes",
    "points_hundredths", "further_part_points_hundredths", "is_fasting", "bladder", "needs_competence",
    "least_title", "preparation_zh", "preparation_en", "colour", "sort_order",
)  # fmt: skip
_PAIR = (
    "minutes", "further_part_minutes", "points_hundredths", "further_part_points_hundredths",
    "demand_permille",
)  # fmt: skip


def insert_exam_type(session: Session, values: ExamTypeValues, author: Author) -> int:
    """Add an exam type with its audit entry; returns its id. Raises InvalidError."""
    values = checked_exam_type(values)
    exam_type_id = add_coded(session, ExamType, values, _COLUMNS, author)
    _set_capabilities(session, exam_type_id, values)
    _set_pairs(session, exam_type_id, values)
    return exam_type_id


def update_exam_type(
    session: Session,
    exam_type_id: int,
    values: ExamTypeValues,
    *,
    version: int | None,
    author: Author,
) -> bool:
    """Change an exam type; whether anything differed. What is booked or examined stays as it was.

    A requirement is refused (ConflictError) while bookings to come stand on devices that lack it.
    Raises InvalidError, NotFoundError, StaleError.
    """
    values = checked_exam_type(values)
    exam_type = locked_row(session, ExamType, exam_type_id, version=version)
    change = change_coded(session, exam_type, values, _COLUMNS)
    before = frozenset(capability.code for capability in exam_type.capabilities)
    if before != values.capabilities:
        # a booking on its way is seen, or sees this
        lock_days_ahead(session, now=author.now)
        unsuited = unsuited_bookings(session, after=author.now)
        _set_capabilities(session, exam_type_id, values)
        if unsuited_bookings(session, after=author.now) > unsuited:
            raise ConflictError(
                N_("Bookings to come stand on devices that lack this function; move them first.")
            )
        change["capabilities"] = [plain(before), plain(values.capabilities)]
    if stored_pairs(session, exam_type_id) != values.of_streams:
        _set_pairs(session, exam_type_id, values)
        change["of_streams"] = sorted(values.of_streams)
    if change:
        save_row(session, exam_type, author, change=change)
    return bool(change)


def stored_pairs(session: Session, exam_type_id: int) -> dict[str, PairValues]:
    """What differs for streams, by their codes, as it is kept now."""
    return {
        pair.stream: PairValues(**{name: getattr(pair, name) for name in _PAIR})
        for pair in exam_type_streams(session, exam_type_id)
    }


def _set_capabilities(session: Session, exam_type_id: int, values: ExamTypeValues) -> None:
    ids = ids_of_codes(session, Capability, values.capabilities, field="capabilities")
    session.execute(
        delete(ExamTypeCapability).where(ExamTypeCapability.exam_type_id == exam_type_id)
    )
    if ids:
        session.execute(
            insert(ExamTypeCapability),
            [{"exam_type_id": exam_type_id, "capability_id": each} for each in ids.values()],
        )


def _set_pairs(session: Session, exam_type_id: int, values: ExamTypeValues) -> None:
    ids = ids_of_codes(session, Stream, values.of_streams, field="of_streams")
    session.execute(delete(ExamTypeStream).where(ExamTypeStream.exam_type_id == exam_type_id))
    rows = [
        {"exam_type_id": exam_type_id, "stream_id": ids[code]}
        | {name: getattr(pair, name) for name in _PAIR}
        for code, pair in values.of_streams.items()
    ]
    if rows:
        session.execute(insert(ExamTypeStream), rows)
