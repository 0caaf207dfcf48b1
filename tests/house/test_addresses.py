"""No address of one machine or one package server in the project: it installs from anybody's."""

import re

from tests.support.sources import project_files, text_of

# Written in pieces, so that this file does not contain what it looks for.
PATTERNS = [
    "registry" + r"\.npm" + "js",
    "pypi" + r"\.org",
    "files" + r"\.python" + "hosted",
    r'"resolved":\s*"' + "http",
    "--(extra-)?index" + "-url",
    "/opt/" + "(pypi|wheels)",
    "/wo" + "rk/",
    "/fa" + "rm/",
    "/tmp/" + "studio",
    r"\.libr" + "ary",
    "/ro" + "ot/",
    "/ho" + "me/[a-z]",
]
BINARY = (".png", ".jpg", ".webp", ".ico", ".woff2", ".xlsx", ".gz")


def test_no_file_names_a_machine_or_a_registry() -> None:
    pattern = re.compile("|".join(PATTERNS))
    found = [
        f"{name}:{number} {line.strip()[:80]}"
        for name in project_files()
        if not name.endswith(BINARY)
        for number, line in enumerate(text_of(name).splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []
