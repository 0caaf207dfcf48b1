"""What the words of a file of exams mean here: the usual ones, the catalogue's own, and those the head has explained."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, InvalidError
from tracker.domain.examfile import COLUMNS, WORD_KINDS, Words, header_word, plain_word
from tracker.models import Device, ExamType, ImportMapping, StaffMember, Stream

STARTING_WORDS = Path(__file__).resolve().parent.parent / "starting_data" / "import_words.json"

NOT_THERE = N_("“%(word)s” is to mean %(code)s, which is not there.")

_Pairs = Iterable[tuple[str, str]]


def known_words(session: Session, own: Words | None = None) -> Words:
    """Kind → word → code; `own` words stand before all others. Five statements, and the saved words after the catalogue's.

    Raises InvalidError for an own word of a code that is not there. What two people are called means neither.
    """
    named = {kind: list(_named(session, kind)) for kind in WORD_KINDS}
    codes = {kind: {code for _word, code in pairs} for kind, pairs in named.items()}
    words: dict[str, dict[str, str]] = {"header": {}}
    for kind in WORD_KINDS:
        usual = {word: code for word, code in _usual().get(kind, {}).items() if code in codes[kind]}
        words[kind] = usual | _unambiguous(named[kind])
    for kind, word, code in saved_words(session):
        if kind == "header" or code in codes[kind]:
            words[kind][word] = code
    for kind, pairs in (own or {}).items():
        if kind not in words:
            raise InvalidError(N_("no kind of words: %(kind)s"), field="map", params={"kind": kind})
        possible = {*COLUMNS, ""} if kind == "header" else codes[kind]
        for word, code in pairs.items():
            if code not in possible:
                raise InvalidError(
                    NOT_THERE,
                    field="map",
                    params={"word": word, "code": code},
                )
            words[kind][header_word(word) if kind == "header" else plain_word(word)] = code
    return words


def saved_words(session: Session) -> Sequence[tuple[str, str, str]]:
    """What was explained in a page: kind, word, code. One statement."""
    saved = select(ImportMapping.kind, ImportMapping.word, ImportMapping.code)
    rows = session.execute(saved.order_by(ImportMapping.kind, ImportMapping.word))
    return [(row.kind, row.word, row.code) for row in rows]


def possible_codes(session: Session, kind: str) -> set[str]:
    """What words of a kind may mean, retired rows too. One statement."""
    return {code for _word, code in _named(session, kind)}


def _named(session: Session, kind: str) -> Iterator[tuple[str, str]]:
    """What the catalogue calls its rows, retired ones too: old files name old machines."""
    table = {"exam_type": ExamType, "stream": Stream, "device": Device, "operator": StaffMember}[
        kind
    ]
    names = ("name_zh", "name_en") if kind in ("exam_type", "stream") else ("name",)
    columns = [getattr(table, name) for name in ("code", *names)]
    for row in session.execute(select(*columns)):
        for word in row:
            yield plain_word(word), row.code


def _unambiguous(pairs: _Pairs) -> dict[str, str]:
    found = {(word, code) for word, code in pairs if word}
    meanings = Counter(word for word, _code in found)
    return {word: code for word, code in found if meanings[word] == 1}


@cache
def _usual() -> Words:
    stored = json.loads(STARTING_WORDS.read_text(encoding="utf-8"))
    return {
        kind: {plain_word(word): code for code, words in of.items() for word in words}
        for kind, of in stored.items()
    }
