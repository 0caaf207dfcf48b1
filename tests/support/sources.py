"""The project's own files, as the house tests read them; no rule about them lives here."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from config import ROOT

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Function(NamedTuple):
    """One function: where it stands and how many lines it has, decorators apart."""

    where: str
    lines: int


@functools.cache
def project_files() -> tuple[str, ...]:
    """Every file that belongs to the project, tracked or about to be; paths from the top."""
    names = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard")
    return tuple(name for name in sorted(set(names.splitlines())) if (ROOT / name).is_file())


def git(folder: Path, *words: str) -> str:
    """What `git WORDS` answers in a checkout."""
    # it may belong to another account than the one that runs the tests, and have no author
    settings = ("safe.directory=*", "user.name=Tests", "user.email=tests@localhost")
    options = [word for setting in settings for word in ("-c", setting)]
    command = ["git", *options, *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def python_files(*folders: str) -> list[str]:
    """The project's Python files, or those below `folders` (a trailing slash) alone."""
    return [
        name for name in project_files() if name.endswith(".py") and name.startswith(folders or "")
    ]


@functools.cache
def tree_of(name: str) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(text_of(name), name)


def text_of(name: str) -> str:
    """The text of a file."""
    return (ROOT / name).read_text(encoding="utf-8")


def functions_in(name: str) -> Iterator[Function]:
    """Every function and method of a file."""
    for node in ast.walk(tree_of(name)):
        if isinstance(node, FunctionNode):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield Function(f"{name}:{node.lineno} {node.name}", lines)


def classes_in(name: str) -> Iterator[ast.ClassDef]:
    """Every class of a file."""
    return (node for node in ast.walk(tree_of(name)) if isinstance(node, ast.ClassDef))


def names_used(name: str) -> Iterator[tuple[int, str]]:
    """Each dotted name of a file with its line, spelt as it was imported.

    `from datetime import datetime as dt; dt.now()` gives `datetime.datetime.now`.
    """
    tree = tree_of(name)
    imported = dict(_imports(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and (dotted := _dotted(node)):
            first, _, rest = dotted.partition(".")
            full = imported.get(first, first)
            yield node.lineno, f"{full}.{rest}" if rest else full


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (inner := _dotted(node.value)):
        return f"{inner}.{node.attr}"
    return None


def modules_imported(name: str) -> set[str]:
    """The modules that a file imports, wherever the import stands."""
    found = set()
    for node in ast.walk(tree_of(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found
