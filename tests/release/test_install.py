"""Installing a bundle: a whole release or none, a link that changes last, and a way back."""

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from release import FACTS, SUMS, sums_of
from release.install import main
from tests.release.conftest import PACKAGE, MakeSmall

Said = Callable[[], tuple[str, str]]


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "hospital"


def install(bundle: Path, prefix: Path) -> int:
    return main([str(bundle), "--prefix", str(prefix)])


def current(prefix: Path) -> str:
    return (prefix / "current").resolve().name


def tree(prefix: Path) -> set[str]:
    """What is in a PREFIX, links with where they lead, but for the lock."""
    found = {}
    for path in prefix.rglob("*"):
        found[str(path.relative_to(prefix))] = str(path.readlink()) if path.is_symlink() else ""
    found.pop(".installing", None)
    found.pop("releases", None)
    return {f"{name} {leads}" for name, leads in found.items()}


def assert_refused(capsys: pytest.CaptureFixture[str], status: int, *words: str) -> None:
    said = capsys.readouterr()
    assert (status, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1
    for word in words:
        assert word in said.err


def test_releases_stand_side_by_side_and_the_links_say_which_is_current(
    small_bundle: MakeSmall, prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # the rest of an installation that was killed goes, what is not ours stays
    for name in (".incoming-x/ultrasound-tracker-1.0.0", "0.9.0-12345678", "mine"):
        (prefix / "releases" / name).mkdir(parents=True)
    (prefix / "releases" / "0.9.0-12345678" / ".unfinished").touch()
    assert install(small_bundle("1.0.0"), prefix) == 0
    first = current(prefix)
    assert first.startswith("1.0.0-")
    assert {path.name for path in (prefix / "releases").iterdir()} == {"mine", first}
    packages = prefix.glob("current/.venv/lib/python*/site-packages/*")
    assert PACKAGE in {package.name for package in packages}
    assert not (prefix / "previous").exists()
    assert main(["--back", "--prefix", str(prefix)]) == 1

    (prefix / "current" / "instance" / "tracker.sqlite").write_text("bookings")
    assert install(small_bundle("1.1.0"), prefix) == 0
    second = current(prefix)
    assert second.startswith("1.1.0-")
    assert (prefix / "previous").resolve().name == first
    # both write into the same folder, which stands outside them
    assert (prefix / "current" / "instance" / "tracker.sqlite").read_text() == "bookings"
    assert (prefix / "instance" / "tracker.sqlite").exists()

    capsys.readouterr()
    assert main(["--back", "--prefix", str(prefix)]) == 0
    assert first in capsys.readouterr().out
    assert (current(prefix), (prefix / "previous").resolve().name) == (first, second)
    assert main(["--back", "--prefix", str(prefix)]) == 0
    assert (current(prefix), (prefix / "previous").resolve().name) == (second, first)

    before = tree(prefix)
    assert install(small_bundle("1.1.0"), prefix) == 0  # the same once more
    assert tree(prefix) == before


def changed(bundle: Path, change: Callable[[Path], object]) -> Path:
    """The bundle with something done to its folder."""
    folder = bundle.parent / "changed"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(bundle) as tar:
        tar.extractall(folder, filter="data")
    [top] = folder.iterdir()
    change(top)
    made = bundle.parent / "changed.tar.gz"
    with tarfile.open(made, "w:gz") as tar:
        tar.add(top, arcname=top.name)
    return made


def cut_short(bundle: Path) -> Path:
    bundle.write_bytes(bundle.read_bytes()[: bundle.stat().st_size // 2])
    return bundle


def one_bit_over(bundle: Path) -> Path:
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    return bundle


def no_archive(bundle: Path) -> Path:
    bundle.write_text("<html>Not found</html>")
    return bundle


def reaching_outside(bundle: Path) -> Path:
    with tarfile.open(bundle, "w:gz") as tar:
        member = tarfile.TarInfo("../../outside")
        member.size = 3
        tar.addfile(member, io.BytesIO(b"out"))
    return bundle


def with_a_link(bundle: Path) -> Path:
    return changed(bundle, lambda top: (top / "link").symlink_to("/etc/passwd"))


def with_another_file(bundle: Path) -> Path:
    return changed(bundle, lambda top: (top / "tracker" / "extra.py").write_text("import this"))


def without_a_file(bundle: Path) -> Path:
    return changed(bundle, lambda top: (top / "tracker" / "web" / "pages.py").unlink())


def with_a_changed_file(bundle: Path) -> Path:
    return changed(
        bundle, lambda top: (top / "tracker" / "web" / "pages.py").write_text("import this")
    )


def without_sums(bundle: Path) -> Path:
    return changed(bundle, lambda top: (top / SUMS).unlink())


@pytest.mark.parametrize(
    "damage",
    [
        cut_short, one_bit_over, no_archive, reaching_outside, with_a_link, with_another_file,
        without_a_file, with_a_changed_file, without_sums,
    ],
)  # fmt: skip
def test_a_broken_archive_changes_nothing(
    damage: Callable[[Path], Path],
    small_bundle: MakeSmall,
    prefix: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bundle = damage(small_bundle())
    assert_refused(capsys, install(bundle, prefix), bundle.name)
    assert tree(prefix) == set()
    assert not (prefix.parent / "outside").exists()


def test_an_archive_that_is_not_there_is_said(
    prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(capsys, install(prefix / "nowhere.tar.gz", prefix), "No such file")


def resummed(change: Callable[[Path], object]) -> Callable[[Path], object]:
    """A change whose sums were made anew: only what is looked at after them can refuse it."""

    def both(top: Path) -> None:
        change(top)
        (top / SUMS).write_text(sums_of(top))

    return both


def test_a_bundle_for_another_python_is_refused(
    small_bundle: MakeSmall, prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def for_another(top: Path) -> None:
        facts = json.loads((top / FACTS).read_text())
        (top / FACTS).write_text(json.dumps(facts | {"python": "3.99"}))

    bundle = changed(small_bundle(), resummed(for_another))
    assert_refused(capsys, install(bundle, prefix), "is for Python 3.99 on", "PYTHON=")
    assert tree(prefix) == set()


def test_a_release_that_cannot_run_here_leaves_the_old_one_current(
    small_bundle: MakeSmall, prefix: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wanting_more(top: Path) -> None:
        (top / "requirements.txt").write_text("not-in-the-wheels\n")

    def not_loading(top: Path) -> None:
        (top / "tracker" / "web" / "pages.py").write_text("import libxyz")

    assert install(small_bundle(), prefix) == 0
    before = tree(prefix)
    for change, word in ((wanting_more, "not-in-the-wheels"), (not_loading, "libxyz")):
        capsys.readouterr()
        bundle = changed(small_bundle("1.1.0"), resummed(change))
        assert_refused(capsys, install(bundle, prefix), "The packages could not be installed", word)
        assert tree(prefix) == before
