"""A bundle: what git tracks, what was built, the wheels, and a sum for each; or a sentence and no archive."""

import hashlib
import json
import tarfile
from pathlib import Path

import pytest

from release import platform, python_version
from release.bundle import make_bundle
from release.install import ReleaseError
from tests.release.conftest import PACKAGE, MakeSmall
from tests.release.wheels import only_from
from tests.support.sources import git


def contents(archive: Path) -> dict[str, bytes]:
    """Each file of an archive; each lies below one folder, and belongs to nobody of this machine."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            assert (member.uid, member.uname) == (0, "")
            top, _, name = member.name.partition("/")
            assert top == archive.name.removesuffix(".tar.gz")
            if file := tar.extractfile(member):
                found[name] = file.read()
    return found


def test_it_holds_what_is_tracked_what_is_built_and_the_wheels(small_bundle: MakeSmall) -> None:
    archive = small_bundle("1.2.3")
    assert archive.name == "ultrasound-tracker-1.2.3.tar.gz"
    names = set(contents(archive))
    [wheel] = [name for name in names if name.startswith("wheels/")]
    assert wheel.startswith(f"wheels/{PACKAGE}-")
    assert names - {wheel} == {
        ".gitignore", "SHA256SUMS", "pyproject.toml", "release.json", "requirements.txt",
        "tracker/api/interface.py", "tracker/cli/serve.py", "tracker/jobs/process.py", "tracker/web/pages.py",
        "tracker/static/dist/app.js", "translations/zh/LC_MESSAGES/messages.mo",
    }  # fmt: skip


def test_every_file_has_its_sum(small_bundle: MakeSmall) -> None:
    files = contents(small_bundle())
    lines = files.pop("SHA256SUMS").decode().splitlines()
    promised = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert promised == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def test_it_says_which_source_and_which_python_it_is(
    small_source: Path, small_bundle: MakeSmall
) -> None:
    revision = git(small_source, "rev-parse", "--short", "HEAD").strip()
    facts = {"python": python_version(), "platform": platform()}
    assert json.loads(contents(small_bundle())["release.json"]) == {
        **facts,
        "version": "1.0.0",
        "source": revision,
    }
    (small_source / "requirements.txt").write_text(f"{PACKAGE} # by hand\n")
    assert json.loads(contents(small_bundle())["release.json"])["source"] == f"{revision}-dirty"


def refused(source: Path, into: Path, wheels: Path) -> str:
    with only_from(wheels), pytest.raises(ReleaseError) as refusal:
        make_bundle(source, into=into)
    assert not into.exists() or list(into.iterdir()) == []
    assert len(str(refusal.value).splitlines()) == 1
    return str(refusal.value)


def test_what_was_not_built_is_named(small_source: Path, one_wheel: Path, tmp_path: Path) -> None:
    (small_source / "tracker/static/dist/app.js").unlink()
    assert "tracker/static/dist" in refused(small_source, tmp_path / "dist", one_wheel)


def test_packages_that_cannot_be_fetched_leave_no_archive(
    small_source: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    said = refused(small_source, tmp_path / "dist", empty)
    assert said.startswith("The packages could not be fetched")
    assert PACKAGE in said


def test_it_is_made_from_a_checkout(one_wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.0.0"\n')
    assert "git checkout" in refused(tmp_path, tmp_path / "dist", one_wheel)
