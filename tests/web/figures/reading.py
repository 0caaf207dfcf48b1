"""Reading a page of figures as text: the cells of a table, the numbers in them, the lists they lead to."""

import re
from html import unescape
from typing import NamedTuple

from flask.testing import FlaskClient


def table(page: str, key: str) -> list[list[str]]:
    """The rows of the table with this id, cell by cell, without marks; head and foot too."""
    body = re.search(rf'<table[^>]*id="{key}">(.*?)</table>', page, re.DOTALL)
    assert body is not None, f"no table {key}"
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    return [[plain(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]  # fmt: skip


def plain(cell: str) -> str:
    """The words of a cell."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())


def number(cell: str) -> int:
    """A whole number as the page writes it."""
    return int(cell.replace(",", ""))


class Cell(NamedTuple):
    """What a cell says, the value it is drawn by, and the list that its number leads to."""

    text: str
    value: str
    href: str


def cells(page: str, key: str) -> list[list[Cell]]:
    """The rows of the table with this id but for its head; those of its foot too."""
    found = re.search(rf'<table[^>]*id="{key}">(.*?)</table>', page, re.DOTALL)
    assert found is not None, f"no table {key}"
    rows = re.findall(r"<tr>(.*?)</tr>", found[1].split("</thead>")[1], re.DOTALL)
    return [
        [_cell(*each) for each in re.findall(r"<t[hd]([^>]*)>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in rows
    ]


def _cell(marks: str, inner: str) -> Cell:
    value, href = re.search(r'data-value="([^"]*)"', marks), re.search(r'href="([^"]+)"', inner)
    return Cell(plain(inner), value[1] if value else "", unescape(href[1]) if href else "")


def card(page: str, label: str) -> str:
    """The number of a figure card."""
    found = re.search(rf'figure-label">{label}</span>\s*<span class="figure-value">([^<]+)', page)
    assert found is not None, f"no card {label}"
    return found[1].strip()


def listed(head: FlaskClient, href: str) -> tuple[int, list[str]]:
    """What the line above a list says, and the rows on all its pages."""
    said, rows = 0, []
    while href:
        page = head.get(href).text
        if not rows:
            line = re.search(r'class="figures-line">\s*<b>([\d,]+)</b>', page)
            assert line is not None, href
            said = number(line[1])
        rows += re.findall(r'<th scope="row"><a href="(/(?:bookings|exams)/\d+)" data-row', page)
        following = re.search(r'<a [^>]*href="([^"]+)"[^>]*rel="next"', page)
        href = unescape(following[1]) if following else ""
    return said, rows
