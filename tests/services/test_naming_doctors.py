"""An unknown doctor of files is named once for all exams: versions, sums, words and closed months follow."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.services.test_closing import OCTOBER, adds_up, changes, close
from tests.services.test_correcting_imported import NOW, brought, nothing_to_mend, october
from tests.services.test_importing import LATER, bring
from tests.support.databases import Template
from tests.support.department import account_id
from tests.support.exam_files import row, sheet
from tests.support.exam_room import correction_of
from tests.support.worked_day import WORKED
from tracker.db import read_session
from tracker.domain.errors import InvalidError, NotFoundError
from tracker.domain.fileexams import NOT_MATCHED
from tracker.drivers.naming import name_doctor
from tracker.models import AuditEntry, Exam
from tracker.queries.unmatched import name_in_files, not_matched
from tracker.services import naming
from tracker.services.exams import correct, void
from tracker.services.importing import undo_import

pytestmark = pytest.mark.usefixtures("app_context")


@pytest.fixture
def template() -> Template:
    return WORKED


def of_doctors(*names: str, first: int = 0, month: int = 10) -> bytes:
    return sheet(
        [
            row(
                number=f"H{at}", start=f"2026-{month}-{5 + at % 20:02} 08:00", end="", operator=name
            )
            for at, name in enumerate(names, start=first)
        ]
    )


def name(exam_id: int, operator: str = "D05", **more: object) -> tuple[int, int]:
    how = {"reason": "按旧排班表", "is_remembered": False, "by": account_id("head"), "now": NOW}
    return name_doctor(exam_id, operator, **(how | more))  # type: ignore[arg-type]


def left() -> dict[str, int]:
    with read_session() as session:
        return {each.name: each.exams for each in not_matched(session, date.min, date.max)}


def test_all_exams_of_a_name_get_their_doctor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "AT_ONCE", 3)  # so that there are several steps
    first, _ = bring(tmp_path / "a.csv", of_doctors(*["王医生"] * 8, "李医生", ""))
    undone, _ = bring(tmp_path / "b.csv", of_doctors("王医生", first=40))
    undo_import(undone, reason="选错文件", by=account_id("head"), now=LATER)
    handle, second, third, *_rest, other, nobody = brought(first)
    void(second.id, reason="重复", by=account_id("head"), now=NOW)
    assisted = correction_of(third, assistant="D05")
    correct(third.id, assisted, by=account_id("head"), now=NOW)
    before = october()
    assert left() == {"王医生": 7, "李医生": 1, "": 1}
    assert name(handle.id) == (6, 1)
    assert left() == {"王医生": 1, "李医生": 1, "": 1}  # who assisted is not put in twice
    assert october(operator="D05").exams == 6
    assert october() == before
    assert nothing_to_mend()
    now = {exam.id: exam for exam in brought(first)}
    assert (now[handle.id].operator, now[handle.id].version) == ("D05", 2)
    assert (now[second.id].operator, now[second.id].version) == (NOT_MATCHED, 2)
    assert {now[each.id].operator for each in (third, other, nobody)} == {NOT_MATCHED}
    with read_session() as session:
        entries = select(func.count()).where(
            AuditEntry.entity == "exam", AuditEntry.action == "correct"
        )
        assert session.scalar(entries) == 7
        assert name_in_files(session, handle.id).exams == 1
    correct(
        handle.id,
        correction_of(now[handle.id], operator=NOT_MATCHED),
        by=account_id("head"),
        now=NOW,
    )
    assert left()["王医生"] == 2
    assert nothing_to_mend()


def test_who_is_named_needs_to_be_somebody_and_a_reason(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", of_doctors("王医生"))
    [exam] = brought(import_id)
    for more, field in (
        ({"operator": NOT_MATCHED}, "operator"),
        ({"operator": "X9"}, "operator"),
        ({"reason": " "}, "reason"),
    ):
        with pytest.raises(InvalidError) as refusal:
            name(exam.id, **more)  # type: ignore[arg-type]
        assert refusal.value.field == field
    with read_session() as session:
        ours = session.scalars(select(func.min(Exam.id)).where(Exam.import_id.is_(None))).one()
    with pytest.raises(NotFoundError):
        name(ours or 0)
    assert left() == {"王医生": 1}


def test_a_name_that_is_remembered_is_matched_in_later_files(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", of_doctors("王医生"))
    assert name(brought(import_id)[0].id, is_remembered=True) == (1, 0)
    later, _ = bring(tmp_path / "b.csv", of_doctors("王医生", first=1), now=NOW)
    assert brought(later)[0].operator == "D05"


def test_a_closed_month_lists_a_naming_as_one_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming, "AT_ONCE", 2)
    import_id, _ = bring(tmp_path / "a.csv", of_doctors(*["王医生"] * 5))
    close(OCTOBER, now=LATER + timedelta(minutes=1))
    assert name(brought(import_id)[0].id) == (5, 0)
    [change] = changes()
    assert (change.kind, change.exam_id, change.import_id) == ("corrected", None, import_id)
    assert (change.by, change.why, change.at) == ("head", "按旧排班表", NOW)
    assert sorted(each.exams for each in change.effects.values()) == [-5, 5]
    assert change.total.exams == 0
    assert adds_up()
