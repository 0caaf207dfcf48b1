"""Files of exams sent through the interface: kept as the page keeps them, once for one key, and what cannot be read is refused."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.services.test_importing import LATER, an_exam_here, of_patient_1
from tests.support.api import V1, Answer, ApiCaller
from tests.support.department import account_id, at, staff_code
from tests.support.exam_files import HEADER, ROWS, row, sheet, text
from tracker import clock
from tracker.api.pages import write_cursor
from tracker.drivers.import_files import MOST_SENT
from tracker.jobs.imports import do_those_asked_for
from tracker.queries import import_matches
from tracker.services.exams import ExamEntry, enter_exam_later

ONE = "/imports/1"


@pytest.fixture(autouse=True)
def instance(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "INSTANCE_DIR", str(tmp_path))
    return tmp_path / "imports"


def send(
    who: ApiCaller, content: bytes = sheet(ROWS), name: str = "exams.csv", **more: Any
) -> Answer:
    """Send a file; `key` is the Idempotency-Key, `parts` stand in place of the file."""
    headers = {"Idempotency-Key": more["key"]} if "key" in more else {}
    data = more.get("parts", {"file": (BytesIO(content), name)})
    return who.send(
        "POST", f"{V1}/imports", data=data, headers=headers, content_type="multipart/form-data"
    )


def work(app: Flask) -> None:
    """The jobs process looks once."""
    with app.app_context(), clock.at(clock.now()):
        assert do_those_asked_for() == 1


def test_a_file_is_kept_and_read(app, instance, head):
    sent = send(head, name="../2025 上半年.csv")
    assert (sent.status, sent.json["state"], sent.json["findings"]) == (201, "waiting", None)
    assert (sent.json["file_name"], sent.json["by"]) == ("2025 上半年.csv", "head")
    assert [path.stat().st_mode & 0o777 for path in instance.iterdir()] == [0o600]
    work(app)
    assert head.get(ONE).json["findings"]["rows_in"] == 3


def test_one_key_keeps_one_file(app, instance, head):
    first, second = send(head, key="k1"), send(head, key="k1")
    assert (first.status, second.status) == (201, 201)
    assert second.json == first.json
    assert [path.name for path in instance.iterdir()] == ["1.file"]
    assert send(head, sheet([row()]), key="k1").code == "idempotency_conflict"
    assert send(head, name="other.csv", key="k1").code == "idempotency_conflict"
    assert send(head).json["id"] == "2"
    assert len(head.get("/imports").json["items"]) == 2


@pytest.mark.engines("sqlite")
def test_what_is_no_file_is_refused(app, instance, head):
    def refused(parts: dict[str, Any]) -> dict[str, str]:
        answer = send(head, parts=parts)
        assert (answer.status, answer.code) == (422, "validation")
        return answer.fields

    def file() -> tuple[BytesIO, str]:
        return (BytesIO(sheet(ROWS)), "exams.csv")

    assert refused({}) == {"file": "required"}
    assert refused({"file": (BytesIO(b"x"), "")}) == {"file": "required"}
    assert refused({"file": "a,b\n1,2\n"}) == {"file": "invalid"}
    assert refused({"files": file()}) == {"file": "required", "files": "unknown"}
    assert refused({"file": [file(), file()]}) == {"file": "invalid"}
    assert refused({"file": file(), "sheet": file()}) == {"sheet": "invalid"}
    assert refused({"file": file(), "sheet": "x" * 81}) == {"sheet": "invalid"}
    assert refused({"file": (BytesIO(b""), "exams.csv")}) == {"file": "validation"}
    assert list(send(head, key="").fields) == ["Idempotency-Key"]
    as_json = head.post("/imports", file="exams.csv")
    assert (as_json.status, "multipart/form-data" in as_json.json["detail"]) == (415, True)
    large = head.send(
        "POST", f"{V1}/imports", data=b"", content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(MOST_SENT + 1)},
    )  # fmt: skip
    assert large.status == 413
    assert head.get("/imports").json["items"] == []
    assert list(instance.iterdir()) == []


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize("name", ["reception", "sonographer", "admin"])
def test_files_are_the_heads(app, instance, head, caller_of, name):
    who = caller_of(name)
    assert send(who).code == "forbidden"
    assert not instance.exists()
    send(head)
    work(app)
    assert explain(who).code == who.post(f"{ONE}/decide").code == "forbidden"
    assert who.get(f"{ONE}/rows", kind="in").code == "forbidden"
    assert who.post(f"{ONE}/forget").code == "forbidden"
    assert head.get(ONE).json["state"] == "previewed"


def explain(who: ApiCaller, *words: tuple[str, str, str]) -> Answer:
    """Say what words mean: kind, word, code."""
    told = [{"kind": kind, "word": word, "code": code} for kind, word, code in words]
    return who.post(f"{ONE}/words", words=told)


def test_words_and_columns_are_explained_and_the_file_is_read_again(app, head):
    strange = text([row(stream="住院"), *ROWS[1:]], header=(*HEADER[:3], "怪\n名", *HEADER[4:]))
    send(head, strange.encode())
    assert explain(head, ("stream", "住院", "cadre_ward")).code == "conflict"  # nobody has read it
    work(app)
    refused = head.get(ONE).json
    assert (refused["state"], refused["findings"]) == ("failed", None)
    assert "exam type" in refused["error"]
    assert refused["titles"][3] == "怪\n名"
    answer = explain(head, ("header", "怪\n名", "exam_type"))
    assert (answer.json["state"], answer.json["error"]) == ("waiting", None)
    work(app)
    found = head.get(ONE).json["findings"]
    assert (found["rows_in"], found["refused"]) == (2, 1)
    (word,) = (each for each in found["unknown_words"] if each["kind"] == "stream")
    assert word == {"kind": "stream", "word": "住院", "rows": 1}
    none_such = explain(head, ("header", "费用", ""), ("stream", "住院", "emergency"))
    assert (none_such.fields, head.get(ONE).json["state"]) == ({"words": "validation"}, "previewed")
    assert explain(head, ("stream", "住院", "cadre_ward")).status == 200
    work(app)
    found = head.get(ONE).json["findings"]
    assert (found["rows_in"], found["refused"]) == (3, 0)
    assert [each["kind"] for each in found["unknown_words"]] == ["operator"]
    assert head.post(f"{ONE}/words").json["state"] == "waiting"  # as it is, once more


@pytest.mark.engines("sqlite")
def test_what_is_no_explanation_is_refused(app, head):
    send(head, sheet([row(stream="住院")]))
    work(app)
    path = f"{ONE}/words"
    one = {"kind": "stream", "word": "住院", "code": "cadre_ward"}
    assert head.post(path, words="住院").fields == {"words": "invalid"}
    assert head.post(path, words=["住院"]).fields == {"words.0": "invalid"}
    assert head.post(path, words=[one] * 501).fields == {"words": "invalid"}
    assert head.post(path, words=[one, {**one, "kind": "colour"}]).fields == {
        "words.1.kind": "invalid"
    }
    assert head.post(path, words=[{**one, "word": 7}]).fields == {"words.0.word": "invalid"}
    assert head.post(path, words=[{**one, "word": "\0"}]).fields == {"words": "validation"}
    assert head.post(path, words=[{**one, "more": 1}]).fields == {"words.0.more": "unknown"}
    assert head.post(path, words=[{"kind": "stream"}]).fields == {
        "words.0.word": "required",
        "words.0.code": "required",
    }
    assert explain(head, ("header", "费用", "colour")).fields == {"words": "validation"}
    assert head.post("/imports/2/words").code == "not_found"
    assert head.get(ONE).json["state"] == "previewed"


def rows(who: ApiCaller, kind: str, **query: object) -> list[dict[str, Any]]:
    """All rows of a kind, page by page."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, object] = {}
    while True:
        answer = who.get(f"{ONE}/rows", kind=kind, **query, **cursor).json
        found += answer["items"]
        if answer["next_cursor"] is None:
            return found
        assert len(answer["items"]) == query.get("limit", 50)
        cursor = {"cursor": answer["next_cursor"]}


