"""A department over two turns of a year, lived at random by a seed: exams, corrections, voids, files, undos, closings.

Everything is done by the services. At the end a device, a doctor and an exam type are retired that have exams. What
is counted of it is told once more by tests/support/recount.
"""

import random
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from tests.support import catalogue
from tests.support.databases import Template
from tests.support.department import DEPARTMENT, MONDAY, account_id, at
from tests.support.exam_files import row, sheet
from tests.support.exam_room import correction_of, running
from tests.support.starting_data import SYSTEM
from tracker import clock
from tracker.db import read_session
from tracker.domain.errors import ConflictError
from tracker.domain.shares import Shares
from tracker.drivers.importing import Bringing, bring_in
from tracker.queries.exams import ExamDetails, ExamFilter, list_exams
from tracker.services.closing import close_month
from tracker.services.devices import retire_device
from tracker.services.exam_types import retire_exam_type
from tracker.services.examining import finish
from tracker.services.exams import ExamEntry, correct, enter_exam_later, void
from tracker.services.importing import NewImport, register_import, undo_import
from tracker.services.shares import set_shares_from
from tracker.services.staff import retire_staff_member

NOW = datetime(2027, 2, 3, 2, 0, tzinfo=UTC)
"""A Wednesday morning in Shanghai, after all of it."""
RETIRED = {"device": "P01", "operator": "D03", "exam_type": "contrast"}
CLOSED = ("2026-11", "2026-12")

_BORDERS = (
    "2025-12-31 23:59", "2026-01-01 00:01", "2026-01-01 07:59", "2026-03-31 23:59", "2026-04-01 00:01",
    "2026-12-27 23:59", "2026-12-28 00:00", "2026-12-31 23:59", "2027-01-01 00:01", "2027-01-03 23:59",
    "2027-01-04 00:01", "2026-11-30 23:59", "2026-12-01 00:01",
)  # fmt: skip
"""Local times around the ends of weeks (2026 has a week 53), months, quarters and years."""
_FIRST_DAY, _DAYS = "2025-11-15 08:00", 430
_DEVICES, _DOCTORS = ("US01", "US02", "P01"), ("D01", "D02", "D03", "D04")
_TYPES = {"abdominal": "腹部超声", "cardiac": "超声心动图", "contrast": "超声造影"}
_STREAMS = {"outpatient": "门诊", "cadre_ward": "干部病房", "medical_exam": "体检"}


