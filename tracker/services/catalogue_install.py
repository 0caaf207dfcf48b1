"""The starting data of a new department, written once from tracker/starting_data as rows it then edits."""

import json
from collections.abc import Iterator
from datetime import datetime, time
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tracker.db import read_session, service
from tracker.domain.settings import KEYS, DepartmentSettings, storable
from tracker.domain.weeklypattern import Machine, Worker, on_duty, pair_up
from tracker.models import (
    Capability,
    Competence,
    Device,
    DeviceCapability,
    ExamType,
    ExamTypeCapability,
    ExamTypeStream,
    PartOfDay,
    Setting,
    StaffMember,
    Stream,
    Target,
)
from tracker.queries.catalogue import capable_device_ids, demand_minutes
from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_types
from tracker.queries.staff import staff_members
from tracker.queries.streams import parts_of_day
from tracker.writes.accounts import ensure_system_account
from tracker.writes.audit import write_audit
from tracker.writes.calendar_seed import StateYear, seed_calendar_year, state_year
from tracker.writes.occupancy import lock_supply
from tracker.writes.pressure import refresh_pressure
from tracker.writes.weekly_blocks import WeeklyHours, insert_weekly_blocks

FILES = Path(__file__).resolve().parent.parent / "starting_data"
FIRST_YEAR, LAST_YEAR = 2024, 2027
INSTALLED = "catalogue_installed_at"
"""The setting that says it was done; what the department has retired since then does not come back."""

Rows = list[dict[str, Any]]


def install_catalogue(*, by: int, now: datetime) -> bool:
    """Write exam types, streams, devices, people, hours, calendar, targets, settings, weekly blocks.

    Also account 1, `system`, which `by` may name. Returns False, and changes nothing, when it was done before.
    """
    with read_session() as session:  # asked at every start, when the years need not be computed
        if session.get(Setting, INSTALLED) is not None:
            return False
    years = [state_year(year) for year in range(FIRST_YEAR, LAST_YEAR + 1)]
    return _install(years, by=by, now=now)


@service
def _install(session: Session, years: list[StateYear], *, by: int, now: datetime) -> bool:
    lock_supply(session)
    if session.get(Setting, INSTALLED) is not None:
        return False
    ensure_system_account(session, now=now)
    _install_devices(session)
    _install_streams(session)
    _install_exam_types(session)
    _install_staff(session)
    blocks = insert_weekly_blocks(session, list(_weekly_hours(session)))
    for year in years:
        seed_calendar_year(session, year)
    _install_settings(session, now=now)
    refresh_pressure(session)
    write_audit(
        session,
        action="install",
        entity="catalogue",
        entity_id="starting_data",
        by=by,
        now=now,
        change={"weekly_blocks": len(blocks)},
    )
    return True


def _install_devices(session: Session) -> None:
    session.execute(insert(Capability), _read("capabilities"))
    capability = _by_code(session, Capability)
    rows = _numbered(_read("devices"))
    session.execute(insert(Device), _without(rows, "capabilities"))
    device = _by_code(session, Device)
    session.execute(
        insert(DeviceCapability),
        [
            {"device_id": device[row["code"]], "capability_id": capability[code]}
            for row in rows
            for code in row["capabilities"]
        ],
    )


def _install_streams(session: Session) -> None:
    rows = _numbered(_read("streams"))
    session.execute(
        insert(Stream), [{**row, "release_time": _time(row["release_time"])} for row in rows]
    )
    parts = _numbered(_read("parts_of_day"))
    session.execute(
        insert(PartOfDay),
        [{**row, "starts": _time(row["starts"]), "ends": _time(row["ends"])} for row in parts],
    )
    stream = _by_code(session, Stream)
    session.execute(
        insert(Target),
        [
            {
                "year": row["year"],
                "exams": row["exams"],
                "stream_id": None if row["stream"] is None else stream[row["stream"]],
            }
            for row in _read("targets")
        ],
    )


