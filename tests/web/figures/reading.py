"""Reading a page of figures as text: the cells of a table, the numbers in them."""

import re
from html import unescape


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
