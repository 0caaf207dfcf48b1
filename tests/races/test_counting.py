"""Many who change what is counted at once: the sums of days, months and visits stay those of the exams."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.races.callers import Call
from tests.races.conftest import Race
from tests.support.department import account_id, at
from tests.support.exam_files import row, sheet
from tests.support.exam_room import correction_of, exams, running
from tests.support.soundness import count
from tracker import clock
from tracker.drivers.importing import Bringing, bring_in
from tracker.services.exams import ExamEntry, enter_exam_later
from tracker.services.importing import NewImport, register_import

MACHINES = range(1, 17)


def entry(minutes: int) -> ExamEntry:
    """An exam of M00001 so many minutes after six."""
    started = at(6) + timedelta(minutes=minutes)
    ended = started + timedelta(minutes=5)
    kinds = {"exam_type": "abdominal", "stream": "outpatient", "device": "US01", "operator": "D01"}
    return ExamEntry(patient="M00001", started_at=started, ended_at=ended, is_another=True, **kinds)


def outcomes(answers: list[str]) -> Counter[str]:
    return Counter("ok" if answer.startswith("ok") else answer for answer in answers)


@pytest.mark.usefixtures("app_context")
def test_exams_finished_at_one_moment_are_all_summed(race: Race) -> None:
    doctor = account_id("sonographer")
    ids = [running(number, at(9), device=f"US{number:02}") for number in MACHINES]
    finishes: list[Call] = [("finish", (doctor, at(9, 9), each)) for each in ids]
    assert outcomes(race(finishes)) == {"ok": 16}
    # one row of the month for all of them: stream and exam type are the same
    assert count("exam_volume_sum", "grain = 3 AND exams = 16 AND visits = 16") == 1


@pytest.mark.usefixtures("app_context")
def test_of_one_patients_exams_one_opens_the_visit_whoever_is_first(race: Race) -> None:
    by = account_id("sonographer")
    entries: list[Call] = [("enter_later", (by, at(12), entry(4 * n))) for n in MACHINES]
    assert outcomes(race(entries)) == {"ok": 16}
    assert count("exam", "opens_visit") == 1
    assert count("exam_volume_sum", "grain = 3 AND exams = 16 AND visits = 1") == 1


@pytest.mark.usefixtures("app_context")
def test_the_visit_of_a_file_moves_while_its_exams_are_voided_and_corrected(
    race: Race, tmp_path: Path
) -> None:
    head = account_id("head")
    bring_a_dozen(tmp_path / "exams.csv", head)
    known = exams()
    calls: list[Call] = [("void", (head, at(12), exam.id)) for exam in known[:5]]
    for exam in known[5:8]:
        day_before = exam.started_at - timedelta(days=1)
        moved = correction_of(exam, started_at=day_before, ended_at=day_before)
        calls.append(("correct", (head, at(12), exam.id, moved)))
    assert outcomes(race(calls)) == {"ok": 8}
    for day in ("2026-11-15", "2026-11-16"):
        assert count("exam", f"voided_at IS NULL AND opens_visit AND local_date = '{day}'") == 1
    assert count("exam", "opens_visit") == 2


def bring_a_dozen(path: Path, by: int) -> None:
    """A file with the exams of one patient on Monday a week before."""
    path.write_bytes(
        sheet([row(number=f"H{n}", start=f"2026-11-16 08:{n:02}", end="") for n in range(12)])
    )
    new = NewImport(path.name, "0" * 64, state="staging")
    import_id = register_import(new, by=by, now=at(7))
    how = Bringing(zone=clock.hospital_zone(), clock=lambda: at(7), by=by)
    bring_in(lambda: import_id, path, how)


@pytest.mark.usefixtures("app_context")
def test_the_visit_moves_while_exams_are_voided_entered_and_handed_on(race: Race) -> None:
    head = account_id("head")
    for n in range(1, 9):
        enter_exam_later(entry(10 * n), by=head, now=at(12))
    known = exams()
    calls: list[Call] = [("void", (head, at(12), exam.id)) for exam in known[:3]]
    others = [(exam.id, correction_of(exam, patient="M00002")) for exam in known[3:6]]
    calls += [("correct", (head, at(12), *each)) for each in others]
    calls += [("enter_later", (head, at(12), entry(n))) for n in range(3)]
    assert outcomes(race(calls)) == {"ok": 9}
    assert count("exam", "opens_visit") == 2
