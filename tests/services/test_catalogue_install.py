"""The starting data of a new department: complete, consistent with itself, and installed once."""

from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.support.databases import SCHEMA, Template
from tests.support.starting_data import CATALOGUE, NOW, SYSTEM
from tracker.db import read_session, transaction
from tracker.domain.settings import DepartmentSettings
from tracker.models import Account, AuditEntry, Device, Target
from tracker.queries.calendar import calendar_years, known_days, target_of_year, work_calendar
from tracker.queries.devices import devices
from tracker.queries.exam_types import exam_type_streams, exam_types
from tracker.queries.settings import department_settings
from tracker.queries.staff import staff_members
from tracker.queries.streams import streams
from tracker.queries.weekly_blocks import WeeklyBlockRow, weekly_blocks
from tracker.services.catalogue_install import install_catalogue
from tracker.writes.accounts import ensure_system_account

pytestmark = pytest.mark.usefixtures("app_context")

CONFIRMED_LOINC = {"24558-9", "24884-9", "24892-2", "24630-6"}


@pytest.fixture
def template() -> Template:
    return CATALOGUE


@pytest.fixture
def week() -> tuple[WeeklyBlockRow, ...]:
    with read_session() as session:
        return weekly_blocks(session)


def minutes(block: WeeklyBlockRow) -> int:
    return (block.ends.hour - block.starts.hour) * 60 + block.ends.minute - block.starts.minute


def test_twelve_exam_types_with_the_confirmed_codes_and_distinct_colours():
    with read_session() as session:
        types = exam_types(session)
    assert len(types) == 12
    assert {t.loinc for t in types} - {""} == CONFIRMED_LOINC
    assert len({t.colour for t in types}) == 12
    assert all(t.preparation_zh and t.preparation_en for t in types)
    assert {t.code for t in types if t.is_fasting} == {"abdominal", "gastrointestinal", "contrast"}
    assert {t.code: t.bladder for t in types if t.bladder} == {
        "prostate": "full",
        "pelvic_floor": "empty",
    }
    assert all(t.minutes <= 2 * t.further_part_minutes <= t.minutes + 1 for t in types)


def test_shares_of_demand_are_those_of_the_streams():
    with read_session() as session:
        share = Counter()
        for pair in exam_type_streams(session):
            share[pair.stream] += pair.demand_permille
        assert share == {s.code: 10 * s.demand_share_percent for s in streams(session)}


def test_twenty_one_devices_with_the_scarce_functions_spread():
    with read_session() as session:
        machines = devices(session)
    fixed = [machine for machine in machines if not machine.is_portable]
    assert [machine.code for machine in fixed] == [f"US{n:02}" for n in range(1, 21)]
    has = Counter(code for machine in fixed for code in machine.capabilities)
    assert has == {
        "convex": 20,
        "linear": 20,
        "phased": 8,
        "linear_high": 6,
        "elastography": 6,
        "endocavitary": 5,
        "contrast": 4,
        "volume": 3,
    }
    scarce = {"phased", "linear_high", "endocavitary", "contrast", "volume"}
    assert max(len(machine.capabilities & scarce) for machine in fixed) == 2
    assert all(machine.building and machine.floor and machine.room for machine in machines)


def test_fifty_people_by_title():
    with read_session() as session:
        people = staff_members(session)
    assert Counter(p.title for p in people if p.kind == "doctor") == {
        "professor": 1,
        "associate_professor": 2,
        "attending": 7,
        "physician": 17,
        "": 1,
    }
    assert len(people) == len({p.name for p in people}) == 50
    senior = {"professor", "associate_professor", "attending"}
    assert all(p.title in senior for p in people if p.competences & {"contrast", "intraoperative"})


def test_every_device_works_every_half_day(week: tuple[WeeklyBlockRow, ...]):
    with read_session() as session:
        codes = {machine.code for machine in devices(session)}
    half_days = defaultdict(set)
    for block in week:
        half_days[block.weekday, block.starts].add(block.device)
    assert len(half_days) == 10
    assert all(at_work == codes for at_work in half_days.values())


def test_no_doctor_is_in_two_blocks_at_once_and_all_take_turns(week: tuple[WeeklyBlockRow, ...]):
    at_work = Counter((block.weekday, block.starts, block.operator) for block in week)
    assert set(at_work.values()) == {1}
    half_days = Counter(block.operator for block in week)
    assert len(half_days) == 28
    assert set(half_days.values()) == {7, 8}
    machines = defaultdict(set)
    for block in week:
        machines[block.operator].add(block.device)
    assert sum(len(different) > 1 for different in machines.values()) >= 20


