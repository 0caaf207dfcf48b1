"""Imports through the interface: what a reading found, bringing the file in, undoing it; its exams count meanwhile alone."""

from pathlib import Path

import pytest
from flask import Flask

from tests.services.test_importing import LATER, an_exam_here, of_patient_1
from tests.support.department import account_id, at
from tests.support.exam_files import ROWS, row, sheet
from tracker import clock
from tracker.drivers.import_files import unnamed_path, upload_path
from tracker.jobs.imports import do_those_asked_for
from tracker.services.import_requests import decide
from tracker.services.importing import NewImport, register_import

ONE = "/imports/1"
DAYS = {"from_": "2026-11-16", "to": "2026-11-17"}


@pytest.fixture(autouse=True)
def instance(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "INSTANCE_DIR", str(tmp_path))
    return tmp_path


def send(app: Flask, instance: Path, content: bytes, name: str = "exams.csv") -> None:
    """As the page does it."""
    with app.app_context():
        new = NewImport(name, "0" * 64)
        import_id = register_import(new, by=account_id("head"), now=at(7))
        unnamed = unnamed_path(instance, "sent")
        unnamed.write_bytes(content)
        unnamed.replace(upload_path(instance, import_id))


def work(app: Flask) -> None:
    with app.app_context(), clock.at(clock.now()):
        assert do_those_asked_for() == 1


def exams(head) -> int:
    return int(head.get("/volume", **DAYS).json["total"]["exams"])


def test_a_file_is_looked_at_brought_in_and_undone(app, instance, head):
    send(app, instance, sheet([*ROWS, row(number="H900009", end="2026-11-16 07:00")]))
    assert head.get(ONE).json["findings"] is None
    assert head.post(f"{ONE}/bring").code == "conflict"  # nobody has read it
    work(app)
    found = head.get(ONE).json
    assert found["state"] == "previewed"
    counts = ("rows_in", "refused", "duplicates", "probable", "goes_in")
    assert [found["findings"][name] for name in counts] == [3, 1, 0, 0, 3]
    (refused,) = found["findings"]["rows"]
    assert (refused["row"], refused["kind"], refused["decided"]) == (5, "refused", None)
    assert refused["reasons"] == [{"field": "end", "text": "ends before it starts"}]
    assert exams(head) == 0
    assert head.post(f"{ONE}/bring").json["state"] == "asked"
    work(app)
    assert (head.get(ONE).json["state"], exams(head)) == ("in_force", 3)
    assert head.post(f"{ONE}/undo").fields == {"reason": "required"}
    undone = head.post(f"{ONE}/undo", reason="wrong file").json
    assert (undone["state"], undone["undo_reason"], exams(head)) == ("undone", "wrong file", 0)
    assert (undone["put_in_force_by"], undone["undone_by"]) == ("head", "head")
    assert head.post(f"{ONE}/undo", reason="again").code == "conflict"


def test_lists_are_paged_and_errors_and_unknown_words_are_told(app, instance, head):
    send(app, instance, b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "picture.csv")
    send(app, instance, sheet([row(stream="住院"), *ROWS[1:]]))
    with app.app_context(), clock.at(clock.now()):
        assert do_those_asked_for() == 2
    first = head.get("/imports", limit=1).json
    second = head.get("/imports", limit=1, cursor=first["next_cursor"]).json
    listed = [*first["items"], *second["items"]]
    assert [(each["id"], each["state"]) for each in listed] == [("2", "previewed"), ("1", "failed")]
    assert second["next_cursor"] is None
    assert "image" in listed[1]["error"]
    stranger = {"kind": "stream", "word": "住院", "rows": 1}
    assert stranger in head.get("/imports/2").json["findings"]["unknown_words"]


def test_decisions_are_of_a_row_or_of_all_others(app, instance, head):
    with clock.at(LATER):
        with app.app_context():
            an_exam_here()
        same = [of_patient_1(), of_patient_1(number="H900008"), row(end="2026-11-16 07:00")]
        send(app, instance, sheet(same))
        work(app)

    def decided(rows: dict[int, bool | None], of_all: bool | None) -> tuple[int, list[bool | None]]:
        with app.app_context():
            decide(1, rows, of_all=of_all)
        found = head.get(ONE).json["findings"]
        assert [each["kind"] for each in found["rows"]] == ["probable", "probable", "refused"]
        return found["goes_in"], [each["decided"] for each in found["rows"]]

    assert decided({}, None) == (0, [None, None, None])
    assert decided({2: True}, None) == (1, [True, None, None])
    assert decided({2: False}, True) == (1, [False, True, None])
    assert decided({2: None}, False) == (0, [False, False, None])


@pytest.mark.engines("sqlite")
def test_imports_are_the_heads(app, instance, head, caller_of):
    assert head.get(ONE).code == head.post(f"{ONE}/bring").code == "not_found"
    assert list(head.get("/imports", cursor="x").fields) == ["cursor"]
    for name in ("reception", "sonographer", "admin"):
        who = caller_of(name)
        assert who.get("/imports").code == who.get(ONE).code == "forbidden"
        assert who.post(f"{ONE}/bring").code == "forbidden"
        assert who.post(f"{ONE}/undo", reason="x").code == "forbidden"
