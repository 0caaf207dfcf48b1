"""README and docs speak of what is there: links, paths in backticks, settings, libraries, commands."""

import re
from pathlib import PurePosixPath

import pytest

from config import ROOT
from tests.support.sources import project_files, text_of
from tracker.cli import COMMANDS

DOCUMENTS = [name for name in project_files() if name.endswith(".md")]
OPERATIONS = "docs/operations.md"

LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)]*)?\)")
IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
# A path is written from the top; an address of a page or of this machine is none.
PATH = re.compile(r"(?:[a-z_]+|\.ci)(?:/[\w.*-]+)+/?|[\w-]+\.(?:md|py|toml|txt|json)|Makefile")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file(name: str) -> None:
    here = ROOT / PurePosixPath(name).parent
    links = [link for link in LINK.findall(text_of(name)) if "://" not in link]
    assert [link for link in links if not (here / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_exists(name: str) -> None:
    words = [word for word in IN_BACKTICKS.findall(text_of(name)) if PATH.fullmatch(word)]
    assert [word for word in words if not list(ROOT.glob(word.rstrip("/")))] == []


def test_every_setting_is_explained() -> None:
    settings = re.findall(r"^    # ([A-Z_]+): ", text_of("config.py"), re.MULTILINE)
    explained = re.findall(r"^\| `([A-Z_]+)` \|", text_of(OPERATIONS), re.MULTILINE)
    assert len(settings) > 10
    assert sorted(explained) == sorted(settings)


def test_no_setting_is_read_without_being_named() -> None:
    text = text_of("config.py")
    read = set(re.findall(r"environ(?:\.get\(|, )\"([A-Z_]+)\"", text))
    named = set(re.findall(r"^    # ([A-Z_]+): ", text, re.MULTILINE))
    assert read == named


def test_every_library_has_a_line() -> None:
    pinned = re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==", text_of("requirements.in"), re.MULTILINE)
    table = "\n".join(line for line in text_of("README.md").splitlines() if line.startswith("| "))
    named = set(re.findall(r"[a-z0-9-]+", table))
    assert [library for library in pinned if library not in named] == []


def test_every_command_is_spoken_of() -> None:
    text = text_of(OPERATIONS) + text_of("README.md")
    assert [command for command in COMMANDS if not re.search(rf"\b{command}\b", text)] == []


def test_every_job_is_explained() -> None:
    jobs = re.findall(r'^        Job\(\s*"(\w+)"', text_of("tracker/jobs/process.py"), re.MULTILINE)
    explained = re.findall(r"^\| ([a-z_]+) \|", text_of(OPERATIONS), re.MULTILINE)
    assert jobs
    assert set(jobs) == set(explained) - {"variable", "job"}
