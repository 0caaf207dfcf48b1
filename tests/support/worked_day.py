"""A department in the middle of its Monday: bookings in every status, exams, a void, sealed audit."""

from dataclasses import replace
from datetime import date, timedelta

from tests.support.databases import Template
from tests.support.department import DEPARTMENT, SYSTEM, account_id, at
from tests.support.exam_room import arrived, book, running
from tracker.domain.patients import PatientFacts
from tracker.services.changing import cancel_booking, mark_no_show
from tracker.services.examining import finish
from tracker.services.exams import void
from tracker.services.horizon import open_horizon
from tracker.services.merging import Merge, merge_patient
from tracker.services.patients import add_patient
from tracker.services.settings import change_settings
from tracker.services.upkeep import begin_run, end_run, seal_audit

EVENING = at(18)


def _fill() -> None:
    desk, doctor = account_id("reception"), account_id("sonographer")
    change_settings({"horizon_weeks": 1}, by=SYSTEM, now=at(0))
    open_horizon(by=SYSTEM, now=at(0))  # what a start would open is open
    finish(running(1, at(8, 30)), by=doctor, now=at(8, 41, second=7))
    voided = finish(running(2, at(9), device="US08"), by=doctor, now=at(9, 9))
    void(voided, reason="写错了人", by=account_id("head"), now=at(9, 30))
    running(3, at(10))
    arrived(4, at(10, 30))
    cancel_booking(book(5, at(11)), reason="来电取消 “下周再来”", by=desk, now=at(8, 5))
    mark_no_show(book(6, at(11, 10)), by=SYSTEM, now=at(12))
    book(7, at(14))
    _merge_into_a_younger_record(desk)
    run_id = begin_run("seal", now=EVENING)
    seal_audit(now=EVENING + timedelta(minutes=5))
    end_run(run_id, "done", "", now=EVENING)


def _merge_into_a_younger_record(desk: int) -> None:
    """A row that refers to one with a higher number in its own table."""
    facts = PatientFacts("王小明", "male", date(1980, 2, 29))
    temporary = add_patient(facts, by=desk, now=at(15))
    true = add_patient(replace(facts, mrn="N1"), by=desk, now=at(15, 1))
    assert isinstance(temporary, int)
    assert isinstance(true, int)
    merge_patient(temporary, Merge(true, "患者带来就诊卡"), by=desk, now=at(15, 2))


WORKED = Template("worked_day", _fill, base=DEPARTMENT)
