"""What is done in one place only: committing in db.py, reading the clock in clock.py."""

import ast

from tests.support.sources import names_used, python_files, tree_of

PRODUCT = ("tracker/", "migrations/", "config.py", "run.py")

# A connection's or session's begin() commits at the end of its block.
COMMITTING = {"commit", "begin"}

CLOCK_READS = {
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "datetime.date.today",
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "time.ctime",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.current_date",
    "sqlalchemy.func.localtimestamp",
}


def test_only_db_commits() -> None:
    found = [
        f"{name}:{node.lineno} {node.func.attr}()"
        for name in python_files(*PRODUCT)
        if name != "tracker/db.py"
        for node in ast.walk(tree_of(name))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in COMMITTING
    ]
    assert found == []


def test_only_clock_reads_the_clock() -> None:
    found = [
        f"{name}:{line} {dotted}"
        for name in python_files(*PRODUCT)
        if name != "tracker/clock.py"
        for line, dotted in names_used(name)
        if dotted in CLOCK_READS
    ]
    assert found == []
