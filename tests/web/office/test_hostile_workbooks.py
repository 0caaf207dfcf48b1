"""Workbooks that no spreadsheet writes: what would cost the server its memory is refused before it is read."""

import io
import zipfile
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.web.office.forms import words
from tests.web.office.test_sheets import STAFF, send, workbook

pytestmark = pytest.mark.engines("sqlite")

SHEET = "xl/worksheets/sheet1.xml"
TOO_LONG = "A sheet has at most 5000 rows."
TOO_WIDE = "A sheet has at most 100 columns."
NO_WORKBOOK = "This is no XLSX file that can be read."

Change = Callable[[str, bytes], tuple[str, bytes]]


def changed(change: Change) -> bytes:
    """A list of one person, each part of its archive changed."""
    target, plain = io.BytesIO(), workbook(staff=[STAFF, ["D77", "新", "doctor"]])
    with zipfile.ZipFile(io.BytesIO(plain)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            archive.writestr(*change(name, source.read(name)))
    return target.getvalue()


def in_sheet(old: bytes, new: bytes) -> bytes:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name != SHEET:
            return name, content
        assert old in content
        return name, content.replace(old, new)

    return changed(change)


def elsewhere() -> bytes:
    """The sheet lies where its workbook says, which need not be the usual folder; it holds a formula."""

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        content = content.replace(b"worksheets/sheet1.xml", b"elsewhere/sheet1.xml")
        if name == SHEET:
            return "xl/elsewhere/sheet1.xml", content.replace(
                b'<c r="B2"', b'<c r="B2"><f>1</f></c><c r="G2"'
            )
        return name, content

    return changed(change)


def open_document() -> bytes:
    """Another kind of spreadsheet in an archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office:document-content/>")
    return target.getvalue()


CASES = {
    "in another folder": (elsewhere(), "Cell B2 holds a formula."),
    "other quotes": (in_sheet(b'r="B2"', b"r='XFD2'"), TOO_WIDE),
    "small letters": (in_sheet(b'r="B2"', b'r="xfd2"'), TOO_WIDE),
    "room around the sign": (in_sheet(b'r="B2"', b'r = "XFD2"'), TOO_WIDE),
    "a row far down": (in_sheet(b'<row r="2"', b'<row r="1048576"'), TOO_LONG),
    "a row of many digits": (in_sheet(b'<row r="2"', b'<row r="' + b"9" * 5000 + b'"'), TOO_LONG),
    "rows without numbers": (in_sheet(b"<sheetData>", b"<sheetData>" + b"<row/>" * 5002), TOO_LONG),
    "cells without places": (in_sheet(b"</row>", b"<c/>" * 101 + b"</row>"), TOO_WIDE),
    "an end inside a value": (in_sheet(b'<c r="B2"', b'<c x=">" r="XFD2"'), NO_WORKBOOK),
    "another kind": (open_document(), NO_WORKBOOK),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_before_it_is_read(office: FlaskClient, name: str) -> None:
    content, sentence = CASES[name]
    answer = send(office, "staff", content)
    assert (answer.status_code, sentence in words(answer.text)) == (422, True), words(answer.text)


def test_what_a_spreadsheet_writes_still_comes_in(office: FlaskClient) -> None:
    answer = send(office, "staff", changed(lambda name, content: (name, content)))
    assert "Rows added: 1" in words(answer.text)


def test_a_control_character_comes_back_on_no_page(office: FlaskClient) -> None:
    good, bad = ["D77", "新", "doctor"], ["D78", "bell\x07rings", "doctor"]
    shown = send(office, "staff", workbook(staff=[STAFF[:3], good, bad]))
    assert shown.status_code == 200
    assert "refused: 1" in words(shown.text)
    assert "This text holds characters that cannot be kept." in words(shown.text)
    unknown = send(office, "staff", workbook(staff=[[*STAFF[:3], "be\x07ll"], [*good, "x"]]))
    assert "The column “bell” is not known" in words(unknown.text)
    assert [page for page in (shown, unknown) if "\x07" in page.text] == []
