"""An import that comes or goes after a month was closed is one change, with its effect on every key."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.services.test_closing import OCTOBER, adds_up, changes, exams_of, figures
from tests.services.test_importing import LATER, SHANGHAI, registered
from tests.support.databases import Template
from tests.support.department import account_id
from tests.support.exam_files import row, sheet
from tests.support.worked_day import WORKED
from tracker.db import read_session
from tracker.domain.errors import InvalidError
from tracker.drivers.import_reading import Decisions
from tracker.drivers.importing import Bringing, bring_in
from tracker.models import Exam
from tracker.services.closing import close_month
from tracker.services.exams import void
from tracker.services.importing import undo_import

pytestmark = pytest.mark.usefixtures("app_context")

ROWS = [
    row(
        number=f"H{place}",
        start=f"2026-10-16 0{hour}:00",
        end=f"2026-10-16 0{hour}:12",
        device=code,
    )
    for place, (hour, code) in enumerate(((8, "US03"), (9, "US03"), (7, "US01")))
]


@pytest.fixture
def template() -> Template:
    return WORKED


def bring(path: Path, *, reason: str) -> int:
    path.write_bytes(sheet(ROWS))
    import_id = registered()
    how = Bringing(
        zone=SHANGHAI,
        clock=lambda: LATER,
        by=account_id("head"),
        decisions=Decisions(),
        reason=reason,
    )
    bring_in(lambda: import_id, path, how)
    return import_id


def test_an_import_into_a_closed_month_is_one_change_until_it_is_undone(tmp_path: Path) -> None:
    by = account_id("head")
    close_month(OCTOBER, by=by, now=LATER - timedelta(hours=1))
    with pytest.raises(InvalidError) as refused:
        bring(tmp_path / "exams.csv", reason="")
    assert refused.value.code == "month_closed"
    import_id = bring(tmp_path / "exams.csv", reason="补齐旧系统")
    (brought,) = changes()
    assert (brought.kind, brought.import_id, brought.exam_id) == ("in_force", import_id, None)
    assert brought.why == "exams.csv · 补齐旧系统"
    assert exams_of(figures().total) == (0, 3, 3)
    assert exams_of(figures().by("device")["US03"]) == (0, 2, 2)

    with read_session() as session:
        one = session.scalars(select(Exam.id).where(Exam.import_id == import_id)).first()
    assert one is not None
    void(one, reason="重复", by=by, now=LATER + timedelta(hours=1))
    assert [change.kind for change in changes()] == ["in_force", "voided"]
    assert adds_up()
    assert exams_of(figures().total) == (0, 2, 2)

    undo_import(
        import_id, reason="选错文件", by=account_id("admin"), now=LATER + timedelta(hours=2)
    )
    listed = changes()
    assert [change.kind for change in listed] == ["in_force", "voided", "undone"]
    assert [change.total.exams for change in listed] == [3, -1, -2]
    assert exams_of(figures().total) == (0, 0, 0)
    assert adds_up()
    assert [change.by for change in listed] == ["head", "head", "admin"]


def test_a_clock_that_is_ahead_makes_no_change_of_an_import(tmp_path: Path) -> None:
    """It came, and went, before the month was closed, and its figures were kept so."""
    by, path = account_id("head"), tmp_path / "exams.csv"
    undo_import(bring(path, reason=""), reason="错", by=by, now=LATER + timedelta(seconds=1))
    bring(path, reason="")
    close_month(OCTOBER, by=by, now=LATER - timedelta(seconds=2))
    assert changes() == []
    adds_up()