class Lived:
    """What happens, one deed after another, at moments that go on."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        self._moment = count()
        self._numbers = count(1)
        self.head = account_id("head")

    def now(self) -> datetime:
        """The next moment, in the last days of January 2027."""
        return NOW - timedelta(days=5) + timedelta(minutes=next(self._moment))

    def enter(self, start: datetime | None = None, **changes: object) -> None:
        """An exam entered later; of few patients, so that visits have several."""
        start = start or self._start()
        people = self.luck.sample(_DOCTORS, 3)
        plain = {
            "patient": f"M{self.luck.randrange(1, 9):05}",
            "exam_type": self.luck.choice([*_TYPES]),
            "stream": self.luck.choice([*_STREAMS]),
            "device": self.luck.choice(_DEVICES),
            "operator": people[0],
            "supervisor": self.luck.choice((people[1], None)),
            "assistant": self.luck.choice((people[2], None)),
            "parts": self.luck.randrange(1, 4),
            **changes,
        }
        end = start + timedelta(minutes=self.luck.randrange(1, 60))
        entry = ExamEntry(started_at=start, ended_at=end, is_another=True, reason="补录", **plain)  # type: ignore[arg-type]
        enter_exam_later(entry, by=self.head, now=self.now())

    def correct_one(self) -> None:
        """Of any exam that counts or of one of a file: another day, machine, kind, doctor or patient."""
        exam = self.luck.choice(_counting())
        start = self.luck.choice((exam.started_at, self._start()))
        change = {
            "started_at": start,
            "ended_at": start + timedelta(minutes=self.luck.randrange(1, 60)),
            "exam_type": self.luck.choice([*_TYPES]),
            "device": self.luck.choice(_DEVICES),
            "operator": self.luck.choice(_DOCTORS),
            "supervisor": None,
            "assistant": None,
            "patient": f"M{self.luck.randrange(1, 9):05}",
            "number": f"N{next(self._numbers)}",
        }
        correct(exam.id, correction_of(exam, **change), by=self.head, now=self.now())

    def void_one(self) -> None:
        """Any exam, of a file too."""
        exam = self.luck.choice(_counting())
        void(exam.id, reason="重复", by=self.head, now=self.now())

    def bring(self, *, rows: int = 14, is_ending: Callable[[], bool] = lambda: False) -> int:
        """A file of a few patients, each several times a day; the import's id."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "exams.csv"
            path.write_bytes(sheet([*self._a_day_backwards(), *(self._row() for _ in range(rows))]))
            new = NewImport(path.name, "0" * 64, state="staging")
            import_id = register_import(new, by=self.head, now=self.now())
            how = Bringing(
                zone=clock.hospital_zone(),
                clock=self.now,
                by=self.head,
                reason="旧系统",
                is_ending=is_ending,
            )
            bring_in(lambda: import_id, path, how)
        return import_id

    def bring_half(self) -> None:
        """A file whose exams are staged when the process ends: they count nothing."""
        asked = iter([False])
        try:
            self.bring(is_ending=lambda: next(asked, True))
        except ConflictError:
            return
        raise AssertionError("it was brought in")

    def undo(self, import_id: int) -> None:
        undo_import(import_id, reason="选错文件", by=self.head, now=self.now())

    def _a_day_backwards(self) -> Iterable[list[object]]:
        """A patient's exams on the first of a quarter, the last one first: another opens the visit than is read first."""
        for hour, device in ((16, "US01"), (9, "US02"), (0, "P01")):
            yield self._row(at(hour, day=(date(2026, 7, 1) - MONDAY).days), "外院丙", device)

    def _row(self, start: datetime | None = None, *words: str) -> list[object]:
        start = (start or self._start(at_borders=4)).astimezone(clock.hospital_zone())
        number = next(self._numbers)
        name, device = words or (self.luck.choice(("外院甲", "外院乙")), self.luck.choice(_DEVICES))
        return row(
            number=f"H{number}",
            patient_name=name,
            id_number="",
            exam_type=self.luck.choice([*_TYPES.values()]),
            stream=self.luck.choice([*_STREAMS.values()]),
            device=device,
            operator=self.luck.choice(("D01", "D02", "某医生", "")),
            start=f"{start:%Y-%m-%d %H:%M}",
            end=f"{start + timedelta(minutes=self.luck.randrange(1, 60)):%Y-%m-%d %H:%M}",
        )

    def _start(self, at_borders: int = 1) -> datetime:
        """On a border so many times out of one more; to the second, so that no two are the same exam."""
        text = self.luck.choice((_FIRST_DAY, *self.luck.choices(_BORDERS, k=at_borders)))
        start = datetime.fromisoformat(text).replace(tzinfo=clock.hospital_zone()).astimezone(UTC)
        start += timedelta(seconds=self.luck.randrange(60))
        if text == _FIRST_DAY:
            start += timedelta(days=self.luck.randrange(_DAYS), minutes=self.luck.randrange(900))
        return start


def _counting() -> list[ExamDetails]:
    with read_session() as session:
        return list_exams(session, ExamFilter())


def _fill(seed: int) -> None:
    lived = Lived(seed)
    set_shares_from(MONDAY, Shares(600, 333, 67), by=SYSTEM, now=at(7))
    for turn in range(4):  # clicked at the machine
        started = at(9, 15 * turn)
        finish(running(turn + 1, started), by=account_id("sonographer"), now=at(9, 15 * turn + 9))
    for code in ("device", "operator", "exam_type"):
        lived.enter(**{"supervisor": None, "assistant": None, code: RETIRED[code]})
    brought = [lived.bring() for _ in range(3)]
    lived.bring_half()
    _in_any_order(lived, [lived.enter] * 30 + [lived.correct_one] * 12 + [lived.void_one] * 8)
    for month in CLOSED:
        first = datetime.fromisoformat(f"{month}-01").date()
        close_month(first, by=lived.head, now=lived.now())
    late = [lived.enter] * 8 + [lived.correct_one] * 8 + [lived.void_one] * 4
    _in_any_order(lived, [*late, lived.bring, partial(lived.undo, brought[1])])
    retire_device(catalogue.device(RETIRED["device"]).id, by=SYSTEM, now=NOW)
    retire_staff_member(catalogue.person(RETIRED["operator"]).id, by=SYSTEM, now=NOW)
    retire_exam_type(catalogue.exam_type(RETIRED["exam_type"]).id, by=SYSTEM, now=NOW)


def _in_any_order(lived: Lived, deeds: Iterable[Callable[[], object]]) -> None:
    shuffled = [*deeds]
    lived.luck.shuffle(shuffled)
    for deed in shuffled:
        deed()


TWO_YEARS = {
    engine: Template(f"two_years_{seed}", partial(_fill, seed), base=DEPARTMENT)
    for seed, engine in enumerate(("sqlite", "postgresql"), start=1)
}
"""By engine: each lives a fate of its own."""
