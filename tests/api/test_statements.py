"""How many statements a request costs: the same for one row and for three, for one day and for seventy."""

from collections.abc import Callable

import pytest

from tests.support.api import Answer, ApiCaller
from tests.support.department import at
from tracker import clock

ASKED = {"exam_type": "abdominal", "stream": "outpatient", "from_": "2026-11-23"}


def cost(statements: list[str], call: Callable[[], Answer]) -> int:
    """The statements of a call, transactions' own apart."""
    statements.clear()
    assert call().status < 300
    return sum(not statement.startswith("BEGIN") for statement in statements)


def book(who: ApiCaller, number: int) -> Answer:
    return who.post(
        "/bookings",
        patient=f"M{number:05}",
        exam_type="abdominal",
        stream="outpatient",
        start=f"2026-11-24T{number + 7:02}:00:00+08:00",
        device="US03",
    )


def test_a_search_costs_the_same_for_any_number_of_days(reception, statements):
    costs = [
        cost(statements, lambda last=last: reception.get("/openings", **ASKED, to=last))
        for last in ("2026-11-23", "2026-11-24", "2026-12-06", "2027-01-31")
    ]
    assert costs == [6] * 4  # token, terms with devices, days, running exams, ranking, operators


def test_lists_cost_the_same_for_one_row_and_for_three(reception, statements):
    def costs() -> list[int]:
        paths = ("/bookings", "/board", "/devices")
        return [cost(statements, lambda path=path: reception.get(path)) for path in paths]

    book(reception, 1)
    one = costs()
    book(reception, 2)
    book(reception, 3)
    assert costs() == one
    assert one[0] == 2  # token, bookings


@pytest.mark.engines("sqlite")
def test_a_booking_costs_its_reads_its_four_rows_and_its_answer(reception, statements):
    # token; terms with devices and patient; day with the patient's spans; four rows; the answer
    assert cost(statements, lambda: book(reception, 1)) == 8


@pytest.mark.engines("postgresql")
def test_a_booking_costs_few_journeys_to_a_server(reception, statements):
    assert cost(statements, lambda: book(reception, 1)) == 5  # its four rows in one


def enter(sonographer: ApiCaller, hour: int) -> None:
    """An exam of today, and one that is said to be missing."""
    start, end = (f"2026-11-23T0{hour}:{minute}:00+08:00" for minute in (10, 20))
    what = {"patient": f"M{hour:05}", "exam_type": "abdominal", "device": f"US0{hour}"}
    more = {"operator": "D01", "supervisor": "D02", "stream": "outpatient"}
    assert sonographer.post("/exams", start=start, end=end, **what, **more).status == 201
    assert sonographer.post("/objections", day="2026-11-23", **what).status == 201


@pytest.mark.engines("sqlite")
def test_figures_and_their_rows_cost_the_same_for_one_exam_and_for_three(
    head, sonographer, statements
):
    days = {"from_": "2026-11-01", "to": "2026-11-30"}
    paths = ("/volume/staff", "/volume/staff/D01/exams", "/volume/devices", "/volume/quality", "/exams")  # fmt: skip

    def costs() -> list[int]:
        asked = [cost(statements, lambda path=path: head.get(path, **days)) for path in paths]
        others = ("/objections", "/volume/months", "/volume/months/2026-11")
        return [*asked, *(cost(statements, lambda path=path: head.get(path)) for path in others)]

    with clock.at(at(9)):
        enter(sonographer, 1)
        one = costs()
        enter(sonographer, 2)
        enter(sonographer, 3)
        assert costs() == one
    assert max(one) == 12  # token, and eleven of the quality
