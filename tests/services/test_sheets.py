"""Importing a list: rehearsed without a trace, then all or none; the past stays as it was."""

import pytest
from sqlalchemy import select

from tests.support import catalogue, exam_room
from tests.support.catalogue import book, device, entries_of
from tests.support.department import SYSTEM, account_id, at
from tracker.db import read_session
from tracker.domain.errors import InvalidError, NotFoundError, StaleError
from tracker.models import AuditEntry, Booking, Exam
from tracker.services.examining import finish
from tracker.services.sheets import ImportOutcome, SheetLine, import_sheets, rehearse_import

pytestmark = pytest.mark.usefixtures("app_context")


def lines(*rows: dict[str, str]) -> list[SheetLine]:
    return [SheetLine(number, cells) for number, cells in enumerate(rows, start=2)]


def rehearsed(noun: str, **sheets: list[SheetLine]) -> ImportOutcome:
    return rehearse_import(noun, sheets, by=SYSTEM, now=at(9))


def taken_in(noun: str, **sheets: list[SheetLine]) -> ImportOutcome:
    seen = rehearsed(noun, **sheets).digest
    return import_sheets(noun, sheets, seen=seen, by=SYSTEM, now=at(9))


def entries() -> int:
    with read_session() as session:
        return len(session.scalars(select(AuditEntry.id)).all())


def test_a_rehearsal_leaves_no_trace():
    before, noted = device("US01"), entries()
    outcome = rehearsed("devices", devices=lines({"code": "US01", "room": "9"}))
    assert [line.action for line in outcome.lines] == ["change"]
    assert (device("US01"), entries()) == (before, noted)


def test_one_refused_row_keeps_all_of_them_out():
    sheet = lines({"code": "US01", "room": "9"}, {"code": "US02", "sort_order": "-1"})
    outcome = rehearsed("devices", devices=sheet)
    assert [line.action for line in outcome.lines] == ["change", "refused"]
    assert [each.field for each in outcome.lines[1].refusals] == ["sort_order"]
    with pytest.raises(InvalidError):
        import_sheets("devices", {"devices": sheet}, seen=outcome.digest, by=SYSTEM, now=at(9))
    assert device("US01").version == 1


def test_what_would_do_something_else_by_now_is_not_done():
    sheet = lines({"code": "US01", "room": "9"})
    with pytest.raises(StaleError):
        import_sheets("devices", {"devices": sheet}, seen="", by=SYSTEM, now=at(9))
    assert device("US01").version == 1


def test_a_function_that_bookings_need_is_refused_on_its_row_alone():
    book("superficial", "US01", at(10))
    sheet = lines({"code": "US01", "capabilities": "convex"}, {"code": "US02", "room": "other"})
    outcome = rehearsed("devices", devices=sheet)
    assert [line.action for line in outcome.lines] == ["refused", "change"]
    assert "need this function" in str(outcome.lines[0].refusals[0])


def test_an_exam_type_and_its_stream_may_come_together():
    new = {
        "code": "breast", "name_zh": "乳腺", "name_en": "Breast", "minutes": "12",
        "further_part_minutes": "6", "points_hundredths": "1.5",
        "further_part_points_hundredths": "0.5", "capabilities": "linear",
    }  # fmt: skip
    pair = {"exam_type": "breast", "stream": "cadre_ward", "minutes": "18"}
    outcome = taken_in("exam-types", exam_types=lines(new), of_streams=lines(pair))
    assert [line.action for line in outcome.lines] == ["add", "add"]
    added = catalogue.exam_type("breast")
    assert (added.minutes, added.points_hundredths, added.colour) == (12, 150, "blue")
    assert [action for action, _ in entries_of("exam_type", added.id)] == ["add", "change"]


def test_a_pair_names_what_there_is():
    pairs = lines(
        {"exam_type": "magic", "stream": "cadre_ward", "minutes": "5"},
        {"exam_type": "abdominal", "stream": "moon", "minutes": "5"},
    )
    outcome = rehearsed("exam-types", of_streams=pairs)
    assert [line.action for line in outcome.lines] == ["refused", "refused"]
    assert outcome.lines[0].refusals[0].field == "exam_type"


def test_minutes_points_and_names_never_rewrite_the_past():
    done = exam_room.running(1, at(9))
    planned = exam_room.book(2, at(11))
    finish(done, by=account_id("sonographer"), now=at(9, 10))
    with read_session() as session:
        points = session.scalars(select(Exam.points_hundredths)).one()
        ends_at = session.get_one(Booking, planned).ends_at
    old = catalogue.exam_type("abdominal")
    row = {"code": "abdominal", "name_zh": "腹部新名", "minutes": "59", "points_hundredths": "9.99"}
    taken_in("exam-types", exam_types=lines(row))
    changed = catalogue.exam_type("abdominal")
    assert (changed.minutes, changed.points_hundredths) == (59, 999)
    assert (old.minutes, old.points_hundredths) != (59, 999)
    with read_session() as session:
        assert session.scalars(select(Exam.points_hundredths)).one() == points
        assert session.get_one(Booking, planned).ends_at == ends_at


@pytest.mark.parametrize("noun", ["bookings", ""])
def test_other_lists_are_not_imported(noun: str):
    with pytest.raises(NotFoundError):
        rehearsed(noun)
