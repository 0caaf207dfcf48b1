"""Notices of holidays in the wording of several years: what is read, what is left to a person."""

from datetime import date

import pytest

from tracker.domain.notices import (
    NO_SUCH_DATE,
    NOT_UNDERSTOOD,
    TWO_KINDS,
    WRONG_COUNT,
    WRONG_WEEKDAY,
    Notice,
    read_notice,
)

# The facts are those of the years; the sentences are written for these tests.
OF_2026 = """关于2026年部分节假日安排的通知
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。"""


def off(notice: Notice) -> list[str]:
    return [day.local_date.isoformat() for day in notice.days if day.kind == "holiday"]


def worked(notice: Notice) -> list[str]:
    return [day.local_date.isoformat() for day in notice.days if day.kind == "make_up"]


def test_a_whole_notice_is_read() -> None:
    notice = read_notice(OF_2026, year=2030)
    assert notice.year == 2026
    assert notice.unread == ()
    assert len(off(notice)) == 3 + 9 + 3 + 5 + 3 + 3 + 7
    assert worked(notice) == [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]
    by_date = {day.local_date: day.name for day in notice.days}
    assert by_date[date(2026, 2, 23)] == "春节"
    assert by_date[date(2026, 10, 10)] == "调休上班"


@pytest.mark.parametrize(
    ("year", "text", "days_off", "days_worked"),
    [
        # around the turn of a year
        (
            2019,
            "一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。",
            ["2018-12-30", "2018-12-31", "2019-01-01"],
            ["2018-12-29"],
        ),
        (2020, "一、元旦：2020年1月1日放假，共1天。", ["2020-01-01"], []),
        (2024, "一、元旦：1月1日放假，与周末连休。", ["2024-01-01"], []),
        (2025, "一、元旦：1月1日（周三）放假1天，不调休。", ["2025-01-01"], []),
        # two holidays at once, make-up days of another month before
        (
            2020,
            "六、国庆节、中秋节：10月1日至8日放假调休，共8天。9月27日（星期日）、10月10日（星期六）上班。",
            [f"2020-10-0{day}" for day in range(1, 9)],
            ["2020-09-27", "2020-10-10"],
        ),
        # from one month to the next; full-width digits and brackets, blanks
        (
            2025,
            "二、春节： 1月28日(农历除夕、周二)至2月4日（农历正月初七、周二）放假调休，共８天。",
            ["2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31"]
            + [f"2025-02-0{day}" for day in range(1, 5)],
            [],
        ),
        # a list without its month said again, Sunday's other word
        (2024, "2月4日、18日（星期天）上班。", [], ["2024-02-04", "2024-02-18"]),
        (2011, "三、清明节：4月3日至5日放假公休，共3天。4月2日（星期六）上班。",
         ["2011-04-03", "2011-04-04", "2011-04-05"], ["2011-04-02"]),
        (2013, "元旦：2013年1月1日至3日放假调休，共3天；1月5日（星期六）、1月6日（星期日）上班",
         ["2013-01-01", "2013-01-02", "2013-01-03"], ["2013-01-05", "2013-01-06"]),
    ],
)  # fmt: skip
def test_the_wording_of_other_years(
    year: int, text: str, days_off: list[str], days_worked: list[str]
) -> None:
    notice = read_notice(text, year=year)
    assert notice.unread == ()
    assert (off(notice), worked(notice)) == (days_off, days_worked)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("鼓励各单位安排职工在除夕（2月9日）休息。", NOT_UNDERSTOOD),
        ("节假日期间，请各单位妥善安排值班。", NOT_UNDERSTOOD),
        ("1月1日（星期四）为法定节假日。", NOT_UNDERSTOOD),
        ("三、清明节：4月4日（周五）至6日放假，共3天。", WRONG_WEEKDAY),
        ("三、清明节：4月4日至6日放假，共4天。", WRONG_COUNT),
        ("2月30日放假。", NO_SUCH_DATE),
        ("4日上班。", NO_SUCH_DATE),
        ("10月7日至1日放假。", NO_SUCH_DATE),
    ],
)
def test_what_is_not_understood_is_shown_with_its_reason(text: str, why: str) -> None:
    notice = read_notice(text, year=2026)
    assert notice.days == ()
    assert [(each.text, each.why) for each in notice.unread] == [(_plain(text), why)]


def test_a_day_cannot_be_off_and_worked() -> None:
    notice = read_notice("5月1日至5日放假。5月4日、9日上班。", year=2026)
    assert len(off(notice)) == 5
    assert [each.why for each in notice.unread] == [TWO_KINDS]


def test_what_is_no_notice_gives_no_day() -> None:
    notice = read_notice("<script>alert(1)</script>\n\n=SUM(A1)\n", year=2026)
    assert notice.days == ()
    assert len(notice.unread) == 2


def test_an_empty_text_gives_nothing() -> None:
    assert read_notice(" \n ", year=2026) == Notice(2026, (), ())


def _plain(text: str) -> str:
    return text.translate(str.maketrans("（），：", "(),:"))
