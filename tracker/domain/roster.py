"""Reading a roster pasted from a spreadsheet: doctors in rows, half-days in columns. What it does to a plan is rosterplan.

A cell names a machine, a reason to be away, or nothing. A word that nobody knows is asked for, never guessed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.errors import N_, InvalidError
from tracker.domain.plan import week_days

NOBODY = 0
LONGEST_WORD = 80  # what is longer is asked for, and remembered, by its beginning
LONGEST_ROSTER = 40_000  # characters; 28 doctors by 10 half-days have about 2,000
MOST_CELLS = 20_000

AWAY_WORDS: Mapping[str, tuple[str, ...]] = {
    "leave": ("休", "休息", "休假", "年假", "公休", "调休", "补休", "事假", "婚假", "产假", "陪产假", "探亲假",
              "丧假", "leave", "off", "holiday", "annual leave"),
    "sick": ("病", "病假", "sick", "sick leave"),
    "teaching": ("教学", "带教", "上课", "讲课", "学习", "培训", "进修", "teaching", "training", "course"),
    "duty": ("值班", "夜班", "夜", "下夜", "下夜班", "急诊", "备班", "duty", "night", "on call"),
    "other": ("其他", "会议", "开会", "出差", "外出", "下乡", "义诊", "支援", "meeting", "travel", "other"),
}  # fmt: skip
"""The usual words of rosters, by kind of absence; a department's own are asked for once and kept."""

NOTHING = frozenset({"", "-", "–", "—", "/", "\\", "无", "none", "×", "x"})
_WEEKDAYS = {
    **{f"{week}{day}": n for week in ("周", "星期", "礼拜") for n, day in enumerate("一二三四五六日")},
    **{f"{week}天": 6 for week in ("周", "星期", "礼拜")},
    **{day: n for n, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}  # fmt: skip
_HEAD_ROWS = 10
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"),
    re.compile(r"(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"),
)


class Does(StrEnum):
    """What a word of a roster says of a doctor's half-day."""

    WORKS = "works"
    AWAY = "away"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word stands for: work at a machine (`device_id`), being away (`kind`), or nothing."""

    does: Does
    device_id: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class RosterNames:
    """What may be named: doctors by code and by name, machines by code, parts of the day by each word for them.

    A name that two doctors share is in `doctors` for neither; NOBODY there is a row to pass over. All keys
    as `plain_word` has them.
    """

    doctors: Mapping[str, int]
    devices: Mapping[str, int]
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One doctor's half-day; `part` is the part of day's code."""

    operator_id: int
    local_date: date
    part: str
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Roster:
    """What was read. `unknown` words and `strangers` (rows of nobody known) wait for an answer, with their counts."""

    entries: tuple[RosterEntry, ...]
    unknown: Mapping[str, int]
    strangers: tuple[str, ...]


_Column = tuple[date, tuple[str, ...]]


