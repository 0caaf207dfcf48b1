"""`make bundle`: the product and everything it runs on as one archive, made where there is a network.

The front end is built and the translations are compiled before this runs (Makefile).
"""

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

from release import FACTS, NAME, ROOT, SUMS, WHEELS, ReleaseError, platform, python_version, sums_of

BUILT = ("tracker/static/dist/**/*", "translations/*/LC_MESSAGES/*.mo")


def main() -> int:
    """Make the archive and print its path."""
    try:
        archive = make_bundle(ROOT, into=ROOT / "dist")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB")
    return 0


def make_bundle(source: Path, *, into: Path) -> Path:
    """Write `into`/ultrasound-tracker-VERSION.tar.gz from the checkout at `source`; its path.

    The archive has that name only when it is whole. Raises ReleaseError.
    """
    name = f"{NAME}-{version_of(source)}"
    into.mkdir(parents=True, exist_ok=True)
    archive = into / f"{name}.tar.gz"
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        folder = Path(scratch) / name
        _copy(source, _tracked(source) + _built(source), folder)
        _fetch_wheels(source / "requirements.txt", folder / WHEELS)
        (folder / FACTS).write_text(json.dumps(_facts(source), indent=1) + "\n", encoding="utf-8")
        (folder / SUMS).write_text(sums_of(folder), encoding="utf-8")
        unfinished = Path(scratch) / archive.name
        with tarfile.open(unfinished, "w:gz", compresslevel=6) as tar:
            tar.add(folder, arcname=name, filter=_without_owner)
        unfinished.replace(archive)
    return archive


def version_of(source: Path) -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _facts(source: Path) -> dict[str, str]:
    return {
        "version": version_of(source),
        "source": _git(source, "describe", "--always", "--dirty", "--exclude=*").strip(),
        "python": python_version(),
        "platform": platform(),
    }


def _tracked(source: Path) -> list[str]:
    return [name for name in _git(source, "ls-files", "-z").split("\0") if name]


def _built(source: Path) -> list[str]:
    """What git ignores and a release needs. Raises ReleaseError when any of it was not built."""
    names = []
    for pattern in BUILT:
        found = [str(file.relative_to(source)) for file in source.glob(pattern) if file.is_file()]
        if not found:
            raise ReleaseError(f"Nothing is at {pattern}: make it first, by `make bundle`.")
        names += found
    return names


def _git(source: Path, *words: str) -> str:
    # A checkout may belong to another account than the one that makes the bundle.
    command = ["git", "-c", "safe.directory=*", "-C", str(source), *words]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # nosec B603
    except (OSError, subprocess.CalledProcessError) as error:
        raise ReleaseError(f"A bundle is made from a git checkout; {source} is none.") from error
    return answer.stdout


def _copy(source: Path, names: list[str], folder: Path) -> None:
    for name in names:
        if (source / name).is_file():  # a file may be deleted and the deletion not committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, folder / name)


def _fetch_wheels(requirements: Path, folder: Path) -> None:
    """The packages of requirements.txt as wheels for this Python and platform."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    command = [*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), "-r", str(requirements)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # nosec B603
    if answer.returncode:
        reason = (answer.stderr.strip() or answer.stdout.strip()).splitlines()[-1:]
        raise ReleaseError(f"The packages could not be fetched: {' '.join(reason)}")


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


if __name__ == "__main__":
    sys.exit(main())
