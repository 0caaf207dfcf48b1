"""Exams that a file brought are corrected like any other's: by a new version, with the sums of their import."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.services.test_closing import OCTOBER, adds_up, changes, close
from tests.services.test_importing import LATER, bring
from tests.support.databases import Template
from tests.support.department import account_id
from tests.support.exam_files import row, sheet
from tests.support.exam_room import correction_of
from tests.support.worked_day import WORKED
from tracker.db import read_session, transaction
from tracker.domain.errors import ConflictError, InvalidError
from tracker.domain.fileexams import NOT_MATCHED
from tracker.models import Exam, ExamVolume
from tracker.queries.exams import ExamDetails, earlier_versions, exam_details
from tracker.queries.volume import Amounts, VolumeFilter, volume
from tracker.services.exams import correct, void
from tracker.services.importing import undo_import
from tracker.writes.volume_rebuild import rebuild_volume

pytestmark = pytest.mark.usefixtures("app_context")

NOW = LATER + timedelta(hours=1)
DAY = "2026-10-16"


@pytest.fixture
def template() -> Template:
    return WORKED


def a_day(*starts: str, **cells: object) -> bytes:
    """Exams of one patient, under a number each."""
    return sheet(
        [
            row(number=f"H{at}", start=f"{DAY} {each}", end="", **cells)
            for at, each in enumerate(starts)
        ]
    )


def brought(import_id: int) -> list[ExamDetails]:
    with read_session() as session:
        ids = session.scalars(select(Exam.id).where(Exam.import_id == import_id).order_by(Exam.id))
        return [exam_details(session, each) for each in ids]


def october(**codes: str) -> Amounts:
    with read_session() as session:
        return volume(session, VolumeFilter(OCTOBER, date(2026, 10, 31), **codes)).total


def openers(import_id: int) -> list[str]:
    chosen = select(Exam.number).where(Exam.import_id == import_id, Exam.opens_visit)
    with read_session() as session:
        return list(session.scalars(chosen.where(Exam.voided_at.is_(None)).order_by(Exam.id)))


def nothing_to_mend() -> bool:
    with transaction() as session:
        return rebuild_volume(session, OCTOBER, date(2026, 11, 30)) == 0


def test_everything_a_file_said_is_corrected_but_its_patient(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", a_day("08:00"))
    [exam] = brought(import_id)
    assert (exam.operator, exam.patient_id, exam.minutes) == (NOT_MATCHED, None, 0)
    new = correction_of(
        exam,
        exam_type="cardiac", stream="cadre_ward", device="US01", operator="D05", parts=2,
        started_at=exam.started_at + timedelta(days=2),
        ended_at=exam.started_at + timedelta(days=2, minutes=20),
        patient="M00001",
    )  # fmt: skip
    correct(exam.id, new, by=account_id("head"), now=NOW, version=1)
    [now] = brought(import_id)
    assert (now.exam_type, now.stream, now.device, now.operator) == (
        "cardiac",
        "cadre_ward",
        "US01",
        "D05",
    )
    assert (now.parts, now.minutes, now.local_date) == (2, 20, date(2026, 10, 18))
    assert (now.patient_id, now.version, now.file_operator) == (None, 2, "某医生")
    assert now.points_hundredths > exam.points_hundredths
    assert october(operator="D05", device="US01") == october()
    assert october().exams == october().visits == 1
    with read_session() as session:
        sums = session.scalars(
            select(ExamVolume.import_id).where(
                ExamVolume.operator_id == now.operator_id, ExamVolume.local_date == now.local_date
            )
        )
        assert sums.all() == [import_id]
        assert earlier_versions(session, exam.id)[0].values["patient_id"] is None
    assert nothing_to_mend()
    undo_import(import_id, reason="选错文件", by=account_id("head"), now=NOW)
    assert october() == Amounts()
    for refused in (
        lambda: correct(exam.id, correction_of(now), by=account_id("head"), now=NOW),
        lambda: void(exam.id, reason="x", by=account_id("head"), now=NOW),
    ):
        with pytest.raises(ConflictError) as refusal:
            refused()
        assert refusal.value.code == "import_not_in_force"


def test_odd_times_of_a_file_stand_and_new_ones_are_checked(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", a_day("08:00", "09:00"))
    first, second = brought(import_id)
    head = account_id("head")
    number = correction_of(first, number=second.number)  # a file's number may be used twice
    correct(first.id, number, by=head, now=NOW)
    for changes_, field in (
        ({"started_at": NOW + timedelta(hours=1), "ended_at": NOW + timedelta(hours=2)}, "start"),
        ({"ended_at": first.started_at - timedelta(minutes=1)}, "end"),
    ):
        with pytest.raises(InvalidError) as refusal:
            correct(first.id, correction_of(first, **changes_), by=head, now=NOW)
        assert refusal.value.field == field
    ours = october().exams
    assert ours == 2
    assert nothing_to_mend()


def test_only_what_a_file_brought_may_be_nobodys(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", a_day("08:00"))
    [exam] = brought(import_id)
    head = account_id("head")
    correct(exam.id, correction_of(exam, operator="D05"), by=head, now=NOW)
    correct(exam.id, correction_of(exam, operator=NOT_MATCHED), by=head, now=NOW)
    assert october(operator=NOT_MATCHED).exams == 1
    with read_session() as session:
        ours = exam_details(
            session,
            session.scalars(select(func.min(Exam.id)).where(Exam.import_id.is_(None))).one() or 0,
        )
    with pytest.raises(InvalidError) as refusal:
        correct(ours.id, correction_of(ours, operator=NOT_MATCHED), by=head, now=NOW)
    assert refusal.value.field == "operator"


def test_the_visit_of_a_file_is_opened_by_its_next_row(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", a_day("08:00", "09:00", "10:00"))
    first, second, third = brought(import_id)
    assert openers(import_id) == ["H0"]
    head = account_id("head")
    to_another_day = correction_of(
        first,
        started_at=first.started_at + timedelta(days=1), ended_at=first.ended_at + timedelta(days=1),
    )  # fmt: skip
    correct(first.id, to_another_day, by=head, now=NOW)
    assert (openers(import_id), october().visits) == (["H0", "H1"], 2)
    void(second.id, reason="重复", by=head, now=NOW)
    assert (openers(import_id), october().visits) == (["H0", "H2"], 2)
    correct(first.id, correction_of(first), by=head, now=NOW)
    assert (openers(import_id), october().visits, october().exams) == (["H0"], 1, 2)
    void(third.id, reason="重复", by=head, now=NOW)
    assert october().visits == 1
    assert nothing_to_mend()


def test_a_closed_month_lists_the_correction_of_an_imported_exam(tmp_path: Path) -> None:
    import_id, _ = bring(tmp_path / "a.csv", a_day("08:00", "09:00"))
    close(OCTOBER, now=LATER + timedelta(minutes=1))
    [exam, _other] = brought(import_id)
    head = account_id("head")
    with pytest.raises(InvalidError) as refusal:
        correct(exam.id, correction_of(exam, reason=" "), by=head, now=NOW)
    assert refusal.value.field == "reason"
    correct(exam.id, correction_of(exam, operator="D05", reason="按排班表"), by=head, now=NOW)
    [change] = changes()
    assert (change.kind, change.exam_id, change.by, change.why) == (
        "corrected",
        exam.id,
        "head",
        "按排班表",
    )
    assert sorted(each.exams for each in change.effects.values()) == [-1, 1]
    assert adds_up()
    moved = correction_of(
        brought(import_id)[0],
        started_at=exam.started_at + timedelta(days=1), ended_at=exam.ended_at + timedelta(days=1),
    )  # fmt: skip
    correct(exam.id, moved, by=head, now=NOW + timedelta(minutes=1))
    assert changes()[1].total == Amounts(visits=1)  # the other one opens a visit of its own
    void(exam.id, reason="重复", by=head, now=NOW + timedelta(minutes=2))
    assert adds_up()
