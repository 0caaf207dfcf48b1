"""Who is away when, and which published blocks that leaves without their doctor."""

from datetime import timedelta

import pytest

from tests.support.catalogue import device, entries_of
from tests.support.department import MONDAY, at
from tracker.db import read_session
from tracker.domain.absences import AbsenceValues
from tracker.domain.errors import ConflictError, InvalidError, NotFoundError, StaleError
from tracker.domain.plan import PlanBlock
from tracker.models import Absence
from tracker.queries.absences import absences
from tracker.queries.plan import week_plan
from tracker.services.absences import add_absence, cancel_absence

pytestmark = pytest.mark.usefixtures("app_context")
NOW = at(7)
TUESDAY = MONDAY + timedelta(days=1)


def plan():
    with read_session() as session:
        return week_plan(session, MONDAY, now=NOW)


def morning() -> PlanBlock:
    """US12, Tuesday morning."""
    key = (device("US12").id, TUESDAY)
    return next(block for block in plan().blocks if block.key == key)


def code_of(block: PlanBlock) -> str:
    return plan().facts.doctors[block.operator_id].code


def away(operator: str, **more) -> AbsenceValues:
    return AbsenceValues(**{"operator": operator, "first": TUESDAY, "last": TUESDAY, **more})


def test_a_doctor_who_is_away_leaves_his_blocks_to_be_covered(head: int):
    block = morning()
    entered = add_absence(away(code_of(block), part="morning", kind="sick"), by=head, now=NOW)
    assert entered.blocks == (block,)
    assert [(each.code, each.block) for each in plan().broken] == [("operator_away", block)]
    [(action, change)] = entries_of("absence", entered.absence_id)
    assert (action, change["kind"], change["first_date"]) == ("add", "sick", "2026-11-24")
    with read_session() as session:
        [row] = absences(session, TUESDAY)
        assert (row.id, row.operator, row.part) == (entered.absence_id, code_of(block), "morning")
        assert absences(session, TUESDAY + timedelta(days=1)) == ()


def test_the_other_half_of_the_day_is_worked(head: int):
    block = morning()
    entered = add_absence(away(code_of(block), part="afternoon"), by=head, now=NOW)
    assert block not in entered.blocks
    assert [each.block for each in plan().broken] == list(entered.blocks)


def test_what_is_over_needs_no_cover(head: int):
    block = morning()
    entered = add_absence(away(code_of(block), part="morning"), by=head, now=at(12, day=1))
    assert entered.blocks == ()


def test_an_absence_taken_back_counts_no_more(head: int):
    entered = add_absence(away(code_of(morning())), by=head, now=NOW)
    with pytest.raises(StaleError):
        cancel_absence(entered.absence_id, version=9, by=head, now=NOW)
    cancel_absence(entered.absence_id, version=1, by=head, now=NOW)
    cancel_absence(entered.absence_id, by=head, now=NOW)
    assert plan().broken == ()
    assert [action for action, _ in entries_of("absence", entered.absence_id)] == ["add", "cancel"]
    with read_session() as session:
        assert session.get_one(Absence, entered.absence_id).cancelled_at == NOW
        assert absences(session, TUESDAY) == ()
    add_absence(away(code_of(morning())), by=head, now=NOW)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("operator", {"operator": "X99"}),
        ("operator", {"operator": ""}),
        ("last", {"last": MONDAY}),
        ("last", {"last": TUESDAY + timedelta(days=400)}),
        ("part", {"part": "night"}),
        ("kind", {"kind": "golf"}),
        ("note", {"note": "x" * 201}),
    ],
)
def test_what_is_no_absence_is_refused(head: int, field: str, values):
    with pytest.raises(InvalidError) as refusal:
        add_absence(away(**{"operator": code_of(morning()), **values}), by=head, now=NOW)
    assert refusal.value.field == field


def test_the_same_absence_is_entered_once(head: int):
    add_absence(away(code_of(morning())), by=head, now=NOW)
    with pytest.raises(ConflictError):
        add_absence(away(code_of(morning())), by=head, now=NOW)
    with pytest.raises(NotFoundError):
        cancel_absence(999, by=head, now=NOW)
