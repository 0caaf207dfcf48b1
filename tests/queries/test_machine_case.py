"""The case for a machine: minutes by capability counted again from the rows, on both engines."""

from collections import Counter
from datetime import timedelta

import pytest

from tests.support.databases import Template
from tests.support.department import at
from tests.support.known_weeks import DEVICES, FIRST, KNOWN_WEEKS, LAST
from tests.support.rows import COUNTS, LIVE, day, instant, rows
from tracker.db import read_session
from tracker.domain.machinecase import TurnedAway, taken_by_one_more
from tracker.queries.device_use import device_use
from tracker.queries.devices import devices
from tracker.queries.machine_case import CapabilityCase, capability_cases

pytestmark = pytest.mark.usefixtures("app_context")
NOW = at(7)
DAYS = f"local_date BETWEEN '{FIRST}' AND '{LAST}'"


@pytest.fixture
def template() -> Template:
    return KNOWN_WEEKS


def cases() -> dict[str, CapabilityCase]:
    with read_session() as session:
        return {
            each.capability.code: each for each in capability_cases(session, FIRST, LAST, now=NOW)
        }


def needing() -> dict[str, set[int]]:
    """Capability → the exam types that need it."""
    found: dict[str, set[int]] = {}
    for code, kind in rows(
        "SELECT c.code, x.exam_type_id FROM exam_type_capability x JOIN capability c ON c.id = x.capability_id"
    ):
        found.setdefault(code, set()).add(kind)
    return found


def minutes_of(statement: str) -> Counter[int]:
    return Counter({kind: int(minutes) for kind, minutes in rows(statement)})


def test_minutes_of_a_capability_are_those_of_its_exam_types() -> None:
    found = cases()
    booked: Counter[int] = Counter()
    for kind, starts, ends in rows(f"SELECT exam_type_id, starts_at, ends_at FROM booking WHERE status <> 'cancelled' AND {DAYS}"):  # fmt: skip
        booked[kind] += int((instant(ends) - instant(starts)).total_seconds()) // 60
    examined = minutes_of(f"SELECT exam_type_id, sum(minutes) FROM exam WHERE {LIVE} AND {DAYS} GROUP BY exam_type_id")  # fmt: skip
    left = minutes_of(f"SELECT exam_type_id, count(*) FROM exam WHERE {COUNTS} AND entered_later AND {DAYS} GROUP BY exam_type_id")  # fmt: skip
    unmet: dict[bool, Counter[int]] = {True: Counter(), False: Counter()}
    for kind, parts, reason, first, further in rows(
        "SELECT u.exam_type_id, u.parts, u.reason, coalesce(x.minutes, t.minutes), coalesce(x.further_part_minutes, "
        "t.further_part_minutes) FROM unmet_demand u JOIN exam_type t ON t.id = u.exam_type_id LEFT JOIN "
        "exam_type_stream x ON x.exam_type_id = u.exam_type_id AND x.stream_id = u.stream_id"
    ):
        unmet[reason in ("none_free", "too_late")][kind] += first + (parts - 1) * further
    assert set(found) <= set(needing())
    for code, kinds in needing().items():
        case = found[code]
        assert case.total("booked") == sum(booked[kind] for kind in kinds)
        assert case.total("examined") == sum(examined[kind] for kind in kinds)
        assert case.total("left_out") == sum(left[kind] for kind in kinds)
        assert case.total("turned_minutes") == sum(unmet[True][kind] for kind in kinds)
        assert case.total("otherwise") == sum(unmet[False][kind] for kind in kinds)
        assert case.total("asked") == case.total("booked") + case.total("turned_minutes") + case.total("otherwise")  # fmt: skip
    assert found["contrast"].searches > 0


def test_open_closed_and_past_the_block_are_those_of_the_machines() -> None:
    found = cases()
    with read_session() as session:
        use = device_use(session, FIRST, LAST, now=NOW)
        machines = {row.id: row for row in devices(session)}
    for code, case in found.items():
        able = [each for each in use.devices if code in machines[each].capabilities]
        assert case.open_minutes == sum(use.devices[each].open_minutes for each in able)
        assert case.closed_minutes == sum(use.devices[each].closed_minutes for each in able)
    # an exam type is examined on one of the three machines alone, and each exam type has one function here
    overtime = {machines[each].code: found_use.overtime_minutes for each, found_use in use.devices.items()}  # fmt: skip
    assert found["phased"].total("overtime") == overtime["US04"]
    assert sum(overtime.values()) > 0


def test_one_more_machine_is_open_as_those_of_its_kind_and_takes_what_fits() -> None:
    case = cases()["phased"]  # all three machines with hours in these weeks have it
    assert [row.code for row in case.machines if row.code in DEVICES] == list(DEVICES)
    days = case.one_more.days
    assert len(days) == 15
    assert days[FIRST + timedelta(days=1)] == (3 * 450 - 4 * 15) // 3
    assert case.one_more.open_minutes == sum(days.values())
    searches = []
    for first, last, parts, further in rows(
        "SELECT wanted_from, wanted_to, parts, t.further_part_minutes FROM unmet_demand u JOIN exam_type t ON t.id = u.exam_type_id "
        "WHERE t.code = 'cardiac' AND reason IN ('none_free', 'too_late')"
    ):
        searches.append(TurnedAway(15 + (parts - 1) * further, day(first), day(last)))
    assert len(searches) == case.searches
    assert case.one_more.taken.searches == taken_by_one_more(searches, days).searches
    assert case.one_more.relieved <= case.one_more.open_minutes - case.one_more.taken.minutes
