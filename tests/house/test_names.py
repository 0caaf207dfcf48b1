"""Names: the department's words, no drawers for odds and ends, a sentence at the top of each module."""

import ast
from pathlib import PurePosixPath

from tests.support.sources import classes_in, project_files, python_files, tree_of

DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "shared"}
EMPTY_WORDS = {"Session", "Slot", "Item", "Manager", "Data"}
EMPTY_ENDINGS = ("Manager", "Helper", "Utils")


def test_no_file_or_folder_is_a_drawer() -> None:
    paths = [PurePosixPath(name) for name in project_files()]
    found = [str(path) for path in paths if DRAWERS & {*path.parent.parts, path.stem}]
    assert found == []


def test_no_class_has_an_empty_name() -> None:
    found = [
        f"{name}:{node.lineno} {node.name}"
        for name in python_files("tracker/")
        for node in classes_in(name)
        if node.name in EMPTY_WORDS or node.name.endswith(EMPTY_ENDINGS)
    ]
    assert found == []


def test_no_table_has_an_empty_name() -> None:
    words = {word.lower() for word in EMPTY_WORDS}
    found = [
        f"{name}:{node.lineno} {node.value.value}"
        for name in python_files("tracker/models/")
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and any(isinstance(to, ast.Name) and to.id == "__tablename__" for to in node.targets)
        and node.value.value in words
    ]
    assert found == []


def test_every_module_says_what_lives_in_it() -> None:
    assert [name for name in python_files() if not ast.get_docstring(tree_of(name))] == []