def test_exam_types_of_a_block_suit_the_machine_and_the_doctor(week: tuple[WeeklyBlockRow, ...]):
    with read_session() as session:
        types = {t.code: t for t in exam_types(session)}
        machines = {d.code: d for d in devices(session)}
        people = {p.code: p for p in staff_members(session)}
    for block in week:
        assert block.exam_types
        for code in block.exam_types:
            assert types[code].capabilities <= machines[block.device].capabilities
            assert not types[code].needs_competence or code in people[block.operator].competences


def test_every_exam_type_is_done_every_morning_and_every_afternoon(
    week: tuple[WeeklyBlockRow, ...],
):
    places = Counter((b.weekday, b.starts, code) for b in week for code in b.exam_types)
    with read_session() as session:
        wanted = {t.code for t in exam_types(session)}
    for half_day in {(b.weekday, b.starts) for b in week}:
        assert {code for *when, code in places if tuple(when) == half_day} == wanted
        assert places[*half_day, "contrast"] == 4
        assert places[*half_day, "cardiac"] >= 8


def test_reserves_take_the_shares_of_the_minutes(week: tuple[WeeklyBlockRow, ...]):
    everything = sum(minutes(block) for block in week)
    kept = Counter()
    for block in week:
        kept.update(block.reserve_minutes)
        assert sum(block.reserve_minutes.values()) < minutes(block)
    assert everything == 5 * 21 * 450
    assert 25 <= 100 * kept["medical_exam"] / everything <= 30
    assert 8 <= 100 * kept["cadre_ward"] / everything <= 10


def test_the_calendar_is_the_states_as_far_as_it_is_announced():
    with read_session() as session:
        calendar = work_calendar(session)
        make_up = {d.local_date for d in known_days(session, 2026) if d.kind == "make_up"}
        assert calendar_years(session) == {2024: True, 2025: True, 2026: True, 2027: False}
    working = calendar.working_days(date(2026, 1, 1), date(2026, 12, 31))
    assert sum(1 for _ in working) == 248
    # 国务院办公厅关于2026年部分节假日安排的通知
    assert make_up == {
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    }
    assert not calendar.is_working(date(2027, 10, 1))
    assert not calendar.is_published(2027)


def test_targets_and_settings_are_there():
    with read_session() as session:
        assert target_of_year(session, 2026) == target_of_year(session, 2027) == 190_000
        assert target_of_year(session, 2031) is None
        assert department_settings(session) == DepartmentSettings()


def test_account_1_is_the_system_and_cannot_sign_in():
    with read_session() as session:
        account = session.get_one(Account, 1)
        assert (account.username, account.roles, account.password_hash) == ("system", [], "")


def test_a_second_install_changes_nothing_and_brings_nothing_back():
    with transaction() as session:
        session.execute(update(Device).where(Device.code == "US07").values(retired_at=NOW))
        session.execute(Target.__table__.delete())
    assert install_catalogue(by=SYSTEM, now=NOW) is False
    with read_session() as session:
        assert len(devices(session)) == 20
        assert target_of_year(session, 2026) is None


def test_the_install_leaves_one_audit_entry():
    with read_session() as session:
        entries = select(func.count()).where(AuditEntry.action == "install")
        assert session.scalar(entries) == 1


class TestOnAnEmptyDatabase:
    @pytest.fixture
    def template(self) -> Template:
        return SCHEMA

    def test_the_install_says_that_it_was_done(self):
        assert install_catalogue(by=SYSTEM, now=NOW) is True

    def test_without_stored_settings_the_first_ones_hold(self):
        with read_session() as session:
            assert department_settings(session) == DepartmentSettings()

    def test_an_install_that_was_undone_can_be_made_again(self):
        with suppress(ZeroDivisionError), transaction() as session:
            ensure_system_account(session, now=NOW)
            raise ZeroDivisionError
        assert install_catalogue(by=SYSTEM, now=NOW) is True
        with transaction() as session:
            session.add(Account(username="next", roles=[], created_at=NOW))
        with read_session() as session:
            assert dict(session.execute(select(Account.username, Account.id)).all()) == {
                "system": 1,
                "next": 2,
            }

    def test_of_several_at_once_one_installs(self, app: Flask):
        def call(_: int) -> bool:
            with app.app_context():
                return install_catalogue(by=SYSTEM, now=NOW)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(call, range(4))) == [False, False, False, True]
        with read_session() as session:
            assert len(devices(session)) == 21
