"""The head brings a file in: chooses it, explains its words, decides, looks, brings it in, and undoes it again."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from werkzeug.test import TestResponse

from tests.support import exam_files as files
from tests.support.cast import ClientOf
from tests.support.department import account_id
from tests.support.exam_files import ROWS, row, sheet
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of, resend, words
from tests.web.room.test_reading_the_volume import enter, figure
from tracker import clock
from tracker.db import read_session
from tracker.jobs.imports import do_those_asked_for
from tracker.queries.imports import one_import
from tracker.services.importing import undo_import

pytestmark = pytest.mark.engines("sqlite")

PAGE = "/volume/import"
ONE = "/volume/import/1"


@pytest.fixture
def head(client_of: ClientOf, app: Flask, tmp_path: Path) -> FlaskClient:
    """The head's browser, in English, on an installation with a folder of its own."""
    app.config["INSTANCE_DIR"] = str(tmp_path)
    client = client_of("head")
    client.set_cookie("lang", "en")
    return client


def send(client: FlaskClient, content: bytes, name: str = "exams.csv") -> TestResponse:
    token = form_of(client.get(PAGE).text, PAGE)["csrf_token"]
    data = {"csrf_token": token, "file": (BytesIO(content), name), "sheet": ""}
    return client.post(PAGE, data=data, content_type="multipart/form-data")


def work(app: Flask) -> int:
    """The jobs process looks once."""
    with app.app_context(), clock.at(clock.now()):
        return do_those_asked_for()


def state(app: Flask) -> str:
    with app.app_context(), read_session() as session:
        return one_import(session, 1).state