def of_the_ward(**cells: object) -> list[object]:
    """A row of a stream that nobody has explained."""
    return row(stream="住院", **cells)


FILE = [
    of_patient_1(number="H900006"),
    of_the_ward(),
    *ROWS[1:],
    of_patient_1(number="H900007"),
    row(end="2026-11-16 07:00"),
    of_the_ward(),
]
COUNTED = ("rows_in", "refused", "duplicates", "probable", "goes_in", "lacking")


def counted(who: ApiCaller) -> list[int | None]:
    """What the last reading found."""
    found = who.get(ONE).json["findings"]
    return [found[name] for name in COUNTED]


def two_exams_here() -> None:
    """One of patient 1, and one that the file does not name."""
    an_exam_here()
    facts = {"exam_type": "abdominal", "stream": "outpatient", "device": "US03"}
    times = {"started_at": at(8), "ended_at": at(8, 10)}
    other = ExamEntry(
        patient="M00002", operator=staff_code("sonographer"), number="L2", **facts, **times
    )
    enter_exam_later(other, by=account_id("sonographer"), now=LATER)


def test_a_file_goes_the_whole_way(app, instance, head, monkeypatch):
    monkeypatch.setattr(import_matches, "READ_AT_ONCE", 1)  # so that there are several steps
    with clock.at(LATER):
        with app.app_context():
            two_exams_here()
            doctor = staff_code("sonographer")
        assert send(head, sheet(FILE)).status == 201
        assert head.get(f"{ONE}/rows", kind="in").code == "conflict"  # nobody has read it
        work(app)
        assert counted(head) == [2, 3, 0, 2, 2, 1]
        explain(head, ("stream", "住院", "cadre_ward"), ("operator", "某医生", doctor))
        work(app)
        assert counted(head) == [3, 1, 1, 2, 3, 1]
        the_rows_are_listed(head, doctor)
        (lacking,) = head.get(ONE).json["findings"]["lacking_exams"]
        told = ("L2", "2026-11-23", "abdominal")
        assert (lacking["number"], lacking["local_date"], lacking["exam_type"]) == told
        assert head.get("/exams", from_="2026-11-23").json["items"][1]["id"] == lacking["id"]
        decided = head.post(f"{ONE}/decide", rows=[{"row": 2, "goes_in": True}], others=False)
        assert decided.json["findings"]["goes_in"] == 4
        assert [each["decided"] for each in rows(head, "probable")] == [True, False]
        asked = head.post(f"{ONE}/bring").json
        assert (asked["state"], asked["progress"]) == ("asked", None)
        work(app)
        brought = head.get(ONE).json
        assert (brought["state"], brought["rows"], brought["put_in_force_by"]) == (
            "in_force", 4, "head",
        )  # fmt: skip
        assert head.get(f"{ONE}/rows", kind="in").code == "not_found"  # they are exams now
        assert [each["row"] for each in rows(head, "refused")] == [7]
        exams = head.get("/volume", from_="2026-11-16", to="2026-11-23")
        assert exams.json["total"]["exams"] == 6
        assert send(head, sheet(FILE)).json["id"] == "2"
        work(app)
        again = head.get("/imports/2").json["findings"]
        assert [again[name] for name in COUNTED[:4]] == [
            0,
            1,
            5,
            1,
        ]  # what was left out is probably here still
        assert head.post(f"{ONE}/undo", reason="wrong file").json["state"] == "undone"
        exams = head.get("/volume", from_="2026-11-16", to="2026-11-23")
        assert exams.json["total"]["exams"] == 2


