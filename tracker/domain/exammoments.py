"""When an exam of a file began or ended: the many ways in which people and spreadsheets write a date and a time.

Which day is meant is never guessed: a year of two digits, and a month that might be the day, are refused.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from tracker.domain.errors import N_, InvalidError
from tracker.domain.workcalendar import DAY, instant_of

FIRST_YEAR, LAST_YEAR = 1970, 2099
_EPOCH, _EPOCH_1904 = (
    datetime.combine(day, time.min) for day in (date(1899, 12, 30), date(1904, 1, 1))
)
# naive as the cells of a spreadsheet are: its days and times are local ones
_DAY_ONE = (date(1900, 1, 1), date(1904, 1, 2))
"""What 24:00 looks like in a cell for times: one whole day."""
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # 1954 to 2119, or four years later
_HALF_SECOND = timedelta(microseconds=500_000)

_DAY = r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})"
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{1,2})(?::(?P<S>\d{1,2})(?:\.\d+)?)?"
_USUAL = re.compile(rf"{_DAY}(?:[ T]*{_CLOCK})?", re.ASCII)
_CLOCK_ALONE = re.compile(_CLOCK, re.ASCII)
_RUN_ON = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"
    r"(?:[ T]?(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:\.\d+)?)?)?",
    re.ASCII,
)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(?P<y>\d{{4}})(?: +{_CLOCK})?", re.ASCII)
_NAMED = re.compile(
    rf"(?:(?P<d>\d{{1,2}})[- ](?P<n>[a-z]{{3,9}})|(?P<n2>[a-z]{{3,9}}) (?P<d2>\d{{1,2}}),?)"
    rf"[- ,]+(?P<y>\d{{4}})(?:,? +{_CLOCK})?",
    re.ASCII,
)
_SHORT_YEAR = re.compile(
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[- ][a-z]{3,9}[- ,]+\d{2}|[a-z]{3,9} \d{1,2}, ?\d{2}|\d{6})(?![\d:])",
    re.ASCII,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})")
_HALF = re.compile(r"上午|下午|中午|凌晨|早上|晚上|(?<![a-z])[ap]\.?m\.?(?![a-z])", re.IGNORECASE)
_AFTERNOON = frozenset({"下午", "晚上", "中午", "pm"})
_WEEKDAY = re.compile(r"[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a time of day (up to 24:00), both, or an instant that named its own zone."""

    day: date | None = None
    clock: timedelta | None = None
    instant: datetime | None = None

    def on(self, day: date | None) -> "Moment":
        """This time of day on a day, where it has none of its own."""
        return Moment(self.day or day, self.clock, self.instant)

    def at(self, zone: tzinfo) -> datetime:
        """The UTC instant; without a time of day the day's first. Raises ValueError without a day."""
        if self.instant is not None:
            return self.instant
        if self.day is None:
            raise ValueError("a time of day alone is no instant")
        clock = self.clock or timedelta()
        day = self.day + clock.days * DAY
        local = datetime.combine(day, time.min) + timedelta(seconds=clock.seconds)
        return instant_of(local.date(), local.time(), zone)


def read_moment(cell: object, *, is_1904: bool = False) -> Moment | None:
    """The moment of a cell; None for an empty one. Raises InvalidError for what is no date or time."""
    if isinstance(cell, datetime):
        return _of_datetime(cell)
    if isinstance(cell, date):
        if cell in _DAY_ONE:
            return Moment(clock=DAY)
        return Moment(day=_checked_day(cell.year, cell.month, cell.day))
    if isinstance(cell, time):
        since = datetime.combine(_EPOCH, cell) - _EPOCH
        return Moment(clock=_checked_clock(round(since.total_seconds())))
    if isinstance(cell, timedelta):
        return Moment(clock=_checked_clock(round(cell.total_seconds())))
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _of_number(cell, is_1904=is_1904)
    text = "" if cell is None else str(cell).strip()
    return _of_text(text) if text else None


def _of_datetime(cell: datetime) -> Moment:
    if cell.tzinfo is not None:
        return Moment(instant=cell.astimezone(UTC))
    if cell.year == _EPOCH.year or (cell.year == _EPOCH_1904.year and cell.month == 1):
        return Moment(clock=timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second))
    cell = (cell + _HALF_SECOND).replace(microsecond=0)  # a serial's fraction is not exact
    day = _checked_day(cell.year, cell.month, cell.day)
    return Moment(day, cell - datetime.combine(cell.date(), time.min))


