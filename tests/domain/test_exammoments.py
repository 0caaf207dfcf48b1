"""A date and a time as people and spreadsheets write them: the same instant however it is written, never a guess."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.errors import InvalidError
from tracker.domain.exammoments import read_moment

SHANGHAI = ZoneInfo("Asia/Shanghai")
EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=SHANGHAI)

SAME = [
    "2026-11-23 08:00", "2026/11/23 8:00", "2026.11.23 08:00:00", "2026-11-23T08:00", "2026-11-23 08:00:00.123",
    "20261123 0800", "202611230800", "20261123080000", "20261123 08:00", "2026年11月23日 8时00分", "2026年11月23日8点",
    "2026年11月23日 08:00:00", "2026-11-23 星期一 08:00", "2026/11/23 上午8:00", "11/23/2026 8:00 AM", "23/11/2026 08:00",
    "23-Nov-2026 08:00", "Nov 23, 2026 8:00 am", "2026-11-23T08:00:00+08:00", "2026-11-23T00:00:00Z",
    "46349.3333333333", "２０２６－１１－２３　０８：００", 46349.3333333333, 20261123080000.0,
    EIGHT.replace(tzinfo=None) - timedelta(microseconds=400), EIGHT.replace(tzinfo=None),
]  # fmt: skip


@pytest.mark.parametrize("cell", SAME)
def test_it_is_the_same_instant(cell: object) -> None:
    moment = read_moment(cell)
    assert moment is not None
    assert moment.at(SHANGHAI) == EIGHT


@pytest.mark.parametrize(
    ("cell", "hour"),
    [("2026年11月23日 下午2时30分", 14.5), ("2026-11-23 2:30 PM", 14.5), ("2026-11-23 12:15 am", 0.25),
     ("2026-11-23 中午12:10", 12 + 1 / 6), ("2026-11-23 24:00", 24), ("2026-11-23", 0), (date(2026, 11, 23), 0)],
)  # fmt: skip
def test_the_second_half_of_the_day_and_its_end(cell: object, hour: float) -> None:
    moment = read_moment(cell)
    assert moment is not None
    midnight = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    assert moment.at(SHANGHAI) - midnight == timedelta(hours=hour)


def test_days_may_be_counted_from_1904() -> None:
    moment = read_moment(46349.3333333333 - 1462, is_1904=True)
    assert moment is not None
    assert moment.at(SHANGHAI) == EIGHT


@pytest.mark.parametrize(
    "cell",
    [
        "08:18",
        "8:18",
        "上午8时18分",
        time(8, 18),
        time(8, 17, 59, 800_000),
        timedelta(minutes=498),
        498 / 1440,
    ],
)
def test_a_time_alone_is_one_of_a_day_that_is_told_elsewhere(cell: object) -> None:
    moment = read_moment(cell)
    assert moment is not None
    assert moment.day is None
    assert moment.on(date(2026, 11, 23)).at(SHANGHAI) == EIGHT + timedelta(minutes=18)
    with pytest.raises(ValueError, match="no instant"):
        moment.at(SHANGHAI)


@pytest.mark.parametrize("cell", ["", "  ", None])
def test_an_empty_cell_says_nothing(cell: object) -> None:
    assert read_moment(cell) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [("26-11-23 08:00", "short_year"), ("26/11/23", "short_year"), ("11/23/26 8:00", "short_year"),
     ("26年11月23日 08:00", "short_year"), ("23-Nov-26", "short_year"), ("11/12/2026 08:00", "ambiguous_date"),
     ("2026-02-30 08:00", "no_such_date"), ("2026-13-01", "no_such_date"), ("2026-11-23 24:30", "no_date"),
     ("2026-11-23 08:60", "no_date"), ("tomorrow", "no_date"), ("1904-02-01", "year"), ("2126-11-23", "year"),
     (True, "no_date"), (3.5, "no_date"), ("2026-11-23 08:00 junk", "no_date")],
)  # fmt: skip
def test_what_is_no_date_or_might_be_two_is_refused(cell: object, code: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_moment(cell)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "cell",
    [
        "24:00",
        timedelta(days=1),
        1.0,
        date(1900, 1, 1),
        date(1904, 1, 2),
        time(23, 59, 59, 991_000),
    ],
)
def test_the_end_of_a_day_may_stand_alone(cell: object) -> None:
    """A whole day in a cell for times comes as the day after the spreadsheet's first."""
    moment = read_moment(cell)
    assert moment is not None
    assert moment.clock == timedelta(days=1)
