"""Exams from a file: staged they count nothing, in force all of them, undone none; and nobody's work is changed."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from tests.support.databases import Template
from tests.support.department import MONDAY, account_id, at, staff_code
from tests.support.exam_files import ROWS, row, sheet
from tests.support.worked_day import EVENING, WORKED
from tracker.db import read_session, transaction
from tracker.domain.errors import ConflictError, InvalidError, StaleError
from tracker.drivers.import_reading import Decisions, Tally
from tracker.drivers.importing import Bringing, bring_in, clear
from tracker.models import (
    AuditEntry,
    Exam,
    ExamImport,
    ExamType,
    ExamVolume,
    ExamVolumeSum,
    ImportedExam,
    Patient,
)
from tracker.queries.counting import counts
from tracker.services import importing
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.importing import NewImport
from tracker.writes.patient_keys import keys_of, write_keys

pytestmark = pytest.mark.usefixtures("app_context")

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATER = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
BEFORE = datetime(2026, 10, 12, 4, 0, tzinfo=UTC)


@pytest.fixture
def template() -> Template:
    return WORKED


@pytest.fixture
def desk_file(tmp_path: Path) -> Path:
    return tmp_path / "exams.csv"


def registered(state: str = "staging") -> int:
    new = NewImport("exams.csv", "0" * 64, state=state)
    return importing.register_import(new, by=account_id("head"), now=LATER)


def bring(
    path: Path, content: bytes, *, decisions: Decisions | None = None, now: datetime = LATER
) -> tuple[int, Tally]:
    path.write_bytes(content)
    import_id = registered()
    how = Bringing(
        zone=SHANGHAI,
        clock=lambda: now,
        by=account_id("head"),
        decisions=decisions or Decisions(),
    )
    return import_id, bring_in(lambda: import_id, path, how)


def figures() -> tuple[int, int, int]:
    """Exams that count, by their rows; by the sums of each day and of a month grain, imports in force alone."""
    with read_session() as session:
        force = select(ExamImport.id).where(
            ExamImport.in_force_at.is_not(None), ExamImport.undone_at.is_(None)
        )
        rows = session.scalar(select(func.count()).select_from(Exam).where(counts()))
        sums = [
            session.scalar(
                select(func.coalesce(func.sum(table.exams), 0)).where(
                    (table.import_id == 0) | table.import_id.in_(force), *more
                )
            )
            for table, more in ((ExamVolume, ()), (ExamVolumeSum, (ExamVolumeSum.grain == 3,)))
        ]
    return int(rows or 0), int(sums[0] or 0), int(sums[1] or 0)


def test_all_of_a_file_counts_and_none_of_it_when_it_is_undone(desk_file: Path) -> None:
    before = figures()
    import_id, tally = bring(desk_file, sheet(ROWS))
    assert (tally.rows_in, tally.rejected) == (3, 0)
    assert figures() == tuple(each + 3 for each in before)
    importing.undo_import(import_id, reason="wrong file", by=account_id("head"), now=LATER)
    assert figures() == before
    with pytest.raises(ConflictError):
        importing.undo_import(import_id, reason="again", by=account_id("head"), now=LATER)
    _, tally = bring(desk_file, sheet(ROWS))  # what was undone may come again
    assert tally.rows_in == 3
    assert figures() == tuple(each + 3 for each in before)


def test_undoing_needs_a_reason(desk_file: Path) -> None:
    import_id, _ = bring(desk_file, sheet(ROWS))
    with pytest.raises(InvalidError) as refusal:
        importing.undo_import(import_id, reason=" ", by=account_id("head"), now=LATER)
    assert refusal.value.field == "reason"


@pytest.mark.parametrize(
    "content",
    [
        sheet(ROWS),
        sheet([row(number="", patient_name=name, id_number="") for name in ("甲", "乙", "")]),
        sheet([row(patient_name=name) for name in ("=1+1", "@SUM(A1)")]),
    ],
    ids=["numbers", "no numbers", "one number of two patients"],
)
def test_the_same_file_twice_adds_nothing(content: bytes, desk_file: Path) -> None:
    bring(desk_file, content)
    once = figures()
    _, tally = bring(desk_file, content)
    assert (tally.rows_in, tally.duplicates) == (0, tally.rejected)
    assert figures() == once


@pytest.mark.parametrize(
    ("told", "rows_in"),
    [
        ({"id_number": ""}, 0),
        ({"patient_name": ""}, 0),
        ({"patient_name": "", "id_number": ""}, 0),
        ({"patient_name": "另一人"}, 1),
        ({"id_number": "E7654321"}, 1),
    ],
)
def test_a_file_that_says_less_of_the_patient_adds_nothing(
    told: dict[str, object], rows_in: int, desk_file: Path
) -> None:
    bring(desk_file, sheet(ROWS))
    _, tally = bring(desk_file, sheet([row(**told)]))
    assert (tally.rows_in, tally.duplicates) == (rows_in, 1 - rows_in)


def test_a_row_keeps_everything_its_file_says(desk_file: Path) -> None:
    import_id, _ = bring(desk_file, sheet([row(operator=staff_name(), fee="150.00"), *ROWS[1:]]))
    with read_session() as session:
        exam, said = session.execute(
            select(Exam, ImportedExam)
            .join(ImportedExam, ImportedExam.exam_id == Exam.id)
            .where(Exam.import_id == import_id)
            .order_by(Exam.id)
        ).first() or (None, None)
        assert exam is not None
        assert said is not None
        assert (exam.number, exam.patient_id, exam.minutes) == ("H900001", None, 12)
        assert (exam.local_date, exam.part_of_day) == (date(2026, 11, 16), "morning")
        assert (said.row, said.patient_name, said.fee) == (2, "欧阳小满", "150.00")
        points = session.scalar(
            select(ExamType.points_hundredths).where(ExamType.code == "abdominal")
        )
        assert exam.points_hundredths == points
        unmatched = session.scalars(
            select(Exam.id).where(Exam.import_id == import_id, Exam.operator_id != exam.operator_id)
        ).all()
        assert len(unmatched) == 2


def staff_name() -> str:
    """A doctor by the code the department knows."""
    return staff_code("sonographer")


def test_visits_are_patients_on_days(desk_file: Path) -> None:
    twice = row(number="H2", exam_type="血管超声", start="2026-11-16 09:00", end="")
    import_id, _ = bring(
        desk_file, sheet([ROWS[0], twice, row(number="H3", start="2026-11-17 09:00", end="")])
    )
    with read_session() as session:
        visits = session.scalar(
            select(func.sum(ExamVolume.visits)).where(ExamVolume.import_id == import_id)
        )
    assert visits == 2


def test_killed_before_it_is_put_in_force_it_counts_nothing(desk_file: Path) -> None:
    before = figures()
    desk_file.write_bytes(sheet(ROWS))
    import_id = registered()
    asked = iter([False, True])
    how = Bringing(
        zone=SHANGHAI,
        clock=lambda: LATER,
        by=account_id("head"),
        is_ending=lambda: next(asked, True),
    )
    with pytest.raises(ConflictError):
        bring_in(lambda: import_id, desk_file, how)
    with read_session() as session:
        assert session.scalar(select(func.count()).where(Exam.import_id == import_id)) == 3
    assert figures() == before
    with pytest.raises(ConflictError):  # what is left of it would count with a second attempt
        importing.begin_staging(import_id, by=account_id("head"), now=LATER)
    importing.forget_import(import_id, by=account_id("head"), now=LATER)
    clear(import_id)
    with read_session() as session:
        for table in (Exam, ExamVolume, ExamVolumeSum):
            assert session.scalar(select(func.count()).where(table.import_id == import_id)) == 0
    assert figures() == before


def an_exam_here(number: str | None = None) -> str:
    """An exam of patient 1, who is found by name, entered here; its number."""
    with transaction() as session:
        patient = session.scalars(select(Patient).where(Patient.mrn == "M00001")).one()
        write_keys(session, patient, keys_of(name=patient.name, phone=""))
    entry = ExamEntry(
        patient="M00001",
        exam_type="superficial",
        stream="outpatient",
        device="US01",
        operator=staff_code("sonographer"),
        started_at=at(7),
        ended_at=at(7, 10),
        number=number,
        reason="paper",
    )
    exam_id = enter_exam_later(entry, by=account_id("sonographer"), now=EVENING)
    with read_session() as session:
        return session.get_one(Exam, exam_id).number  # type: ignore[arg-type]


def of_patient_1(**cells: object) -> list[object]:
    here = {
        "patient_name": "病人1", "id_number": "", "exam_type": "浅表器官", "start": f"{MONDAY} 07:00", "end": "",
    }  # fmt: skip
    return row(**here | cells)


def test_what_was_done_here_under_the_number_is_a_duplicate(desk_file: Path) -> None:
    number = an_exam_here()
    _, tally = bring(desk_file, sheet([of_patient_1(number=number)]))
    assert (tally.rows_in, tally.duplicates) == (0, 1)


@pytest.mark.parametrize(
    "told", [{}, {"patient_name": "别名", "id_number": "M00001"}, {"number": ""}]
)
def test_what_is_probably_the_same_waits_for_a_decision(
    told: dict[str, object], desk_file: Path
) -> None:
    an_exam_here()
    content = sheet([of_patient_1(**told), ROWS[1]])
    _, tally = bring(desk_file, content)
    assert (tally.rows_in, tally.probable, tally.duplicates) == (1, 1, 0)
    decided = Decisions(of_rows={2: True})
    _, tally = bring(desk_file, content, decisions=decided)
    assert (tally.rows_in, tally.probable, tally.duplicates) == (1, 0, 1)


def test_another_day_another_kind_or_another_patient_is_another_exam(desk_file: Path) -> None:
    an_exam_here()
    others = [
        of_patient_1(number="A1", exam_type="盆底超声"),
        of_patient_1(number="A2", start="2026-11-20 07:00"),
        of_patient_1(number="A3", patient_name="病人11"),
    ]
    assert bring(desk_file, sheet(others))[1].rows_in == 3


def test_a_number_of_a_file_stands_in_nobodys_way(desk_file: Path) -> None:
    bring(desk_file, sheet([row(number="N1")]))
    assert an_exam_here("N1") == "N1"


def test_two_files_at_once_do_not_bring_the_same_exams(desk_file: Path) -> None:
    import_id = registered()
    importing.begin_staging(import_id, by=account_id("head"), now=LATER)
    bring(desk_file, sheet(ROWS), now=LATER.replace(minute=5))
    with pytest.raises(StaleError):
        importing.put_in_force(import_id, {}, by=account_id("head"), now=LATER.replace(minute=6))


def test_a_file_that_came_in_force_by_an_earlier_clock_stands_in_the_way_too(
    desk_file: Path,
) -> None:
    """Its time was told before this one was read, and it was committed afterwards."""
    import_id = registered()
    importing.begin_staging(import_id, by=account_id("head"), now=LATER.replace(minute=1))
    bring(desk_file, sheet(ROWS))
    with pytest.raises(StaleError):
        importing.put_in_force(import_id, {}, by=account_id("head"), now=LATER.replace(minute=6))


def test_each_step_is_in_the_audit_without_a_name(desk_file: Path) -> None:
    import_id, _ = bring(desk_file, sheet(ROWS))
    importing.undo_import(import_id, reason="wrong file", by=account_id("head"), now=LATER)
    with read_session() as session:
        entries = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.entity == "exam_import", AuditEntry.entity_id == str(import_id))
            .order_by(AuditEntry.id)
        ).all()
    assert [entry.action for entry in entries] == ["add", "put_in_force", "undo"]
    assert "欧阳" not in str([entry.change for entry in entries])


def test_words_are_saved_and_understood_from_then_on(desk_file: Path) -> None:
    unknown = sheet([row(stream="住院")])
    assert bring(desk_file, unknown)[1].refused == 1
    words = {"stream": {"住院": "cadre_ward"}, "header": {"x": ""}}
    head = account_id("head")
    assert importing.save_words(words, by=head, now=LATER) == 2
    assert importing.save_words(words, by=head, now=LATER) == 0
    assert bring(desk_file, unknown)[1].rows_in == 1
    for wrong in ({"colour": {"x": "y"}}, {"stream": {"急": "emergency"}}, {"header": {"x": "y"}}):
        with pytest.raises(InvalidError):
            importing.save_words(wrong, by=head, now=LATER)
    written_two_ways = {"header": {"检查 室": "", "检查室": ""}}
    assert importing.save_words(written_two_ways, by=head, now=LATER) == 1
