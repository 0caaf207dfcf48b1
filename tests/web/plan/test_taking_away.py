"""The published week is taken away: on paper, and as a workbook whose doctors' sheet is a roster."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from tests.support.cast import ClientOf
from tests.web.office.forms import form_of, words

WEEK = "week=2026-W48"


def sheets(client: FlaskClient, language: str) -> dict[str, list[list[str]]]:
    client.set_cookie("lang", language)
    answer = client.get(f"/plan/week.xlsx?{WEEK}")
    assert "plan-2026-W48.xlsx" in answer.headers["Content-Disposition"]
    with CalamineWorkbook.from_filelike(BytesIO(answer.data)) as workbook:
        names = workbook.sheet_names
        return {name: workbook.get_sheet_by_name(name).to_python() for name in names}


def test_the_paper_names_every_machine_and_who_works_there(head: FlaskClient) -> None:
    page = words(head.get(f"/plan/print?{WEEK}").text)
    for text in ("US01", "P01", "Mon 23 Nov", "Fri 27 Nov", "Afternoon"):
        assert text in page


def test_the_workbook_has_machines_and_doctors(head: FlaskClient) -> None:
    found = sheets(head, "en")
    assert list(found) == ["Doctors", "Machines"]
    doctors, machines = found.values()
    assert machines[0][:3] == ["Device", "2026-11-23 Morning", "2026-11-23 Afternoon"]
    us01 = next(row for row in machines if row[0] == "US01")
    name = us01[1].split("\n")[1]
    assert us01[1].startswith("08:00–12:00\n")
    doctor = next(row for row in doctors if row[1] == name)
    assert doctor[2] == "US01"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_doctors_sheet_is_a_roster_that_changes_nothing(
    head: FlaskClient, language: str
) -> None:
    doctors, _machines = sheets(head, language).values()
    text = "\n".join("\t".join(str(cell) for cell in row) for row in doctors)
    head.set_cookie("lang", "en")
    address = f"/plan/roster?{WEEK}"
    fields = {**form_of(head.get(address).text, address), "text": text}
    answer = head.post(address, data=fields)
    assert answer.status_code == 200
    assert "No block of the plan changes." in words(answer.text)
    assert "Words that are not known" not in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_workbook_can_be_sent_back_as_a_roster(head: FlaskClient, language: str) -> None:
    head.set_cookie("lang", language)
    workbook = BytesIO(head.get(f"/plan/week.xlsx?{WEEK}").data)
    head.set_cookie("lang", "en")
    address = f"/plan/roster?{WEEK}"
    fields = form_of(head.get(address).text, address)
    answer = head.post(address, data={**fields, "file": (workbook, "plan.xlsx")})
    assert answer.status_code == 200
    assert "No block of the plan changes." in words(answer.text)
    assert "Rows of nobody who is known" not in answer.text


@pytest.mark.parametrize("who", ["reception", "sonographer", "admin"])
def test_everybody_may_see_who_works_where(client_of: ClientOf, who: str) -> None:
    for address in (f"/plan/print?{WEEK}", f"/plan/week.xlsx?{WEEK}"):
        assert client_of(who).get(address).status_code == 200


def test_a_week_that_is_none_is_refused(head: FlaskClient) -> None:
    assert head.get("/plan/print?week=2026-W99").status_code == 422
