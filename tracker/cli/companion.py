"""A command of run.py kept running beside this process; what the command does lives elsewhere."""

import subprocess
import sys
import threading
from types import TracebackType
from typing import Self

from config import ROOT
from tracker.cli import progress

RESTART_AFTER_SECONDS = 5


class Companion:
    """Runs `python run.py COMMAND` in a process of its own from `with` to its end.

    It is started again when it dies, told to stop at the end, and killed `stop_seconds` later.
    """

    def __init__(self, command: str, *, stop_seconds: float) -> None:
        self._command = command
        self._stop_seconds = stop_seconds
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, name=f"keep {command}", daemon=True)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._starting:  # a process that is being started is seen here, or never started
            self._stopping.set()
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(self._stop_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
        self._keeper.join(self._stop_seconds)

    def _keep(self) -> None:
        while process := self._start():
            status = process.wait()
            if not self._stopping.is_set():
                progress(f"The process `{self._command}` ended ({status}) and is started again.")
                self._stopping.wait(RESTART_AFTER_SECONDS)

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._starting:
            if self._stopping.is_set():
                return None
            command = [sys.executable, str(ROOT / "run.py"), self._command]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # nosec B603
            return self._process