def the_rows_are_listed(head: ApiCaller, doctor: str) -> None:
    """Each kind, one a page."""
    ins = rows(head, "in", limit=1)
    assert [each["row"] for each in ins] == [3, 4, 5]
    assert ins[0]["understood"] == {
        "number": "H900001",
        "exam_type": "abdominal",
        "stream": "cadre_ward",
        "device": "US03",
        "operator": doctor,
        "parts": 1,
        "start": "2026-11-16T08:00:00+08:00",
        "end": "2026-11-16T08:12:00+08:00",
    }
    assert ins[1]["understood"]["operator"] is None
    (refused,) = rows(head, "refused")
    assert (refused["row"], refused["reasons"][0]["field"]) == (7, "end")
    assert refused["cells"][:2] == ["H900001", "欧阳小满"]
    assert [each["row"] for each in rows(head, "duplicate", limit=1)] == [8]
    probable = rows(head, "probable", limit=1)
    assert [(each["row"], each["decided"]) for each in probable] == [(2, None), (6, None)]
    here = head.get("/exams", from_="2026-11-23").json["items"][0]["id"]
    assert {each["exam"] for each in probable} == {here}


def test_only_rows_of_the_import_are_listed_and_decided(app, instance, head):
    with clock.at(LATER):
        with app.app_context():
            an_exam_here()
        send(head, sheet([of_patient_1(), *ROWS]))
        work(app)
        send(head, sheet([ROWS[0], row(number="H900009"), of_patient_1()]))
        work(app)
    path = f"{ONE}/decide"

    def refused(*decisions: tuple[object, object]) -> dict[str, str]:
        told = [{"row": number, "goes_in": goes_in} for number, goes_in in decisions]
        return head.post(path, rows=told).fields

    assert refused((4, True)) == {"rows": "validation"}  # of the other import
    assert refused((2, True), (5, None)) == {"rows": "validation"}  # it goes in by itself
    assert refused((2, True), (2, False)) == {"rows": "invalid"}
    assert refused((1, True)) == refused((2.5, True)) == {"rows.0.row": "invalid"}
    assert refused((2, "yes")) == {"rows.0.goes_in": "invalid"}
    assert head.post(path, rows=[{"row": 2}]).fields == {"rows.0.goes_in": "required"}
    assert head.post(path, rows={"2": True}).fields == {"rows": "invalid"}
    assert head.post(path, others="in").fields == {"others": "invalid"}
    assert head.post("/imports/3/decide").code == "not_found"
    assert [each["decided"] for each in rows(head, "probable")] == [None]
    listed = f"{ONE}/rows"
    assert head.get(listed).fields == {"kind": "required"}
    assert head.get(listed, kind="left_out").fields == {"kind": "invalid"}
    first = head.get(listed, kind="in", limit=1).json["next_cursor"]
    for cursor in (
        "x",
        write_cursor((3,)),
        write_cursor((10**9,)),
        write_cursor((-1,)),
        first[:-4],
    ):
        assert list(head.get(listed, kind="in", cursor=cursor).fields) == ["cursor"]
    assert head.get("/imports/3/rows", kind="in").code == "not_found"


def test_a_file_is_given_up(app, instance, head):
    send(head)
    work(app)
    assert sorted(path.name for path in instance.iterdir()) == ["1.file", "1.refused", "1.taken"]
    assert {path.stat().st_mode & 0o777 for path in instance.iterdir()} == {0o600}
    assert "欧阳" not in (instance / "1.taken").read_text()
    for _twice in range(2):
        assert head.post(f"{ONE}/forget").json["state"] == "forgotten"
    assert list(instance.iterdir()) == []
    assert head.get("/imports").json["items"] == []
    assert head.get(f"{ONE}/rows", kind="in").code == "conflict"
    assert head.post(f"{ONE}/bring").code == head.post(f"{ONE}/words").code == "conflict"
