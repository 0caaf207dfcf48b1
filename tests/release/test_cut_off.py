"""The real product, from its bundle to its first answer, with the network cut and no Node in sight."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT
from release.bundle import make_bundle
from tests.release import cut_off
from tests.release.wheels import only_from, pack_again, pinned

NO_NETWORK = ["unshare", "--map-root-user", "--net"]


def may_cut_the_network() -> bool:
    """Whether this account may make a network of its own with nothing in it; containers often forbid it."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*NO_NETWORK, "true"], capture_output=True, check=False).returncode == 0


def poor_environment(folder: Path) -> dict[str, str]:
    """What the Makefile needs and nothing else in PATH; every way to an index leads where nobody listens."""
    folder.mkdir()
    commands = {"python3": sys.executable} | {name: shutil.which(name) for name in ("make", "find")}
    for name, place in commands.items():
        assert place
        (folder / name).symlink_to(Path(place).resolve())
    nowhere = "http://127.0.0.1:9"
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), nowhere)
    return {
        "PATH": str(folder),
        "PIP_INDEX_URL": nowhere,
        "npm_config_registry": nowhere,
        **proxies,
    }


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The bundle of this checkout, of packages that are installed here."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in pinned(ROOT / "requirements.txt"):
        pack_again(name, wheels)
    with only_from(wheels):
        return make_bundle(ROOT, into=tmp_path / "dist")


def test_a_bundle_is_installed_and_served_where_there_is_no_network(
    bundle: Path, tmp_path: Path
) -> None:
    cut = may_cut_the_network()
    prefix = [os.path.realpath(shutil.which(NO_NETWORK[0]) or ""), *NO_NETWORK[1:]] if cut else []
    answer = subprocess.run(
        [*prefix, sys.executable, cut_off.__file__, str(bundle), str(tmp_path)],
        env=poor_environment(tmp_path / "bin"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    facts = json.loads(answer.stdout)
    if cut:
        assert facts["network"] is False
    status, said, messages = facts["installed"]
    assert (status, messages) == (0, ""), messages
    assert f"{tmp_path}/hospital/current is 1." in said
    assert facts["healthz"] == 200, (tmp_path / "messages").read_text()
    assert len(facts["pages"]) == 3
    assert set(facts["pages"].values()) == {200}
    assert facts["ended"] == 0
    assert (tmp_path / "hospital" / "instance" / "tracker.sqlite").exists()
