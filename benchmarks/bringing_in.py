"""A file of 100,000 exams: read for a preview, brought in, sent once more, and undone, with a desk that books five times a second beside it.

Seconds and the most memory of each process, and how long the slowest booking took meanwhile. Nothing is asserted.
"""

import contextlib
import csv
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks import load, work
from benchmarks.databases import HOME, Prepared
from benchmarks.server import Server
from config import ROOT

ROWS, A_DAY = 100_000, 770
_HEADER = ("检查号", "患者姓名", "证件号", "检查类别", "来源", "设备", "检查医生", "开始时间", "结束时间", "费用")  # fmt: skip
_TYPES = ("腹部超声", "浅表器官超声", "血管超声", "超声心动图")
_STREAMS = ("门诊", "门诊", "体检", "干部病房")
_LONGEST = 600.0  # seconds; a load ends before if the file is in
_DESK_WAITS = 0.2  # seconds between two bookings
_LOOKS = 0.05  # seconds between two looks at the memory


def measure(database: Prepared, server: Server, facts: work.Facts) -> None:
    """Preview, import, the same again and undo of one file."""
    path = HOME / "exams.csv"
    _write(path, facts.today - timedelta(days=730))
    places, numbers = iter(facts.free_places), itertools.count()
    headers = {"Authorization": f"Bearer {database.token}"}
    print(
        f"\n| file of {ROWS} exams | s | processor s | MB | bookings beside it | slowest ms | statuses |\n|---|---|---|---|---|---|---|"
    )
    with ThreadPoolExecutor(1) as desk:
        for name, words in (
            ("preview", ["import", str(path), "--dry-run", "--json"]),
            ("import", ["import", str(path)]),
            ("the same again", ["import", str(path)]),
            ("undo", ["import", "--undo", "1", "--reason", "measured"]),
        ):
            command = _Command(words, database)
            asked = desk.submit(
                load.run,
                server.port,
                headers,
                lambda command=command: _until(command, work.bookings(places, numbers)),  # type: ignore[misc]
                clients=1,
                seconds=_LONGEST,
            )
            seconds, own, megabytes = command.end()
            booked = asked.result()
            print(
                f"| {name} | {seconds:.1f} | {own:.1f} | {megabytes:.0f} | {len(booked.milliseconds)} |"
                f" {max(booked.milliseconds, default=0):.0f} | {booked.statuses} |",
                flush=True,
            )
    path.unlink()


class _Command:
    """`run.py` with some words, in a process of its own."""

    def __init__(self, words: list[str], database: Prepared) -> None:
        environment = {**os.environ, "DATABASE_URL": database.url, "INSTANCE_DIR": str(HOME)}
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "run.py", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        self.is_over = False

    def end(self) -> tuple[float, float, float]:
        """Wait for it: seconds, its seconds of processor time, the most memory it held in MB.

        Raises RuntimeError when it failed.
        """
        most, ended = 0.0, 0
        while not ended:
            with contextlib.suppress(psutil.Error):
                most = max(most, psutil.Process(self._process.pid).memory_info().rss / 1e6)
            time.sleep(_LOOKS)
            ended, status, used = os.wait4(self._process.pid, os.WNOHANG)
        seconds = time.perf_counter() - self._began
        self._process.returncode = os.waitstatus_to_exitcode(status)
        self.is_over = True
        if self._process.returncode:
            raise RuntimeError(f"a command ended with {self._process.returncode}")
        return seconds, used.ru_utime + used.ru_stime, most


def _until(command: _Command, requests: Iterator[load.Request]) -> Iterator[load.Request]:
    for request in itertools.takewhile(lambda _: not command.is_over, requests):
        yield request
        time.sleep(_DESK_WAITS)


def _write(path: Path, first: date) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(_row(nth, first) for nth in range(ROWS))


def _row(nth: int, first: date) -> tuple[str, ...]:
    day, place = divmod(nth, A_DAY)
    minutes = place // 20 * 12
    start = datetime.combine(first + timedelta(days=day), datetime.min.time()) + timedelta(
        minutes=8 * 60 + minutes
    )
    return (
        f"OLD{nth:06}",
        f"病人{nth % 30_000}",
        "",
        _TYPES[nth % len(_TYPES)],
        _STREAMS[nth // 7 % len(_STREAMS)],
        f"US{1 + nth % 20:02}",
        f"旧医生{nth % 28}",
        f"{start:%Y-%m-%d %H:%M}",
        f"{start + timedelta(minutes=10):%Y-%m-%d %H:%M}",
        "150",
    )