def previewed(app: Flask, client: FlaskClient, content: bytes) -> str:
    """What the page of a file says once it was read."""
    assert send(client, content).location == ONE
    assert work(app) == 1
    return words(client.get(ONE).text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_file_is_looked_at_brought_in_and_undone(
    app: Flask, head: FlaskClient, hands: Hands, language: str
):
    head.set_cookie("lang", language)
    assert send(head, sheet(ROWS)).status_code == 303
    assert 'hx-trigger="every 2s"' in head.get(ONE).text
    assert work(app) == 1
    page = head.get(ONE).text
    assert "every 2s" not in page
    assert '<span class="figure-value">3 ' in page
    assert resend(head, ONE, f"{ONE}/bring").status_code == 303
    assert state(app) == "asked"
    assert work(app) == 1
    assert state(app) == "in_force"
    listed = head.get("/exams?from=2026-11-16&to=2026-11-17").text
    assert all(text in listed for text in ("H900001", "欧阳小满", "某医生"))
    one = re.search(r'href="(/exams/\d+)"', listed)
    assert one is not None
    assert head.get(one[1]).status_code == 200
    with app.app_context():
        undo_import(1, reason="wrong file", by=account_id("admin"), now=clock.now())
    assert state(app) == "undone"
    assert re.search(r"· admin\b.*wrong file", words(head.get(ONE).text))
    assert re.search(r"· head\b", words(head.get(ONE).text))
    assert "H900001" not in head.get("/exams?from=2026-11-16&to=2026-11-17").text
    assert head.get(PAGE).status_code == 200


def test_undoing_asks_why(app: Flask, head: FlaskClient, hands: Hands):
    previewed(app, head, sheet(ROWS))
    resend(head, ONE, f"{ONE}/bring")
    work(app)
    assert resend(head, ONE, f"{ONE}/undo").status_code == 422
    assert state(app) == "in_force"
    assert resend(head, ONE, f"{ONE}/undo", reason="wrong file").status_code == 303
    assert state(app) == "undone"


def test_a_refused_file_says_why(app: Flask, head: FlaskClient, hands: Hands):
    page = previewed(app, head, b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    assert "nothing has changed: an image, not a table" in page
    assert state(app) == "failed"
    assert resend(head, ONE, f"{ONE}/words").status_code == 303
    assert state(app) == "waiting"


def test_an_empty_file_and_none_are_refused_beside_the_field(head: FlaskClient, hands: Hands):
    assert send(head, b"").status_code == 422
    fields = form_of(head.get(PAGE).text, PAGE)
    assert head.post(PAGE, data=fields).status_code == 422


def test_a_file_of_more_than_two_million_bytes_is_taken(
    app: Flask, head: FlaskClient, hands: Hands
):
    rows = [row(number=f"N{n}", patient_name=f"人{n}", fee="1" * 30) for n in range(20_000)]
    content = sheet(rows)
    assert len(content) > 2_500_000
    assert send(head, content).status_code == 303
    folder = Path(app.config["INSTANCE_DIR"]) / "imports"
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_unknown_words_are_explained_and_remembered(app: Flask, head: FlaskClient, hands: Hands):
    page = previewed(app, head, sheet([row(stream="住院"), *ROWS[1:]]))
    assert "a stream that is not known: 住院" in page
    fields = form_of(head.get(ONE).text, f"{ONE}/words")
    assert fields["word"] == ["住院"]
    answer = head.post(f"{ONE}/words", data={**fields, "code": ["cadre_ward"]})
    assert answer.status_code == 303
    assert work(app) == 1
    assert '<span class="figure-value">3 ' in head.get(ONE).text
    assert "住院" not in words(head.get(ONE).text)


def test_a_missing_column_is_named(app: Flask, head: FlaskClient, hands: Hands):
    content = files.text(ROWS, header=(*files.HEADER[:3], "怪名", *files.HEADER[4:])).encode()
    assert "no exam type column" in previewed(app, head, content)
    fields = form_of(head.get(ONE).text, f"{ONE}/words")
    place = fields["word"].index("怪名")
    codes = ["exam_type" if at == place else "" for at in range(len(fields["word"]))]
    head.post(f"{ONE}/words", data={**fields, "code": codes})
    work(app)
    assert state(app) == "previewed"


def test_rejected_rows_are_taken_away_as_a_sheet(app: Flask, head: FlaskClient, hands: Hands):
    previewed(app, head, sheet([row(patient_name="=1+1", stream="急诊"), *ROWS]))
    answer = head.get(f"{ONE}/rejected.xlsx")
    with CalamineWorkbook.from_filelike(BytesIO(answer.data)) as book:
        rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["Row", "What happens", "Reason", "检查号"]
    assert rows[1][0] == 2.0
    assert "not known: 急诊" in str(rows[1][2])
    assert "=1+1" in rows[1]


def test_what_is_probably_here_is_decided(app: Flask, head: FlaskClient, hands: Hands):
    enter(hands)
    same = row(patient_name="另写", id_number="M00001", start="2026-11-23 06:00", end="")
    page = previewed(app, head, sheet([same]))
    assert "Patient, exam type and day are those of an exam here" in page
    assert '<span class="figure-value">0 ' in head.get(ONE).text
    assert resend(head, ONE, f"{ONE}/decide", **{"row-2": "in"}).status_code == 303
    assert '<span class="figure-value">1 ' in head.get(ONE).text
    resend(head, ONE, f"{ONE}/bring")
    work(app)
    assert state(app) == "in_force"
    assert figure(head.get("/volume?from=2026-11-23&to=2026-11-23").text, "Today") is not None


def test_exams_that_the_file_lacks_are_listed(app: Flask, head: FlaskClient, hands: Hands):
    enter(hands, day=-7)
    page = previewed(app, head, sheet(ROWS))
    assert "1 exam here that the file lacks in its days" in page


def test_a_file_is_given_up(app: Flask, head: FlaskClient, hands: Hands):
    previewed(app, head, sheet(ROWS))
    assert resend(head, ONE, f"{ONE}/forget").status_code == 303
    assert state(app) == "forgotten"
    assert list((Path(app.config["INSTANCE_DIR"]) / "imports").iterdir()) == []
    assert "exams.csv" not in head.get(PAGE).text


@pytest.mark.parametrize("name", ["reception", "sonographer", "admin"])
def test_only_the_head_brings_exams_in(client_of: ClientOf, hands: Hands, name: str):
    client = client_of(name)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE).status_code in (400, 403)
