"""The latest changes of one row for its page: who changed what, when. The whole audit has a page of its own."""

from dataclasses import dataclass

from tracker.queries import read_session
from tracker.queries.audit import AuditFilter, AuditRow, audit_entries, codes_of_rows
from tracker.web.audit_words import Change, changes_of, rows_named

LATEST = 10
_NO_CHANGE = frozenset({"sign_in", "sign_out", "end_sign_in"})


@dataclass(frozen=True, slots=True)
class RowHistory:
    """Entries newest first, with the values that changed; `entity` and `entity_id` lead to all of them."""

    entity: str
    entity_id: str
    entries: tuple[tuple[AuditRow, list[Change]], ...]


def history_of(entity: str, entity_id: int | str) -> RowHistory:
    """The latest changes of a row; that somebody signed in changes nothing and is left out."""
    chosen = AuditFilter(entity=entity, entity_id=str(entity_id), besides=_NO_CHANGE)
    with read_session() as session:
        rows = audit_entries(session, chosen, before_id=None, limit=LATEST)
        codes = codes_of_rows(session, rows_named(rows))
    told = tuple((row, changes_of(row, codes)) for row in rows)
    return RowHistory(entity, str(entity_id), told)
