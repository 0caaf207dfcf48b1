"""What the words of files mean, as it is remembered: written when somebody explains them or names a doctor."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.domain.examfile import COLUMNS, WORD_KINDS, Words, header_word, plain_word
from tracker.domain.texts import plain_line
from tracker.models import ImportMapping
from tracker.queries.import_words import NOT_THERE, possible_codes
from tracker.writes.audit import write_audit
from tracker.writes.booking_rows import Author

HEADER = "header"
LONGEST_WORD = 80

_Saved = dict[tuple[str, str], ImportMapping]


def remember_words(session: Session, words: Words, author: Author) -> int:
    """Remember what words mean: kind → word → code; returns how many were new or changed.

    Raises InvalidError on `words` for a kind that is not known, and for a code that is not there.
    """
    saved = {(each.kind, each.word): each for each in session.scalars(select(ImportMapping))}
    changed = 0
    for kind, of_kind in sorted(words.items()):
        _check(session, kind, of_kind)
        for text, code in sorted(of_kind.items()):
            changed += _remember(session, saved, (kind, text, code), author)
    if changed:
        write_audit(
            session, action="map", entity="exam_import", entity_id="words", by=author.by, now=author.now,
            change={"words": changed, "kinds": sorted(words)},
        )  # fmt: skip
    return changed


def _check(session: Session, kind: str, of_kind: Mapping[str, str]) -> None:
    if kind not in (*WORD_KINDS, HEADER):
        raise InvalidError(N_("This kind of words is not known."), field="words")
    possible = {*COLUMNS, ""} if kind == HEADER else possible_codes(session, kind)
    for word, code in of_kind.items():
        if code not in possible:
            told: dict[str, Any] = {"word": word[:LONGEST_WORD], "code": code}
            raise InvalidError(NOT_THERE, field="words", params=told)


def _remember(session: Session, saved: _Saved, said: tuple[str, str, str], author: Author) -> bool:
    kind, text, code = said
    word = header_word(text) if kind == HEADER else plain_word(text)
    known = saved.get((kind, word))
    if known is not None and known.code == code:
        return False
    if known is None:
        kept = plain_line(word, field="words", longest=LONGEST_WORD)
        known = saved[kind, word] = ImportMapping(kind=kind, word=kept)
        session.add(known)
    known.code, known.made_at, known.made_by_id = code, author.now, author.by
    return True
