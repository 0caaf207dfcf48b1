"""The monthly reports that are kept: their names in the folder of reports, and writing one whole or not at all."""

import os
import re
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

KEPT_KINDS = ("pdf", "xlsx")
_NAME = re.compile(r"volume-(\d{4}-\d\d)\.(pdf|xlsx)")


@dataclass(frozen=True, slots=True)
class KeptReport:
    """The report of a month as it was written on the first working day after it."""

    month: date
    kind: str
    path: Path

    @property
    def name(self) -> str:
        """Its file name, which is also its address."""
        return self.path.name


def kept_name(month: date, kind: str) -> str:
    """volume-2026-10.pdf."""
    return f"volume-{month:%Y-%m}.{kind}"


def kept_reports(folder: Path) -> list[KeptReport]:
    """The reports in the folder, newest first; other files are passed over."""
    found = []
    for path in folder.glob("volume-*") if folder.is_dir() else ():
        told = _NAME.fullmatch(path.name)
        if told is not None:
            found.append(KeptReport(date.fromisoformat(f"{told[1]}-01"), told[2], path))
    return sorted(found, key=lambda each: (each.month, each.kind), reverse=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, then rename: whoever opens the file sees a whole one. Raises OSError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
