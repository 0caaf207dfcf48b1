"""The files of a day's paper lists: pages to print and tables for Excel. When, and for which days: work.

They appear whole under their names, can be read by the folder's group, and change nothing in the database.
"""

import csv
import io
import os
import secrets
import shutil
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _

from tracker import clock
from tracker.domain.age import age_on
from tracker.domain.errors import N_
from tracker.domain.settings import DepartmentSettings
from tracker.domain.texts import harmless_cell
from tracker.queries.bookings import BookingDetails
from tracker.queries.machine_lists import MachineList

KEPT_DAYS = 14
ALL_NAME, INDEX_NAME = "all", "index"
STYLE_SHEET = "lists.css"
FILE_MODE, FOLDER_MODE = 0o640, 0o750
SEX = {"female": N_("Female"), "male": N_("Male"), "other": N_("Other"), "unknown": N_("Unknown")}


def write_day(
    lists: Iterable[MachineList], settings: DepartmentSettings, day: date, *, now: datetime
) -> int:
    """Write the folder of a day anew, file by file; returns how many machines it has. Raises OSError."""
    lists = tuple(lists)
    folder = _folder(_root() / day.isoformat())
    context = {"settings": settings, "day": day, "now": now}
    files = dict(_style_sheet())
    entries = list(zip(lists, _names(lists), strict=True))
    for each, name in entries:
        page = _rendered("lists/file.html", list=each, **context)
        files[f"{name}.html"] = page.encode()
        files[f"{name}.csv"] = _table([each], day)
    files[f"{ALL_NAME}.csv"] = _table(lists, day)
    index = _rendered("lists/index.html", entries=entries, all_name=ALL_NAME, **context)
    files[f"{INDEX_NAME}.html"] = index.encode()  # last: what it names is there
    for name, content in files.items():
        _write(folder / name, content)
    for left in folder.iterdir():
        if left.name not in files and not left.name.startswith("."):
            left.unlink()
    return len(lists)


def _names(lists: Iterable[MachineList]) -> Iterable[str]:
    """The name of each machine's files: its code, unless another file has that, whatever the case of its letters."""
    taken = {INDEX_NAME, ALL_NAME}
    for each in lists:
        name = each.device.code
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        yield name


def remove_old(today: date) -> int:
    """Remove the folders of days more than KEPT_DAYS ago, and nothing else; returns how many."""
    old = [
        folder
        for folder in _root().iterdir()
        if (day := _day_of(folder.name)) and day < today - timedelta(days=KEPT_DAYS)
    ]
    for folder in old:
        shutil.rmtree(folder)
    return len(old)


def _rendered(template: str, **context: object) -> str:
    """A template alone, in the department's language: what pages add to theirs belongs to a request."""
    return current_app.jinja_env.get_template(template).render(context)


def _root() -> Path:
    return _folder(Path(current_app.config["LISTS_DIR"]))


def _folder(path: Path) -> Path:
    """A folder of ours, made where it is missing; one that stands keeps the rights somebody gave it."""
    if not path.is_dir():
        path.mkdir(parents=True)
        path.chmod(FOLDER_MODE)  # whatever the umask
    return path


def _day_of(name: str) -> date | None:
    try:
        return date.fromisoformat(name)
    except ValueError:
        return None


def _style_sheet() -> Iterable[tuple[str, bytes]]:
    assets = current_app.extensions["assets"]
    if STYLE_SHEET in assets.files:
        yield STYLE_SHEET, (assets.folder / assets.files[STYLE_SHEET]).read_bytes()


def _write(path: Path, content: bytes) -> None:
    """Write beside, then rename: a desk that opens the file sees the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(FILE_MODE)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _table(lists: Iterable[MachineList], day: date) -> bytes:
    """The rows of machines as CSV; the byte order mark tells Excel that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    heads = _heads()
    writer.writerow(heads)
    for each in lists:
        place = " ".join(filter(None, (each.device.building, each.device.floor, each.device.room)))
        where = [day.isoformat(), each.device.code, place]
        for row in [_row(booking, day) for booking in each.bookings] + [[]] * each.empty_lines:
            cells = [harmless_cell(str(cell)) for cell in where + row]
            writer.writerow(cells + [""] * (len(heads) - len(cells)))  # to be filled in by hand
    return text.getvalue().encode("utf-8-sig")


def _heads() -> list[str]:
    return [
        _("Day"),
        _("Machine"),
        _("Room"),
        _("Planned"),
        _("Patient"),
        _("Sex"),
        _("Age"),
        _("Patient number"),
        _("Exam type"),
        _("Parts"),
        _("Stream"),
        _("Start"),
        _("End"),
        _("Doctor"),
        _("Exam number"),
    ]


def _row(booking: BookingDetails, day: date) -> list[object]:
    """A booking from its planned start to its stream; what is filled in by hand comes after it."""
    return [
        f"{booking.starts_at.astimezone(clock.hospital_zone()):%H:%M}",
        booking.patient_name,
        _(SEX[booking.sex]),
        age_on(booking.birth_date, day),
        booking.mrn,
        booking.exam_type_zh or booking.exam_type_en,
        booking.parts,
        booking.stream_zh or booking.stream_en,
    ]
