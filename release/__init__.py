"""One archive to carry to a hospital (bundle.py) and its installation there (install.py).

Standard library only: both run where no package of the product is installed. What the archive holds is said here.
"""

import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAME = "ultrasound-tracker"
SUMS = "SHA256SUMS"  # of every other file: 64 hexadecimal digits, two spaces, the path from the top
FACTS = "release.json"  # version, revision of the source, Python and platform of the wheels
WHEELS = "wheels"


class ReleaseError(Exception):
    """The archive could not be made or installed; the text says why in a sentence."""


def python_version() -> str:
    """The Python that runs this, as far as compiled packages care: `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def platform() -> str:
    """The machine that runs this, as far as compiled packages care: `linux-x86_64`."""
    return sysconfig.get_platform()


def sums_of(folder: Path) -> str:
    """The lines of SHA256SUMS for every file below `folder`, itself apart; sorted, `sha256sum -c` reads them."""
    return "".join(f"{_sum_of(file)}  {file.relative_to(folder)}\n" for file in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file() and file != folder / SUMS)


def _sum_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