def plain_word(text: str) -> str:
    """A word in the form in which words are compared: width, case and spaces do not matter, nor what comes after 80."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())[:LONGEST_WORD].rstrip()


def table_of(text: str) -> list[list[str]]:
    """The cells of a pasted table: tabs between them, as spreadsheets copy it; else commas or semicolons.

    Raises InvalidError on `text`.
    """
    if len(text) > LONGEST_ROSTER:
        raise InvalidError(
            N_("Enter at most %(count)s characters."),
            field="text",
            params={"count": LONGEST_ROSTER},
        )
    lines = [line for line in text.splitlines() if line.strip()]
    mark = next((mark for mark in "\t;,，" if any(mark in line for line in lines)), "\t")
    return [line.split(mark) for line in lines]


def read_roster(
    table: Sequence[Sequence[str]],
    *,
    monday: date,
    names: RosterNames,
    answers: Mapping[str, Meaning],
) -> Roster:
    """Read the roster of the week that begins on `monday`; `answers` say what unknown words mean.

    Raises InvalidError on `text` when no row names days of this week, or names one twice.
    """
    if sum(len(row) for row in table) > MOST_CELLS:
        raise InvalidError(N_("The table is too large."), field="text")
    head, columns = _columns(table, monday, names)
    known = {**_usual_words(names), **answers}
    entries: list[RosterEntry] = []
    unknown: dict[str, int] = {}
    strangers: list[str] = []
    for row in table[head:]:
        labels = [cell.strip() for cell in row[: min(columns)]]
        doctor = _doctor(labels, names)
        if doctor is None and any(labels):
            strangers.append(_label(labels))
        if not doctor:
            continue
        cells = [(columns[n], plain_word(cell)) for n, cell in enumerate(row) if n in columns]
        for (day, parts), word in cells:
            if word not in known:
                unknown[word] = unknown.get(word, 0) + 1
            else:
                entries += [RosterEntry(doctor, day, part, known[word]) for part in parts]
    _refuse_twice(entries)
    return Roster(tuple(entries), unknown, tuple(dict.fromkeys(strangers)))


def _usual_words(names: RosterNames) -> dict[str, Meaning]:
    away = {
        plain_word(word): Meaning(Does.AWAY, kind=kind)
        for kind, words in AWAY_WORDS.items()
        for word in words
    }
    works = {word: Meaning(Does.WORKS, device_id) for word, device_id in names.devices.items()}
    return {**away, **works, **{word: Meaning(Does.NOTHING) for word in NOTHING}}


def _doctor(labels: Sequence[str], names: RosterNames) -> int | None:
    """Who the row is about: the first of its labels that is known, or all of them together."""
    found = (names.doctors.get(plain_word(label)) for label in (*labels, _label(labels)))
    return next((doctor for doctor in found if doctor is not None), None)


def _label(labels: Iterable[str]) -> str:
    return " ".join(filter(None, labels))[:LONGEST_WORD]


def _refuse_twice(entries: Iterable[RosterEntry]) -> None:
    seen: set[tuple[int, date, str]] = set()
    for entry in entries:
        place = (entry.operator_id, entry.local_date, entry.part)
        if place in seen:
            raise InvalidError(
                N_("A doctor stands in the roster twice for the same half-day."), field="text"
            )
        seen.add(place)


# --- the head of the table ---------------------------------------------------------------------------


def _columns(
    table: Sequence[Sequence[str]], monday: date, names: RosterNames
) -> tuple[int, dict[int, _Column]]:
    """How many rows the head has, and which half-days each column stands for."""
    number, days = max(
        ((n, [_day(cell, monday) for cell in row]) for n, row in enumerate(table[:_HEAD_ROWS])),
        key=lambda found: sum(day is not None for day in found[1][1:]),  # a title may name one too
        default=(0, []),
    )
    if not any(days[1:]):
        raise InvalidError(
            N_("No row names the days of this week, such as 周一 or 11-30."), field="text"
        )
    if days[0] is not None:
        raise InvalidError(N_("The first column has to name the doctors."), field="text")
    below = table[number + 1] if number + 1 < len(table) else ()
    if not any(plain_word(cell) in names.parts for cell in below):
        below = ()
    columns = {}
    for place, day in _spread(days, below).items():
        label = _cell(below or table[number], place)
        columns[place] = (day, _parts(label, names))
    return number + 1 + bool(below), columns


def _spread(days: Sequence[date | None], below: Sequence[str]) -> dict[int, date]:
    """Column → day: a day written once over two half-days (a merged cell) holds for both."""
    found: dict[int, date] = {}
    last: date | None = None
    for place in range(max(len(days), len(below))):
        here = days[place] if place < len(days) else None
        last = here or (last if below and _cell(below, place).strip() else None)
        if last is not None:
            found[place] = last
    return found


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if place < len(row) else ""


def _parts(label: str, names: RosterNames) -> tuple[str, ...]:
    """The part of day that a heading names; all of them for a heading that names none."""
    plain = plain_word(label)
    named = [code for word, code in names.parts.items() if plain == word or plain.endswith(word)]
    return (named[0],) if named else tuple(dict.fromkeys(names.parts.values()))


def _is_named(day: date, *, m: int, d: int, y: int | None = None) -> bool:
    return (day.month, day.day) == (m, d) and y in (None, day.year)


def _day(cell: str, monday: date) -> date | None:
    """The day of the week that a heading names; None for any other text, and for a day of another week."""
    plain = plain_word(cell)
    for form in _DATES:
        if found := form.search(plain):
            numbers = {name: int(number) for name, number in found.groupdict().items()}
            return next((day for day in week_days(monday) if _is_named(day, **numbers)), None)
    named = (n for word, n in _WEEKDAYS.items() if plain.startswith(word))
    number = next(named, None)
    return None if number is None else monday + timedelta(days=number)
