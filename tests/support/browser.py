"""Finds Debian's Chromium and says how it is started; no test, no page."""

import functools
import shutil

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
def chromium() -> str | None:
    """The path of a Chromium on this machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)
