"""One row of an administrator's sheet written as its form would write it; the import itself is a service."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.catalogue import PairValues, StaffValues
from tracker.domain.credentials import check_username
from tracker.domain.errors import N_, InvalidError
from tracker.domain.sheets import AccountValues, DayValues, StreamPair
from tracker.queries.exam_types import exam_type_by_code
from tracker.queries.sheets import StoredRow, exam_type_values
from tracker.writes.account_rows import AccountFacts, insert_account, update_account
from tracker.writes.accounts import locked_account
from tracker.writes.booking_rows import Author
from tracker.writes.calendar_rows import set_day
from tracker.writes.device_rows import insert_device, update_device
from tracker.writes.exam_type_rows import insert_exam_type, stored_pairs, update_exam_type
from tracker.writes.staff_rows import insert_staff_member, update_staff_member
from tracker.writes.stream_rows import insert_stream, update_stream

_Write = Callable[[Session, StoredRow | None, Any, Author], bool]


def _coded(insert: Callable[..., int], update: Callable[..., bool]) -> _Write:
    """How a row with a code is written: as a new one, or over the present one."""

    def write(session: Session, present: StoredRow | None, values: Any, author: Author) -> bool:
        if present is None:
            return bool(insert(session, values, author))
        return update(session, present.id, values, version=None, author=author)

    return write


def _write_pair(
    session: Session, _present: StoredRow | None, values: StreamPair, author: Author
) -> bool:
    """Set the pair on its exam type; one in which nothing differs any more goes."""
    exam_type = exam_type_by_code(session, values.exam_type)
    if exam_type is None:
        raise InvalidError(
            N_("There is no %(code)s."), field="exam_type", params={"code": values.exam_type}
        )
    pair = PairValues(**{each.name: getattr(values, each.name) for each in fields(PairValues)})
    pairs = stored_pairs(session, exam_type.id) | {values.stream: pair}
    differing = {code: each for code, each in pairs.items() if each != PairValues()}
    wanted = exam_type_values(exam_type, differing)
    return update_exam_type(session, exam_type.id, wanted, version=None, author=author)


def _write_person(
    session: Session, present: StoredRow | None, values: StaffValues, author: Author
) -> bool:
    """As the form has it: who is no doctor has no title."""
    values = values if values.kind == "doctor" else replace(values, title="")
    return _coded(insert_staff_member, update_staff_member)(session, present, values, author)


def _write_day(
    session: Session, _present: StoredRow | None, values: DayValues, author: Author
) -> bool:
    set_day(session, values.local_date, kind=values.kind, name=values.name, author=author)
    return True


def _write_account(
    session: Session, present: StoredRow | None, values: AccountValues, author: Author
) -> bool:
    """Whoever is new has no password yet, and cannot sign in until an administrator gives one."""
    facts = AccountFacts(values.roles, values.staff, values.is_active)
    if present is None:
        return bool(insert_account(session, check_username(values.username), facts, author))
    return update_account(session, locked_account(session, present.id), facts, author)


WRITE_ROW: Mapping[str, _Write] = {
    "devices": _coded(insert_device, update_device),
    "exam_types": _coded(insert_exam_type, update_exam_type),
    "of_streams": _write_pair,
    "streams": _coded(insert_stream, update_stream),
    "staff": _write_person,
    "calendar": _write_day,
    "accounts": _write_account,
}
"""By the sheet: writes one row of values, new or `present`; whether it changed anything. Raises DomainError."""
