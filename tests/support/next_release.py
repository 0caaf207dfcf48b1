"""The release after this one, as far as upgrades can tell: the product in a folder of its own with one revision more.

What an upgrade and the way back must do is in tests/cli.
"""

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from config import ROOT

_REVISION = '''"""Remember where the coffee is."""

import sqlalchemy as sa
from alembic import op

revision = "{after}"
down_revision = "{before}"


def upgrade() -> None:
    op.create_table("coffee", sa.Column("id", sa.Integer, primary_key=True))
'''


def newest_revision() -> str:
    """The revision that this release brings a database to."""
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    assert head is not None
    return head


def next_revision() -> str:
    """The revision that the next release brings a database to."""
    return f"{int(newest_revision()) + 1:04}"


def make_next_release(folder: Path) -> Path:
    """Copy the product into `folder` and give it the next revision; its run.py."""
    made_by_running = shutil.ignore_patterns("__pycache__")
    for name in ("tracker", "migrations", "templates", "translations"):
        shutil.copytree(ROOT / name, folder / name, ignore=made_by_running)
    for name in ("config.py", "run.py"):
        shutil.copy(ROOT / name, folder / name)
    add_next_revision(folder)
    return folder / "run.py"


def add_next_revision(folder: Path) -> None:
    """Put the next revision among the migrations of the product in `folder`."""
    text = _REVISION.format(before=newest_revision(), after=next_revision())
    file = folder / "migrations" / "versions" / f"{next_revision()}_coffee.py"
    file.write_text(text, encoding="utf-8")
