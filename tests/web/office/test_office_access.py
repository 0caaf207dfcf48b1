"""Who may open the administrator's pages and close devices; what a page costs."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tracker.web.access import ACCESS
from tracker.web.navigation import OFFICE_PAGES

pytestmark = pytest.mark.engines("sqlite")

PAGES = [page.path for page in OFFICE_PAGES] + [
    "/admin",
    "/admin/capabilities",
    "/admin/audit/seals",
]
CLOSURES = ("/closures", "/closures/new")
OF_HEAD = frozenset({"head", "admin"})


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("name", "status"),
    [("admin", 200), ("head", 403), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_the_office_is_the_administrators(
    client_of: ClientOf, path: str, name: str, status: int
) -> None:
    assert client_of(name).get(path).status_code == status


@pytest.mark.parametrize("path", CLOSURES)
@pytest.mark.parametrize(
    ("name", "status"),
    [("admin", 200), ("head", 200), ("sonographer", 403), ("reception", 403), ("stranger", 303)],
)
def test_head_and_administrator_close(
    client_of: ClientOf, path: str, name: str, status: int
) -> None:
    assert client_of(name).get(path).status_code == status


def test_every_endpoint_of_the_office_is_the_administrators_alone(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin")]
    assert {ACCESS[rule.endpoint] for rule in rules} == {frozenset({"admin"})}
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/closures")]
    assert {ACCESS[rule.endpoint] for rule in rules} == {OF_HEAD}


@pytest.mark.parametrize("path", [*PAGES, *CLOSURES])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_are_well_made_in_both_languages(
    office: FlaskClient, path: str, language: str
) -> None:
    office.set_cookie("lang", language)
    assert office.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/admin/devices/999999999999999999999999",
        "/admin/exam-types/0",
        "/admin/streams/99",
        "/admin/staff/9999",
        "/admin/accounts/1",
        "/admin/weekly-blocks/999999",
        "/admin/capabilities/99",
        "/admin/calendar/tomorrow",
        "/admin/calendar/1850-01-01",
        "/admin/calendar?year=99999",
        "/admin/department/hours/99",
        "/admin/targets/99999",
        "/closures/999999999",
        "/closures/99999999999999999999999",
    ],
)
def test_what_is_not_there_is_not_found(office: FlaskClient, path: str) -> None:
    assert office.get(path).status_code == 404


MORE = {
    "/admin/devices": {"code": "US99", "name": "彩超", "sort_order": "99"},
    "/admin/staff": {
        "code": "D99",
        "name": "欧阳新",
        "kind": "doctor",
        "title": "",
        "sort_order": "99",
    },
    "/admin/streams": {"code": "more", "name_zh": "急诊", "name_en": "More", "sort_order": "99"},
}


@pytest.mark.parametrize("path", list(MORE))
def test_a_list_costs_the_same_whatever_its_length(
    office: FlaskClient, statements: list[str], path: str
) -> None:
    def cost() -> int:
        del statements[:]
        assert office.get(path).status_code == 200
        return len(statements)

    office.get(path)
    before = cost()
    assert submit(office, f"{path}/new", **MORE[path]).status_code == 303
    office.get(path)  # shows the message that it was added
    assert cost() == before
