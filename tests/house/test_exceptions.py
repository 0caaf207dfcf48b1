"""Exceptions from a check are written so that the check understands them: `make check` says nothing when all is well."""

import re

from tests.support.sources import python_files, text_of

# The words behind a code are taken for codes, unless a second # stands before them; B101 is excepted everywhere.
WRITTEN_WRONGLY = re.compile(r"#\s*no" + r"sec:?\s*(?:[^#\s]+\s+[^#\s]|B101)")


def test_a_reason_stands_behind_a_sign_of_its_own() -> None:
    found = [
        f"{name}:{number}"
        for name in python_files("tracker/", "release/", "config.py", "run.py")
        for number, line in enumerate(text_of(name).splitlines(), start=1)
        if WRITTEN_WRONGLY.search(line)
    ]
    assert found == []
