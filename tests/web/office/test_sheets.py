"""Lists as XLSX: taken away, changed, shown row by row, taken in; what is refused."""

import io
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.support.cast import ClientOf
from tests.support.catalogue import device, entries_of, exam_type, person, stream
from tests.web.office.forms import form_of, words
from tracker.db import read_session
from tracker.domain.sheets import WORKBOOKS
from tracker.queries.accounts import accounts
from tracker.queries.calendar import known_days
from tracker.queries.exam_types import exam_type_streams

Row = Sequence[object]
STAFF = ("code", "name", "kind", "title", "competences", "supervises", "sort_order")


def workbook(**sheets: Sequence[Row]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return target.getvalue()


def send(client: FlaskClient, noun: str, content: bytes, name: str = "list.xlsx") -> TestResponse:
    address = f"/admin/sheets/{noun}"
    fields = form_of(client.get(address).text, address)
    return client.post(
        address,
        data={"csrf_token": fields["csrf_token"], "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )


def take_in(client: FlaskClient, noun: str, content: bytes) -> TestResponse:
    shown = send(client, noun, content)
    assert shown.status_code == 200, words(shown.text)
    address = f"/admin/sheets/{noun}/confirm"
    return client.post(address, data=form_of(shown.text, address))


def downloaded(client: FlaskClient, noun: str) -> bytes:
    answer = client.get(f"/admin/sheets/{noun}/{noun}.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{noun}.xlsx"'
    return answer.data


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("noun", list(WORKBOOKS))
def test_what_goes_out_comes_back_unchanged(office: FlaskClient, noun: str, language: str) -> None:
    office.set_cookie("lang", language)
    content = downloaded(office, noun)
    office.set_cookie("lang", "en")
    page = words(send(office, noun, content).text)
    assert "Rows added: 0, changed: 0" in page
    assert "refused: 0" in page
    assert "Everything is already as the file has it." in page


@pytest.mark.engines("sqlite")
def test_accounts_go_out_without_passwords(office: FlaskClient) -> None:
    content = downloaded(office, "accounts")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [str(title).split(" [")[1] for title in rows[0]] == [
        "username]", "roles]", "staff]", "is_active]",
    ]  # fmt: skip
    assert "admin" in [row[0] for row in rows]
    assert b"argon2" not in content


def test_an_account_of_a_sheet_waits_for_its_password(app: Flask, office: FlaskClient) -> None:
    rows = [
        ["username", "roles", "is_active"],
        ["newdesk", "reception", "yes"],
        ["reception", "reception, sonographer", "yes"],
    ]
    answer = take_in(office, "accounts", workbook(accounts=rows))
    assert answer.status_code == 303
    with app.app_context(), read_session() as session:
        found = {each.username: each for each in accounts(session)}
    assert list(found["newdesk"].roles) == ["reception"]
    assert sorted(found["reception"].roles) == ["reception", "sonographer"]
    stranger = app.test_client()
    fields = form_of(stranger.get("/login").text, "/login")
    for password in ("", "!", "newdesk"):
        sent = fields | {"username": "newdesk", "password": password}
        assert stranger.post("/login", data=sent).status_code != 303


@pytest.mark.engines("sqlite")
def test_a_sheet_leaves_an_administrator(office: FlaskClient) -> None:
    rows = [["username", "roles", "is_active"], ["admin", "admin", "no"]]
    shown = send(office, "accounts", workbook(accounts=rows))
    assert "The last active administrator cannot be removed." in words(shown.text)
    assert "/confirm" not in shown.text


def test_nothing_is_written_before_it_is_confirmed(app: Flask, office: FlaskClient) -> None:
    content = workbook(
        devices=[
            ["code", "name", "capabilities", "room"],
            ["US01", device_name(app), "convex, linear", "新 1 室"],
            ["US77", "彩超 77 号机", "convex、linear", 77],
        ]
    )
    shown = send(office, "devices", content)
    page = words(shown.text)
    assert "Rows added: 1, changed: 1" in page
    assert "US77" in page
    with app.app_context(), pytest.raises(AssertionError):
        device("US77")
    with app.app_context():
        assert device("US01").version == 1


def test_a_confirmed_file_adds_and_changes_with_an_entry_for_each_row(
    app: Flask, office: FlaskClient
) -> None:
    with app.app_context():
        before = device("US01")
    content = workbook(
        devices=[
            ["房间 [room]", "设备代码 [code]", "name", "is_portable", "capabilities"],
            ["新 1 室", "US01", before.name, "", ", ".join(before.capabilities)],
            [77, "US77", "彩超 77 号机", True, "convex、linear"],
        ]
    )
    assert take_in(office, "devices", content).location == "/admin/devices"
    with app.app_context():
        added, changed = device("US77"), device("US01")
        assert (added.room, added.is_portable, added.capabilities) == (
            "77", True, {"convex", "linear"},
        )  # fmt: skip
        assert added.pressure > 0
        assert (changed.room, changed.version, changed.building) == ("新 1 室", 2, before.building)
        assert not device("US02").is_retired
        assert entries_of("device", added.id) == [("add", {"code": "US77"})]
        assert [action for action, _ in entries_of("device", changed.id)] == ["change"]


def test_exam_types_come_with_what_differs_for_a_stream(app: Flask, office: FlaskClient) -> None:
    content = workbook(
        exam_types=[["code", "minutes", "points_hundredths"], ["abdominal", 13, 1.75]],
        of_streams=[["exam_type", "stream", "minutes"], ["abdominal", "cadre_ward", 21]],
    )
    assert take_in(office, "exam-types", content).status_code == 303
    with app.app_context(), read_session() as session:
        changed = exam_type("abdominal")
        assert (changed.minutes, changed.points_hundredths) == (13, 175)
        pairs = {each.stream: each.minutes for each in exam_type_streams(session, changed.id)}
        assert pairs["cadre_ward"] == 21


def test_streams_and_people_come_in(app: Flask, office: FlaskClient) -> None:
    rows = [
        ["code", "name_zh", "name_en", "release_time"],
        ["emergency", "急诊", "Emergency", "15:30"],
    ]
    assert take_in(office, "streams", workbook(streams=rows)).status_code == 303
    people = [STAFF, ["D77", "欧阳新", "doctor", "attending", "abdominal", "abdominal", 77],
              ["N77", "诺敏", "nurse", "professor", "", "", 78]]  # fmt: skip
    assert take_in(office, "staff", workbook(staff=people)).status_code == 303
    with app.app_context():
        assert str(stream("emergency").release_time) == "15:30:00"
        assert (person("D77").supervises, person("N77").title) == ({"abdominal"}, "")


def test_days_of_the_calendar_come_in(app: Flask, office: FlaskClient) -> None:
    rows = [
        ["local_date", "kind", "name"],
        ["2027-03-08", "holiday", "院庆"],
        ["2027/3/9", "rest", ""],
    ]
    shown = send(office, "calendar", workbook(calendar=rows))
    assert "Enter a date such as 2027-01-01." in words(shown.text)
    rows[2][0] = "2027-03-09"
    assert take_in(office, "calendar", workbook(calendar=rows)).status_code == 303
    with app.app_context(), read_session() as session:
        days = {str(row.local_date): row for row in known_days(session, 2027)}
    assert (days["2027-03-08"].name, days["2027-03-09"].kind) == ("院庆", "rest")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("row", "word", "sentence"),
    [
        (["D77", "", "doctor", "", "", "", 1], "Name:", "This cell must not be empty."),
        (["two words", "x", "doctor", "", "", "", 1], "Staff number:", "Enter at most 20 letters"),
        (["D77", "x", "pilot", "", "", "", 1], "Works as:", "Enter one of: doctor"),
        (["D77", "x", "doctor", "", "magic", "", 1], "May perform:", "There is no magic."),
        (["D77", "x", "nurse", "", "abdominal", "", 1], "May perform:", "Only doctors perform exams."),
        (["D77", "x", "doctor", "", "", "", 1.5], "Place in lists:", "Enter a whole number."),
        (["D77", "x", "doctor", "", "", "", -1], "Place in lists:", "Enter a whole number from 0"),
        (["D77", "x" * 81, "doctor", "", "", "", 1], "Name:", "Enter 1 to 80 characters."),
        (["D77", "a\nb", "doctor", "", "", "", 1], "Name:", "This text holds characters that cannot be kept."),
    ],
)  # fmt: skip
def test_an_error_stands_beside_its_row_and_column(
    app: Flask, office: FlaskClient, row: Row, word: str, sentence: str
) -> None:
    good = ["D78", "<script>alert(1)</script>", "doctor", "", "", "", 1]
    shown = send(office, "staff", workbook(staff=[STAFF, good, row]))
    page = words(shown.text)
    assert f"{word} {sentence}" in page
    assert "refused: 1" in page
    assert "<script>alert" not in shown.text
    assert "/confirm" not in shown.text
    with app.app_context(), pytest.raises(AssertionError):
        person("D78")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(("kind", "title"), [("医生", "主治医师"), ("Doctor", "attending doctor")])
def test_words_of_either_language_stand_for_their_codes(
    app: Flask, office: FlaskClient, kind: str, title: str
) -> None:
    rows = [STAFF, ["D77", "新", kind, title, "", "", 1]]
    assert take_in(office, "staff", workbook(staff=rows)).status_code == 303
    with app.app_context():
        assert (person("D77").kind, person("D77").title) == ("doctor", "attending")


@pytest.mark.engines("sqlite")
def test_a_row_that_stands_twice_is_refused(office: FlaskClient) -> None:
    row = ["D77", "新", "doctor", "", "", "", 1]
    page = words(send(office, "staff", workbook(staff=[STAFF, row, row])).text)
    assert "This row stands in the sheet twice." in page


def test_what_changed_meanwhile_is_shown_again(app: Flask, office: FlaskClient) -> None:
    content = workbook(devices=[["code", "room"], ["US01", "新"]])
    shown = send(office, "devices", content)
    assert take_in(office, "devices", workbook(devices=[["code", "room"], ["US01", "其他"]]))
    address = "/admin/sheets/devices/confirm"
    answer = office.post(address, data=form_of(shown.text, address))
    assert answer.status_code == 409
    assert "Somebody else changed this meanwhile." in words(answer.text)
    assert "其他 → 新" in words(answer.text)
    again = office.post(address, data=form_of(answer.text, address))
    assert again.status_code == 303
    with app.app_context():
        assert device("US01").room == "新"


def with_formula() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("staff")
        page.write_row(0, 0, STAFF)
        page.write_row(1, 0, ["D77", "新", "doctor"])
        page.write_formula("G2", "=1+1", None, 2)
    return target.getvalue()


def far_out() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("staff")
        page.write_row(0, 0, STAFF)
        page.write("ZZ2", "x")
    return target.getvalue()


def other_archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    return target.getvalue()


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    return target.getvalue()


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"code,name\nD77,x\n", "This is no XLSX file that can be read."),
        (b"PK\x03\x04 broken", "This is no XLSX file that can be read."),
        (other_archive(), "This is no XLSX file that can be read."),
        (bomb(), "The file is too large."),
        (with_formula(), "Cell G2 holds a formula. Enter values alone."),
        (far_out(), "A sheet has at most 100 columns."),
        (workbook(staff=[STAFF]), "The sheet has no rows."),
        (workbook(staff=[["code", "salary"], ["D01", 1]]), "The column “salary” is not known"),
        (workbook(staff=[["name"], ["x"]]), "The column code is missing."),
        (workbook(staff=[["code", "code"], ["D01", 1]]), "The column “code” is not known, or there"),
        (
            workbook(staff=[STAFF, *([f"D{n}", "x", "doctor"] for n in range(5001))]),
            "A sheet has at most 5000 rows.",
        ),
        (
            workbook(staff=[STAFF, *([f"Z{n}", "x", "doctor"] for n in range(401))]),
            "At most 400 rows can be added or changed at once.",
        ),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_taken_is_refused(
    office: FlaskClient, content: bytes, sentence: str
) -> None:
    answer = send(office, "staff", content)
    assert answer.status_code == 422
    assert sentence in words(answer.text)


@pytest.mark.engines("sqlite")
def test_more_than_two_megabytes_are_refused(office: FlaskClient) -> None:
    answer = office.post(
        "/admin/sheets/staff",
        data=b"x" * (2 * 1024 * 1024 + 1),
        content_type="multipart/form-data; boundary=part",
    )
    assert answer.status_code == 413
    assert "larger than allowed" in words(answer.text)


@pytest.mark.engines("sqlite")
def test_a_confirmation_that_was_tampered_with_changes_nothing(office: FlaskClient) -> None:
    shown = send(office, "devices", workbook(devices=[["code", "room"], ["US01", "新"]]))
    address = "/admin/sheets/devices/confirm"
    fields = form_of(shown.text, address)
    for lines in ("", "####", "eJwDAAAAAAE=", fields["lines"][0][:-9]):
        assert office.post(address, data={**fields, "lines": lines}).status_code == 422
    assert office.post(address, data={**fields, "seen": "0"}).status_code == 409


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ["head", "sonographer", "reception", "stranger"])
def test_lists_are_the_administrators(client_of: ClientOf, name: str) -> None:
    client = client_of(name)
    for path in ("/admin/sheets/staff", "/admin/sheets/staff/staff.xlsx"):
        assert client.get(path).status_code in (303, 403)


@pytest.mark.engines("sqlite")
def test_what_is_no_list_is_not_found(office: FlaskClient) -> None:
    for path in ("bookings", "bookings/bookings.xlsx", "staff/other.xlsx"):
        assert office.get(f"/admin/sheets/{path}").status_code == 404


def device_name(app: Flask) -> str:
    with app.app_context():
        return device("US01").name
