"""Finds Debian's Chromium, says how it is started and how it is left; no test, no page."""

import functools
import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from playwright.sync_api import Browser, Error

ARGUMENTS = [
    "--no-sandbox",  # root may not have one, and the pages are ours
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]

PATIENCE_MS = 60_000
"""When a test gives up waiting for a page; a busy machine may take its time."""


@functools.cache
def path() -> str | None:
    """The path of a Chromium on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


def processes() -> list[psutil.Process]:
    """Those of every Chromium that this process has launched."""
    children = psutil.Process().children(recursive=True)
    return [process for process in children if process.name().startswith("chrom")]


def close_all_in(running: Browser, within: float = PATIENCE_MS / 1000) -> None:
    """Close what a test opened in this browser; one that does not answer for so many seconds is ended.

    Chromium may drop a close that meets a page which is just being loaded (crbug.com/536385539), and
    Playwright waits for its answer without end.
    """
    with _ended_after(within) as ended:
        for context in running.contexts:
            try:
                context.close()
            except Error:
                if not ended.is_set():
                    raise
    if ended.is_set():
        warnings.warn("Chromium did not close a test's pages and was ended", stacklevel=2)


@contextmanager
def _ended_after(seconds: float) -> Iterator[threading.Event]:
    """Ends every Chromium of this process when the block takes longer; the event says whether it did."""
    ended = threading.Event()

    def end() -> None:
        ended.set()
        for process in processes():
            process.kill()

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield ended
    finally:
        timer.cancel()
