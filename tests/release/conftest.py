"""A product so small that its bundle is made and installed in seconds, with one package."""

from collections.abc import Callable
from pathlib import Path

import pytest

from release.bundle import make_bundle
from tests.release.wheels import only_from, pack_again
from tests.support.sources import git

PACKAGE = "itsdangerous"

MakeSmall = Callable[..., Path]


@pytest.fixture(scope="session")
def one_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of the small product's one package."""
    folder = tmp_path_factory.mktemp("wheels")
    pack_again(PACKAGE, folder)
    return folder


@pytest.fixture
def small_source(tmp_path: Path) -> Path:
    """A checkout of the small product, version 1.0.0, built."""
    source = tmp_path / "source"
    modules = ("cli/serve", "web/pages", "api/interface", "jobs/process")
    files = {f"tracker/{module}.py": "" for module in modules} | {
        "pyproject.toml": '[project]\nversion = "1.0.0"\n',
        "requirements.txt": f"{PACKAGE}\n",
        ".gitignore": "/tracker/static/dist/\n*.mo\n/instance/\n",
        "tracker/static/dist/app.js": "go()",
        "translations/zh/LC_MESSAGES/messages.mo": "中文",
        "instance/tracker.sqlite": "never in a bundle",
    }
    for name, text in files.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    git(source, "init", "--quiet")
    git(source, "add", ".")
    git(source, "commit", "--quiet", "--message", "All of it")
    return source


@pytest.fixture
def small_bundle(small_source: Path, one_wheel: Path, tmp_path: Path) -> MakeSmall:
    """`small_bundle(version="1.1.0")`: the archive of that version of the small product."""

    def make(version: str = "1.0.0") -> Path:
        text = f'[project]\nversion = "{version}"\n'
        (small_source / "pyproject.toml").write_text(text, encoding="utf-8")
        with only_from(one_wheel):
            return make_bundle(small_source, into=tmp_path / "dist")

    return make
