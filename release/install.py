"""`make install`: a bundle into a folder of its own below PREFIX, without network, Node or root; `make back`: the way back.

    PREFIX/releases/VERSION-SUM/   one folder per release, with its own .venv
    PREFIX/current, previous       links to two of them
    PREFIX/instance/               what the software writes; every release shares it

The database is not touched here: `run.py migrate` is a step of its own (docs/operations.md).
"""

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from release import FACTS, NAME, ROOT, SUMS, WHEELS, ReleaseError, platform, python_version, sums_of

UNFINISHED = ".unfinished"  # in a release's folder until its installation came to the end
INCOMING = ".incoming-"

# what a damaged archive makes Python's own readers raise
_UNREADABLE = (tarfile.TarError, zlib.error, EOFError, KeyError, ValueError)


def main(words: list[str] | None = None) -> int:
    """Install the bundle, or go back; say what `current` is now."""
    arguments = _parser().parse_args(words)
    prefix = Path(arguments.prefix).expanduser().resolve() if arguments.prefix else _own_prefix()
    try:
        with _alone(prefix):
            release = go_back(prefix) if arguments.back else install(arguments.bundle, prefix)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{prefix} could not be written: {error}", file=sys.stderr)
        return 1
    print(f"{prefix / 'current'} is {release.name}. Next: run.py migrate, then start the service.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release.install", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("bundle", nargs="?", type=Path, help="the archive that `make bundle` wrote")
    what.add_argument("--back", action="store_true", help="make the previous release current")
    parser.add_argument("--prefix", help="where releases live; ~/ultrasound-tracker")
    return parser


def _own_prefix() -> Path:
    """An installed release's own PREFIX, else a folder at home."""
    return ROOT.parent.parent if ROOT.parent.name == "releases" else Path.home() / NAME


def install(bundle: Path, prefix: Path) -> Path:
    """Check the archive, make the folder of its release and let `current` point to it; the folder.

    Whatever fails, `current` and the release it names stay as they are and no half of another is left.
    Raises ReleaseError.
    """
    releases = prefix / "releases"
    releases.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(releases)
    with tempfile.TemporaryDirectory(dir=releases, prefix=INCOMING) as scratch:
        incoming = _unpack(bundle, Path(scratch))
        facts = _checked(bundle, incoming)
        release = releases / f"{facts['version']}-{_short_sum(incoming)}"
        if not release.exists():
            (incoming / UNFINISHED).touch()
            incoming.replace(release)
            _complete(release, prefix / "instance")
    _switch(prefix, release)
    return release


def go_back(prefix: Path) -> Path:
    """Let `current` and `previous` change places; the release that is current now. Raises ReleaseError."""
    previous = prefix / "previous"
    if not previous.exists():
        raise ReleaseError(f"No earlier release is installed in {prefix}.")
    release = previous.resolve()
    _switch(prefix, release)
    return release


@contextmanager
def _alone(prefix: Path) -> Iterator[None]:
    prefix.mkdir(parents=True, exist_ok=True)
    with (prefix / ".installing").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReleaseError(f"Another installation into {prefix} is going on.") from error
        yield


def _remove_unfinished(releases: Path) -> None:
    """What an installation that was killed left behind."""
    for folder in releases.iterdir():
        if folder.name.startswith(INCOMING) or (folder / UNFINISHED).exists():
            shutil.rmtree(folder)


def _unpack(bundle: Path, scratch: Path) -> Path:
    """The archive's one folder, unpacked below `scratch`."""
    try:
        with tarfile.open(bundle, "r:gz") as tar:
            # Python 3.11 has this filter from 3.11.4 on; what it is for is looked at below in any case
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
            tar.extractall(scratch, [_harmless(member) for member in tar])  # nosec  # each was looked at
        [folder] = scratch.iterdir()
    except _UNREADABLE as error:
        raise ReleaseError(
            f"{bundle} is damaged or not a bundle; nothing was installed."
        ) from error
    except OSError as error:
        raise ReleaseError(f"{bundle} could not be unpacked: {error}") from error
    return folder


def _harmless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A file or folder that stays below where it is unpacked. Raises ValueError for anything else."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise ValueError(member.name)
    return member


def _checked(bundle: Path, folder: Path) -> dict[str, Any]:
    """What the release says of itself, once every file is what its sum promises and its wheels fit this machine."""
    try:
        promised = (folder / SUMS).read_text(encoding="utf-8")
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{bundle} is not a bundle; nothing was installed.") from error
    if sums_of(folder) != promised:
        raise ReleaseError(
            f"{bundle} is damaged: its checksums do not match; nothing was installed."
        )
    wanted, here = (facts["python"], facts["platform"]), (python_version(), platform())
    if wanted != here:
        raise ReleaseError(
            f"{bundle.name} is for Python {wanted[0]} on {wanted[1]}, and this is Python {here[0]} on"
            f" {here[1]}: name another with PYTHON=…, or make a bundle on such a machine."
        )
    return facts


def _short_sum(folder: Path) -> str:
    """Tells two bundles of one version apart."""
    return hashlib.sha256((folder / SUMS).read_bytes()).hexdigest()[:8]


def _complete(release: Path, instance: Path) -> None:
    """Give an unpacked release its packages and its share of what the software writes; all of it, or no folder."""
    try:
        instance.mkdir(mode=0o700, exist_ok=True)
        (release / "instance").symlink_to(Path("..", "..", instance.name))
        _make_environment(release)
        (release / UNFINISHED).unlink()
    except BaseException:
        shutil.rmtree(release, ignore_errors=True)
        raise


def _make_environment(release: Path) -> None:
    """.venv from the release's own wheels, and a look whether they load on this machine."""
    python = str(release / ".venv" / "bin" / "python")
    pip = [
        python,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--no-index",
        "--no-deps",
        "--no-compile",
    ]
    for command in (
        [sys.executable, "-m", "venv", str(release / ".venv")],
        [*pip, "--find-links", str(release / WHEELS), "-r", str(release / "requirements.txt")],
        [
            python,
            "-c",
            "import tracker.cli.serve, tracker.web.pages, tracker.api.interface, tracker.jobs.process",
        ],
    ):
        # no setting of this machine's pip may lead it elsewhere
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        answer = subprocess.run(  # nosec B603
            command,
            cwd=release,
            env={**kept, "PIP_CONFIG_FILE": os.devnull},
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            reason = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1:]
            raise ReleaseError(f"The packages could not be installed: {' '.join(reason)}")


def _switch(prefix: Path, release: Path) -> None:
    """Each link changes in one step: whoever starts the service meets a whole release."""
    current = prefix / "current"
    if current.exists() and current.resolve() != release:
        _link(prefix / "previous", current.resolve())
    _link(current, release)


def _link(link: Path, release: Path) -> None:
    fresh = link.with_name(f".{link.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(release.relative_to(link.parent))
    fresh.replace(link)


if __name__ == "__main__":
    sys.exit(main())
