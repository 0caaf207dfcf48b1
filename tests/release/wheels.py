"""Wheels made again from the packages of this environment, so that no test of a bundle asks the network for them."""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, PackagePath, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def pinned(requirements: Path) -> list[str]:
    """The packages of a requirements file that this Python needs, by their canonical names."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    wanted = [
        Requirement(line) for line in lines if line.strip() and not line.startswith(("#", " "))
    ]
    return [
        canonicalize_name(one.name) for one in wanted if one.marker is None or one.marker.evaluate()
    ]


def pack_again(name: str, folder: Path) -> None:
    """Write the wheel that an installed package came from, as far as installing it again can tell."""
    package = distribution(name)
    [about] = [file for file in package.files or [] if file.name == "WHEEL"]
    tags = [
        line.removeprefix("Tag: ")
        for line in about.read_text(encoding="utf-8").splitlines()
        if line.startswith("Tag: ")
    ]
    stem = about.parent.name.removesuffix(".dist-info")
    with zipfile.ZipFile(folder / f"{stem}-{_together(tags)}.whl", "w") as wheel:
        record = []
        for file in _own_files(package):
            wheel.write(str(package.locate_file(file)), str(file))
            if file.name != "RECORD":
                record.append(f"{_as_field(str(file))},{_hash_of(file)},{file.size or ''}")
        own = f"{about.parent}/RECORD"
        wheel.writestr(own, "\n".join([*record, f"{own},,"]) + "\n")


def _own_files(package: Distribution) -> Iterator[PackagePath]:
    """What lay in the wheel: not the commands pip made, not its notes, not what Python compiled."""
    for file in package.files or []:
        made_here = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
        if file.parts[0] != ".." and file.suffix != ".pyc" and file.name not in made_here:
            yield file


def _hash_of(file: PackagePath) -> str:
    return f"{file.hash.mode}={file.hash.value}" if file.hash else ""


def _as_field(name: str) -> str:
    return json.dumps(name) if "," in name else name


def _together(tags: list[str]) -> str:
    """Tags as a file name has them: each of the three parts once, joined by dots."""
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    return "-".join(".".join(dict.fromkeys(part)) for part in parts)


@contextmanager
def only_from(folder: Path) -> Iterator[None]:
    """Let pip see the wheels in `folder` and nothing else: no index, no setting of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PIP_")]:
            patch.delenv(name)
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(folder))
        yield
