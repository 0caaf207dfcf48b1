"""Databases as the releases of earlier revisions left them, one file a revision: what every later one must bring up to date.

A line of a file is a table and one of its rows. `python -m tests.support.landed BACKUP` writes the file of a
backup's revision; a row in every table is asked for in tests/db/test_landed_revisions.py.
"""

import hashlib
import json
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

from config import ROOT
from tests.support.worked_day import EVENING
from tracker.archive import FORMAT, read_manifest

FOLDER = ROOT / "tests" / "db" / "landed"


def landed_revisions() -> list[str]:
    """The revisions that have a file, oldest first."""
    return sorted(file.stem for file in FOLDER.glob("*.jsonl"))


def backup_of(revision: str, folder: Path) -> Path:
    """The backup that the release of `revision` would have written of its database."""
    members: dict[str, list[bytes]] = defaultdict(list)
    for line in (FOLDER / f"{revision}.jsonl").read_text(encoding="utf-8").splitlines():
        table, row = json.loads(line)
        members[table].append(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    tables = {
        table: (len(rows), hashlib.sha256(b"".join(rows)).hexdigest())
        for table, rows in members.items()
    }
    manifest = {
        "format": FORMAT,
        "revision": revision,
        "made_at": EVENING.isoformat(),
        "tables": tables,
    }
    path = folder / f"{revision}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for table, rows in members.items():
            archive.writestr(f"{table}.jsonl", b"".join(rows))
        archive.writestr("manifest.json", json.dumps(manifest))
    return path


def keep(backup: Path) -> Path:
    """Write the rows of a backup, each table after those it refers to, as the file of its revision."""
    manifest = read_manifest(backup)
    target = FOLDER / f"{manifest.revision}.jsonl"
    with zipfile.ZipFile(backup) as archive, target.open("w", encoding="utf-8") as file:
        for table in manifest.tables:
            for line in archive.read(f"{table}.jsonl").decode().splitlines():
                file.write(json.dumps([table, json.loads(line)], ensure_ascii=False) + "\n")
    return target


if __name__ == "__main__":
    print(keep(Path(sys.argv[1])))
