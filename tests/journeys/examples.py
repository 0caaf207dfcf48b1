"""Addresses of every page, made from the routes and the rows of the trial day; a new page is found by itself."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.routing import Rule

from tests.support.trial_day import NOW
from tracker.db import read_session, transaction
from tracker.models import (
    Account,
    Booking,
    Closure,
    Device,
    Exam,
    ExamImport,
    ExamType,
    ImportedExam,
    Objection,
    Patient,
    StaffMember,
    Stream,
    WeeklyBlock,
)
from tracker.services.importing import NewImport, register_import
from tracker.web.access import ACCESS, API_PREFIX
from tracker.writes.booking_rows import Author
from tracker.writes.imported_rows import import_terms

# What a part of an address stands for: a column, of which the first row is shown.
ROWS: Mapping[str, InstrumentedAttribute[int]] = {
    "block_id": WeeklyBlock.id,
    "closure_id": Closure.id,
    "device_id": Device.id,
    "exam_id": Exam.id,
    "exam_type_id": ExamType.id,
    "patient_id": Patient.id,
    "staff_id": StaffMember.id,
    "stream_id": Stream.id,
}
FIXED = {
    "kind": "add",
    "day": "2026-11-23",
    "month": "2026-10",
    "year": 2026,
    "step": "arrive",
    "noun": "devices",
}
_TIMES = ("starts_at", "ends_at", "device_ends_at", "patient_ends_at", "arrived_at", "local_date")
# Answers that are no page: files, figures for machines, and the way back from a form.
NO_PAGES = frozenset(
    {
        "assets.asset_file",
        "exam_export.download",
        "exam_import.download",
        "health.alive",
        "health.ready",
        "metrics.show",
        "months.annual",
        "months.kept",
        "months.report",
        "plan_away.workbook",
        "sheets.download",
        "volume_table.explored",
        "volume_table.stretch",
    }
)
# What is asked for in the addresses of a page that shows more, or nothing at all, without.
ASKED = {
    "book.show": ["", "?patient={patient}&exam_type=abdominal&stream=outpatient"],
    "worklist.show": ["", "?device={busy}"],
    "plan.show": ["", "?week=2026-W49&colour=load"],
    "plan_blocks.edit": ["?at=US07.2026-11-25.480", "?at=P01.2026-11-23.810"],
    "machine_lists.show": ["?device={busy}"],
    "take_over.show": ["?device={busy}", "?device=US06&operator=D01"],
    "quality_rows.bookings": ["?from=2026-11-02&to=2026-11-23", "?status=no_show&from=2026-11-02"],
    "quality_rows.exams": ["?from=2026-11-16&to=2026-11-23&days=0", "?measured=0"],
    "sending.show": ["", "?to=US01"],
    "wrong_patient.show": ["", "?patient={patient}"],
    "merging.show": ["", "?patient={patient}"],
    "walk_in.show": ["?device=US07", "?device=US07&patient={patient}"],
}


def addresses(app: Flask, role: str) -> Iterator[tuple[str, str]]:
    """Every endpoint that a role may open, with an address of it."""
    with app.app_context():
        for endpoint, rule in _rules(app):
            if role not in ACCESS[endpoint]:
                continue
            values = {name: _example(endpoint, name) for name in rule.arguments}
            built = rule.build(values, append_unknown=False)
            assert built, f"no example for {rule}"
            address = built[1]
            yield from ((endpoint, address + _filled(asked)) for asked in ASKED.get(endpoint, [""]))


def _rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    """The plainest address of each page that answers GET."""
    pages: dict[str, Rule] = {}
    for rule in app.url_map.iter_rules():
        is_page = "GET" in (rule.methods or ()) and not rule.rule.startswith(API_PREFIX)
        if is_page and rule.endpoint not in NO_PAGES:
            known = pages.setdefault(rule.endpoint, rule)
            pages[rule.endpoint] = min(known, rule, key=lambda one: len(one.rule))
    yield from sorted(pages.items())


def _example(endpoint: str, name: str) -> object:
    if endpoint == "worklist.undo_finish":
        return _first(Booking.id, Booking.status == "completed")
    made = {"settling.show": _left_open, "unmatched.show": _of_a_file}.get(endpoint)
    if made is not None:
        return made()
    if endpoint == "sending.show":
        return _first(Booking.id, Booking.status == "arrived")
    if name == "objection_id":
        return _objection()
    if endpoint == "exam_import.show":
        return register_import(NewImport("2025.xlsx", "0" * 64), by=_first(Account.id), now=NOW)
    if name == "account_id":
        return _first(Account.id, Account.username == "reception")
    if name == "booking_id":
        return _first(Booking.id, Booking.status == "booked", Booking.starts_at > NOW)
    return FIXED[name] if name in FIXED else _first(ROWS[name])


def _left_open() -> int:
    """A patient who waits is still here on paper from Friday: no step leaves one behind within this day."""
    with transaction() as session:
        waiting = select(Booking).where(Booking.status == "arrived", ~Booking.is_added)
        booking = session.scalars(waiting.order_by(Booking.id.desc()).limit(1)).one()
        for name in _TIMES:
            setattr(booking, name, getattr(booking, name) - timedelta(days=3))
        return booking.id


def _of_a_file() -> int:
    """An exam as a file may have brought it, whose doctor nobody knows."""
    import_id = register_import(NewImport("2024.xlsx", "1" * 64), by=_first(Account.id), now=NOW)
    with transaction() as session:
        terms = import_terms(session, Author(_first(Account.id), NOW))
        brought = session.get_one(ExamImport, import_id)
        brought.state, brought.in_force_at = "in_force", NOW
        exam = session.scalars(select(Exam).order_by(Exam.id).limit(1)).one()
        exam.import_id, exam.operator_id = import_id, terms.ids["operator"]["?"]
        said = ImportedExam(exam_id=exam.id, row=2, row_key="0" * 64, operator_text="某医生")
        session.add(said)
        return exam.id


def _objection() -> int:
    """A doctor says that an exam is not the own one."""
    with transaction() as session:
        exam = session.scalars(select(Exam).order_by(Exam.id).limit(1)).one()
        said = Objection(
            kind="not_mine",
            staff_member_id=exam.operator_id,
            exam_id=exam.id,
            exam_type_id=exam.exam_type_id,
            device_id=exam.device_id,
            local_date=exam.local_date,
            made_at=NOW,
            made_by_id=exam.logged_by_id,
        )
        session.add(said)
        session.flush()
        return said.id


def _first(column: InstrumentedAttribute[int], *conditions: object) -> int:
    with read_session() as session:
        return session.scalars(select(column).where(*conditions).order_by(column).limit(1)).one()


def _filled(text: str) -> str:
    return text.format(patient=_first(Patient.id), busy=busy_device())


def busy_device() -> str:
    """A machine on which somebody is examined while others wait for it."""
    with read_session() as session:
        running = select(Booking.device_id).where(Booking.status == "in_progress")
        waiting = (
            select(Booking.device_id)
            .where(Booking.status == "arrived", Booking.device_id.in_(running))
            .group_by(Booking.device_id)
        )
        return session.scalars(
            select(Device.code).where(Device.id.in_(waiting)).order_by(Device.id).limit(1)
        ).one()
