"""Files of exams sent through the interface: kept as the page keeps them, once for one key, and what cannot be read is refused."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.support.api import V1, Answer, ApiCaller
from tests.support.exam_files import HEADER, ROWS, row, sheet, text
from tracker import clock
from tracker.drivers.import_files import MOST_SENT
from tracker.jobs.imports import do_those_asked_for

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
def test_files_are_the_heads(instance, caller_of, name):
    assert send(caller_of(name)).code == "forbidden"
    assert not instance.exists()


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
