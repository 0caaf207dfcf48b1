"""The client that reads HTML strictly does find what it looks for."""

import pytest

from tests.support.hygiene import faults_of

GOOD = """<!doctype html><html lang="en"><head><title>T</title></head><body><h1>T</h1>
<form method="post" action="/x"><input type="hidden" name="csrf_token" value="1">
<label for="a">A</label><input id="a" name="a" aria-describedby="h"><p id="h">hint</p>
<label>B <input name="b"></label><select aria-label="C" name="c"></select><button>Go</button></form>
<script type="application/json">{}</script><script src="/x.js"></script></body></html>"""


def test_a_well_made_page_has_no_faults() -> None:
    assert faults_of(GOOD) == []


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("<h1>T</h1>", "<p>T</p>"),
        ("<h1>T</h1>", "<h1>T</h1><h1>U</h1>"),
        ("<title>T</title>", "<title> </title>"),
        (' lang="en"', ""),
        ("<h1>T</h1>", "<h1>T</h2>"),
        ("<p id=", "<p class=x class=y id="),
        ('id="h"', 'id="a"'),
        ('<label for="a">A</label>', ""),
        ('<label for="a">', '<label for="b">'),
        (' aria-label="C"', ""),
        ("<button>Go</button>", "<button></button>"),
        ('name="csrf_token" value="1"', 'name="csrf_token" value=""'),
        ('<input type="hidden" name="csrf_token" value="1">', ""),
        ("<h1>", '<h1 style="color: red">'),
        ("<h1>", '<h1 onclick="x()">'),
        (' src="/x.js"', ""),
        ("</head>", "<style>p {}</style></head>"),
        ("hint", "hi\x00nt"),
    ],
)
def test_each_fault_is_found(part: str, instead: str) -> None:
    assert part in GOOD
    assert faults_of(GOOD.replace(part, instead, 1)) != []


@pytest.mark.parametrize("fragment", ["<tr><td>1</td></tr>", "<li>x</li>", "<p>x</p>", "text"])
def test_a_fragment_is_read_where_it_belongs(fragment: str) -> None:
    assert faults_of(fragment) == []


@pytest.mark.parametrize("fragment", ["<tr><p>x</p></tr>", "<p>x</b></p>", '<input name="x">'])
def test_a_fragment_is_read_as_strictly(fragment: str) -> None:
    assert faults_of(fragment) != []