def _install_exam_types(session: Session) -> None:
    plain = {
        "observation_minutes": 0,
        "is_fasting": False,
        "bladder": "",
        "needs_competence": False,
        "least_title": "",
    }
    rows = [{**plain, **row} for row in _numbered(_read("exam_types"))]
    session.execute(insert(ExamType), _without(rows, "capabilities", "demand_permille"))
    exam_type, stream = _by_code(session, ExamType), _by_code(session, Stream)
    capability = _by_code(session, Capability)
    session.execute(
        insert(ExamTypeCapability),
        [
            {"exam_type_id": exam_type[row["code"]], "capability_id": capability[code]}
            for row in rows
            for code in row["capabilities"]
        ],
    )
    session.execute(
        insert(ExamTypeStream),
        [
            {
                "exam_type_id": exam_type[row["code"]],
                "stream_id": stream[code],
                "demand_permille": permille,
            }
            for row in rows
            for code, permille in row["demand_permille"].items()
        ],
    )


def _install_staff(session: Session) -> None:
    plain = {"title": "", "may_supervise": False, "competences": []}
    rows = [{**plain, **row} for row in _numbered(_read("staff"))]
    session.execute(insert(StaffMember), _without(rows, "may_supervise", "competences"))
    person, exam_type = _by_code(session, StaffMember), _by_code(session, ExamType)
    session.execute(
        insert(Competence),
        [
            {
                "staff_member_id": person[row["code"]],
                "exam_type_id": exam_type[code],
                "may_supervise": row["may_supervise"],
            }
            for row in rows
            for code in row["competences"]
        ],
    )


def _weekly_hours(session: Session) -> Iterator[WeeklyHours]:
    """Every device in every half-day of the week, with a doctor for whom it is the right machine."""
    pattern = _read("weekly_pattern")
    kind = {
        machine.id: "portable" if machine.is_portable else "fixed" for machine in devices(session)
    }
    kept = _reserve_minutes(session, pattern["reserve_minutes"])
    workers, machines = _workers(session), _machines(session)
    able = {worker.id: worker.exam_types for worker in workers}
    demand = demand_minutes(session)
    half_days = product(pattern["weekdays"], parts_of_day(session))
    for number, (weekday, part) in enumerate(half_days):
        operators = pair_up(on_duty(workers, number, len(machines)), machines, demand)
        for machine in machines:
            operator_id = operators[machine.id]
            yield WeeklyHours(
                device_id=machine.id,
                weekday=weekday,
                starts=part.starts,
                ends=part.ends,
                operator_id=operator_id,
                exam_type_ids=machine.exam_types & able[operator_id],
                reserve_minutes=kept[kind[machine.id], part.code],
            )


def _workers(session: Session) -> list[Worker]:
    types = exam_types(session)
    return [
        Worker(
            doctor.id,
            frozenset(
                each.id
                for each in types
                if not each.needs_competence or each.code in doctor.competences
            ),
        )
        for doctor in staff_members(session, kind="doctor")
    ]


def _machines(session: Session) -> list[Machine]:
    capable = capable_device_ids(session)
    return [
        Machine(device.id, frozenset(each for each, ids in capable.items() if device.id in ids))
        for device in devices(session)
    ]


def _reserve_minutes(
    session: Session, stored: dict[str, dict[str, dict[str, int]]]
) -> dict[tuple[str, str], dict[int, int]]:
    """(kind of device, part of day) → stream → minutes kept."""
    stream = _by_code(session, Stream)
    return {
        (kind, part): {stream[code]: minutes for code, minutes in of_part.items()}
        for kind, of_kind in stored.items()
        for part, of_part in of_kind.items()
    }


def _install_settings(session: Session, *, now: datetime) -> None:
    first = DepartmentSettings()
    rows = [{"key": key, "value": storable(getattr(first, key))} for key in KEYS]
    session.execute(insert(Setting), [*rows, {"key": INSTALLED, "value": now.isoformat()}])


def _by_code(session: Session, table: Any) -> dict[str, int]:
    return {row.code: row.id for row in session.execute(select(table.code, table.id))}


def _read(name: str) -> Any:
    return json.loads((FILES / f"{name}.json").read_text(encoding="utf-8"))


def _numbered(rows: Rows) -> Rows:
    return [{**row, "sort_order": place} for place, row in enumerate(rows, start=1)]


def _without(rows: Rows, *names: str) -> Rows:
    return [{key: value for key, value in row.items() if key not in names} for row in rows]


def _time(text: str | None) -> time | None:
    return None if text is None else time.fromisoformat(text)