def _of_number(number: float, *, is_1904: bool) -> Moment:
    if 0 <= number <= 1 and not isinstance(number, int):
        return Moment(clock=_checked_clock(round(number * 86400)))
    if _FIRST_SERIAL <= number <= _LAST_SERIAL:
        return _of_datetime((_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(days=number))
    if float(number).is_integer():
        return _of_text(str(int(number)))
    raise _no_date()


def _of_text(text: str) -> Moment:
    if (usual := _USUAL.fullmatch(text)) is not None:
        return _of_groups(usual.groupdict(), is_afternoon=None)
    if _ZONED.fullmatch(text):
        try:
            return Moment(instant=datetime.fromisoformat(text).astimezone(UTC))
        except ValueError as error:
            raise _no_date() from error
    if _SERIAL.fullmatch(text) and _FIRST_SERIAL <= float(text) <= _LAST_SERIAL:
        return _of_datetime(_EPOCH + timedelta(days=float(text)))
    plain, is_afternoon = _plain(text)
    for form in (_USUAL, _RUN_ON, _CLOCK_ALONE, _NAMED):
        if found := form.fullmatch(plain):
            return _of_groups(found.groupdict(), is_afternoon=is_afternoon)
    if found := _YEAR_LAST.fullmatch(plain):
        groups = found.groupdict()
        groups["m"], groups["d"] = _month_and_day(found[1], found[3])
        return _of_groups(groups, is_afternoon=is_afternoon)
    if _SHORT_YEAR.match(plain):
        raise InvalidError(N_("a year of two digits"), code="short_year")
    raise _no_date()


def _plain(text: str) -> tuple[str, bool | None]:
    """The text with one kind of signs, and whether it names the second half of the day."""
    text = _WEEKDAY.sub(" ", unicodedata.normalize("NFKC", text)).lower()
    half = _HALF.search(text)
    word = half[0].replace(".", "") if half else ""
    if half:
        clock = _CLOCK_ALONE.search(text.replace("时", ":").replace("点", ":"))
        text = _HALF.sub(" ", text)
        is_afternoon = word in _AFTERNOON and not (word == "中午" and clock and clock["H"] == "11")
    text = re.sub(r"(?<=\d)[年月](?=\d)", "-", text).replace("日", " ").replace("号", " ")
    text = re.sub(r"(?<=\d)[时点](?=\d)", ":", text)
    text = re.sub(r"(?<=\d)(?:时|点整?|时整)", ":00", text)
    text = re.sub(r"(?<=\d)分(?=\d)", ":", text).replace("分", "").replace("秒", "")
    text = re.sub(r"\s*:\s*", ":", re.sub(r"\s+", " ", text)).strip()
    if half and re.fullmatch(r".*(?<![\d:])\d{1,2}", text) and "-" not in text[-3:]:
        text += ":00"  # 11/23/2026 8 am
    return text, is_afternoon if half else None


def _of_groups(groups: dict[str, str | None], *, is_afternoon: bool | None) -> Moment:
    clock = None
    if (hour := groups.get("H")) is not None:
        minute, second = int(groups["M"] or 0), int(groups["S"] or 0)
        if minute > 59 or second > 59:
            raise _no_date()
        clock = _checked_clock(_hour(int(hour), is_afternoon) * 3600 + minute * 60 + second)
    if (year := groups.get("y")) is None:
        return Moment(clock=clock)
    name = groups.get("n") or groups.get("n2")
    month = _MONTHS.get(name[:3], 0) if name else int(groups["m"] or 0)
    day = int(groups.get("d") or groups.get("d2") or 0)
    return Moment(_checked_day(int(year), month, day), clock)


def _hour(hour: int, is_afternoon: bool | None) -> int:
    if is_afternoon is None or hour > 12:
        return hour
    return hour % 12 + 12 * is_afternoon


def _month_and_day(first: str, second: str) -> tuple[str, str]:
    if int(first) > 12:
        return second, first
    if int(second) > 12 or first == second:
        return first, second
    raise InvalidError(
        N_("a date whose month and day cannot be told apart: write year-month-day"),
        code="ambiguous_date",
    )


def _checked_day(year: int, month: int, day: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidError(N_("a year out of range"), code="year")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise InvalidError(N_("a date that does not exist"), code="no_such_date") from error


def _checked_clock(seconds: int) -> timedelta:
    if not 0 <= seconds <= 24 * 3600:
        raise _no_date()
    return timedelta(seconds=seconds)


def _no_date() -> InvalidError:
    return InvalidError(N_("no date and time"), code="no_date")
