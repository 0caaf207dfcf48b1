"""Templates: each compiles, and each is rendered by a view or used by another template."""

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import meta

from tests.support.databases import Bench
from tests.support.sources import project_files, python_files, text_of, tree_of

FOLDER = "templates/"
TEMPLATES = [name.removeprefix(FOLDER) for name in project_files() if name.startswith(FOLDER)]


@pytest.mark.engines("sqlite")
def test_every_template_compiles(bench: Bench) -> None:
    for name in TEMPLATES:
        bench.app.jinja_env.get_template(name)


@pytest.mark.engines("sqlite")
def test_no_template_is_an_orphan(bench: Bench) -> None:
    reached: set[str] = set()
    mentioned = list(from_code())
    waiting = {name for name in TEMPLATES if any(pattern.fullmatch(name) for pattern in mentioned)}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        syntax = bench.app.jinja_env.parse(text_of(FOLDER + name))
        for used in meta.find_referenced_templates(syntax):
            assert used is not None, f"{name} chooses a template at run time: name it instead"
            if used not in reached:
                waiting.add(used)
    assert sorted(set(TEMPLATES) - reached) == []


def from_code() -> Iterator[re.Pattern[str]]:
    """The names of templates that Python files mention; a computed part matches anything."""
    for name in python_files("tracker/"):
        for node in ast.walk(tree_of(name)):
            if isinstance(node, ast.Constant) and str(node.value).endswith(".html"):
                yield re.compile(re.escape(str(node.value)))
            elif isinstance(node, ast.JoinedStr) and (pattern := _pattern(node)).endswith(
                r"\.html"
            ):
                yield re.compile(pattern)


def _pattern(text: ast.JoinedStr) -> str:
    return "".join(
        re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[^/]+"
        for part in text.values
    )
