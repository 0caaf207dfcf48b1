"""The messages of the source and of the catalogue; `python -m tests.support.translations` merges them.

Whether they agree is asked in tests/house/test_translations.py.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from config import ROOT

# English is the language of the source; every other one has a folder here.
FOLDER = ROOT / "translations"
LANGUAGES = ("zh",)
KEYWORDS = ("_l", "lazy_gettext", "lazy_ngettext:1,2", "lazy_pgettext:1c,2")


def catalogue_file(language: str) -> Path:
    """Where the translations into `language` are kept."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(file: Path) -> Catalog:
    """The catalogue in a file."""
    with file.open("rb") as opened:
        return read_po(opened)


def extracted() -> Catalog:
    """Every message that the source holds now."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "messages.pot"
        _extract(file)
        return read(file)


def _extract(file: Path) -> None:
    keywords = [word for keyword in KEYWORDS for word in ("--keyword", keyword)]
    places = ["--mapping-file", "pyproject.toml", "--add-location", "file", "--sort-by-file"]
    _pybabel("extract", *keywords, *places, "--output-file", str(file), ".")


def _pybabel(command: str, *words: str) -> None:
    program = Path(sys.executable).parent / "pybabel"
    subprocess.run([program, "--quiet", command, *words], cwd=ROOT, check=True)


def merge() -> None:
    """Add new messages to each catalogue, untranslated, and drop those that are gone."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        _extract(template)
        for language in LANGUAGES:
            file = catalogue_file(language)
            command = "update" if file.exists() else "init"
            extra = ["--no-fuzzy-matching", "--ignore-obsolete"] if file.exists() else []
            file.parent.mkdir(parents=True, exist_ok=True)
            words = ["--input-file", str(template), "--locale", language, "--width", "100"]
            _pybabel(command, *words, "--output-file", str(file), *extra)


if __name__ == "__main__":
    merge()
