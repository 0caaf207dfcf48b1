"""Reading the State Council's notice of a year's holidays, pasted as Chinese text. Writing its days is a service's.

The notice has one paragraph for each holiday, such as "三、清明节：4月4日至6日放假调休，共3天。4月7日
（星期日）上班。". Weekdays and numbers of days that it states are held against the calendar.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.errors import N_

MAKE_UP = "调休上班"
LONGEST_NOTICE = 10_000  # characters; a notice has about a thousand

NOT_UNDERSTOOD = N_("Not understood.")
WRONG_WEEKDAY = N_("The weekday does not fit the date: another year?")
WRONG_COUNT = N_("The number of days does not fit.")
NO_SUCH_DATE = N_("There is no such date.")
TWO_KINDS = N_("This day stands in the notice twice, as a day off and as worked.")

_YEAR = re.compile(r"关于(\d{4})年")
_HEADING = re.compile(r"^(?:[一二三四五六七八九十]+、|\d+[.、])?\s*([^\d:,。;()]{1,20}):")
_DATE = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日"
_NOTE = r"(?:\([^()]*\))?"
_STRETCH = re.compile(rf"{_DATE}({_NOTE})(?:(?:至|到|-|—|–|~){_DATE}({_NOTE}))?")
_BETWEEN = re.compile(r"[、,和及]?")
_OFF = re.compile(r"^(?:为)?(?:放假|休息|补休|公休)")
_WORKED = re.compile(r"^(?:正常|照常|调休)?(?:上班|工作)$")
_COUNT = re.compile(r"(?:共|放假)(\d{1,2})天")
_WEEKDAY = re.compile(r"(?:星期|周)([一二三四五六日天])")
_WEEKDAYS = "一二三四五六日"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day of the notice: `kind` is holiday (a day off) or make_up (worked although it were off)."""

    local_date: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A sentence that gave no day, and why (a sentence of the catalogue)."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What was read: the days by date, and what was not understood, as it stands in the text."""

    year: int
    days: tuple[NoticeDay, ...]
    unread: tuple[Unread, ...]


class _UnreadError(Exception):
    """A sentence that cannot be taken; its only argument says why."""


def read_notice(text: str, *, year: int) -> Notice:
    """The days off and the make-up working days of a notice for `year`; its title, if pasted, goes before.

    A sentence whose weekday or count contradicts the calendar gives no day at all: it is among `unread`.
    """
    plain = unicodedata.normalize("NFKC", text).replace("。", "。\n").replace(";", ";\n")
    titled = _YEAR.search(plain)
    year = int(titled[1]) if titled else year
    days: dict[date, NoticeDay] = {}
    unread: list[Unread] = []
    name = ""
    for line in filter(None, (each.strip() for each in plain.splitlines())):
        heading = _HEADING.match(line)
        name = heading[1].strip() if heading else name
        sentence = line[heading.end() :].strip() if heading else line
        if titled and titled[0] in line:
            continue
        try:
            _take(days, _days_of(sentence, year, name) if sentence else [])
        except _UnreadError as error:
            unread.append(Unread(line, str(error)))
    return Notice(year, tuple(days[key] for key in sorted(days)), tuple(unread))


def _take(days: dict[date, NoticeDay], read: list[NoticeDay]) -> None:
    """All days of a sentence, or none where one of them stands elsewhere as the other kind."""
    if any(days.get(day.local_date, day).kind != day.kind for day in read):
        raise _UnreadError(TWO_KINDS)
    days |= {day.local_date: day for day in read if day.local_date not in days}


def _days_of(sentence: str, year: int, name: str) -> list[NoticeDay]:
    """The days of one sentence. Raises _UnreadError."""
    sentence = "".join(sentence.split()).rstrip("。;")
    dates, rest = _dates_at_start(sentence, year)
    if dates and _OFF.match(rest) and "上班" not in rest:
        stated = _COUNT.search(rest)
        if stated and int(stated[1]) != len(dates):
            raise _UnreadError(WRONG_COUNT)
        return [NoticeDay(day, "holiday", name[:80]) for day in dates]
    if dates and _WORKED.match(rest):
        return [NoticeDay(day, "make_up", MAKE_UP) for day in dates]
    raise _UnreadError(NOT_UNDERSTOOD)


def _dates_at_start(sentence: str, year: int) -> tuple[list[date], str]:
    """Every date of the list a sentence begins with, and what follows it."""
    dates: list[date] = []
    month, end = 0, 0
    while True:
        gap = _BETWEEN.match(sentence, end)
        found = _STRETCH.match(sentence, gap.end() if gap else end)
        if found is None:
            return dates, sentence[end:].lstrip(",")
        stretch = list(_stretch(found, year, month))
        dates += stretch
        month, end = stretch[-1].month, found.end()


def _stretch(found: re.Match[str], year: int, month: int) -> Iterator[date]:
    first_year, first_month, first_day, note, last_year, last_month, last_day, last_note = (
        found.groups()
    )
    first = _date(int(first_year or year), int(first_month or month), int(first_day))
    _check_weekday(first, note)
    last = first
    if last_day:
        last = _date(int(last_year or first.year), int(last_month or first.month), int(last_day))
        _check_weekday(last, last_note)
    if not timedelta(0) <= last - first < timedelta(days=31):
        raise _UnreadError(NO_SUCH_DATE)
    while first <= last:
        yield first
        first += _ONE_DAY


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _UnreadError(NO_SUCH_DATE) from None


def _check_weekday(day: date, note: str | None) -> None:
    """What brackets say of the weekday must be so; 天 is another word for Sunday."""
    for stated in _WEEKDAY.findall(note or ""):
        if _WEEKDAYS.index(stated.replace("天", "日")) != day.weekday():
            raise _UnreadError(WRONG_WEEKDAY)
