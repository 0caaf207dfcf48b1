"""Days, times, numbers and names as people of this hospital write them, in both languages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask

from tests.web.gallery import gallery_app
from tracker.web import filters
from tracker.web.labels import KINDS, label

EARLY = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 00:30 of the 23rd in Shanghai
DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return gallery_app()


@contextmanager
def page_in(language: str, app: Flask) -> Iterator[None]:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        yield


@pytest.mark.parametrize(
    ("written", "value", "zh", "en"),
    [
        (filters.day, DAY, "2026年11月23日 周一", "Mon 23 Nov 2026"),
        (filters.day, EARLY, "2026年11月23日 周一", "Mon 23 Nov 2026"),
        (filters.short_day, EARLY, "11月23日 周一", "Mon 23 Nov"),
        (filters.plain_day, date(1988, 4, 10), "1988年4月10日", "10 Apr 1988"),
        (filters.month, DAY, "2026年11月", "November 2026"),
        (filters.month_name, DAY, "11月", "Nov"),
        (filters.moment, EARLY, "2026年11月23日 周一 00:30", "Mon 23 Nov 2026 00:30"),
        (filters.clock, EARLY, "00:30", "00:30"),
        (filters.iso_day, EARLY, "2026-11-23", "2026-11-23"),
        (filters.wall_clock, EARLY, "2026-11-23T00:30", "2026-11-23T00:30"),
        (filters.utc_offset, EARLY, "+08:00", "+08:00"),
        (filters.number, 190000, "190,000", "190,000"),
        (filters.points, 160, "1.6", "1.6"),
        (filters.points, 12345678, "123,456.78", "123,456.78"),
        (filters.percent, 0.874, "87%", "87%"),
    ],
)  # fmt: skip
def test_written_in_both_languages(gallery: Flask, written, value, zh, en) -> None:  # type: ignore[no-untyped-def]
    with page_in("zh-CN", gallery):
        assert written(value) == zh
    with page_in("en-GB", gallery):
        assert written(value) == en


def test_places_after_the_point_are_fixed(gallery: Flask) -> None:
    with page_in("en", gallery):
        assert (filters.number(1234.5, 2), filters.number(12, 1)) == ("1,234.50", "12.0")


def test_a_range_of_times(gallery: Flask) -> None:
    with page_in("zh", gallery):
        end = EARLY.replace(minute=42)
        assert filters.clock_range(EARLY, end) == "00:30–00:42"


def test_a_naive_instant_is_refused(gallery: Flask) -> None:
    with page_in("zh", gallery), pytest.raises(ValueError, match="naive"):
        filters.clock(datetime(2026, 11, 23, 8, 0))  # noqa: DTZ001 - the point of the test


def test_the_day_before_and_after(gallery: Flask) -> None:
    with page_in("zh", gallery):
        assert filters.shift_days(EARLY, -1) == date(2026, 11, 22)
        assert filters.shift_days(date(2026, 12, 31), 1) == date(2027, 1, 1)


def test_a_row_speaks_the_language_of_the_page(gallery: Flask) -> None:
    row = SimpleNamespace(
        name_zh="腹部", name_en="Abdomen", preparation_zh="空腹", preparation_en=""
    )
    with page_in("zh", gallery):
        assert filters.localised(row) == "腹部"
    with page_in("en", gallery):
        assert filters.localised(row) == "Abdomen"
        assert filters.localised(row, "preparation") == "空腹"  # better than nothing


def test_every_code_has_a_word_and_a_new_one_stands_for_itself(gallery: Flask) -> None:
    with page_in("en", gallery):
        assert all(label(code, kind) for kind, words in KINDS.items() for code in words)
        assert label("brand_new", "status") == "brand_new"


def test_templates_know_every_filter(gallery: Flask) -> None:
    assert filters.FILTERS.keys() <= gallery.jinja_env.filters.keys()


def test_a_constant_is_said_in_the_language_of_each_reader(gallery: Flask) -> None:
    with page_in("en", gallery):
        template = gallery.jinja_env.from_string('{{ "arrived"|label("status") }}')
        assert template.render() == "Arrived"
    with page_in("zh", gallery):
        assert template.render() == "已报到"
