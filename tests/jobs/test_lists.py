"""The paper lists of the machines: which days are written when, what stands in them, and what is left of old ones."""

import csv
import stat
from datetime import date, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from sqlalchemy import update

from tests.support.department import MONDAY, account_id, at
from tests.support.exam_room import book
from tests.support.worked_day import EVENING
from tracker import clock
from tracker.db import transaction
from tracker.domain.patients import PatientFacts
from tracker.domain.texts import harmless_cell
from tracker.jobs import work
from tracker.models import Device
from tracker.services.booking import BookingOrder, book_exam
from tracker.services.patients import add_patient

pytestmark = pytest.mark.usefixtures("app_context")

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lists are written; the folder itself is made by the job."""
    monkeypatch.setitem(app.config, "LISTS_DIR", str(tmp_path / "lists"))
    return tmp_path / "lists"


def write(now: datetime) -> work.Outcome:
    with clock.at(now):
        return work.run_job("lists", work.write_lists)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (at(7), [MONDAY, TUESDAY]),
        (at(17, 59), [MONDAY, TUESDAY]),
        (at(18), [TUESDAY]),
        (at(18, day=4), [MONDAY + timedelta(days=7)]),  # Friday evening
        (at(7, day=5), [MONDAY + timedelta(days=7)]),  # Saturday
    ],
)
def test_todays_until_the_evening_and_the_next_working_days(
    folder: Path, now: datetime, days: list[date]
) -> None:
    assert write(now)[0] == "done"
    assert sorted(path.name for path in folder.iterdir()) == [day.isoformat() for day in days]


def test_a_machines_page_has_its_patients_in_order_and_empty_lines(folder: Path) -> None:
    book(20, at(9, 30, day=1), exam_type="superficial", parts=2)
    book(21, at(9, day=1))
    write(EVENING)
    page = (folder / TUESDAY.isoformat() / "US07.html").read_text(encoding="utf-8")
    html5lib.HTMLParser(strict=True).parse(page)
    assert page.index("病人21") < page.index("病人20")
    assert ("M00021" in page, "浅表器官 × 2" in page, "09:30" in page) == (True, True, True)
    assert page.count('class="sheet-empty"') == 8
    assert ('<html lang="zh-CN">' in page, "<script" in page, "/assets/" in page) == (
        True,
        False,
        False,
    )
    assert "病人21" not in (folder / TUESDAY.isoformat() / "US08.html").read_text(encoding="utf-8")


def test_who_no_longer_comes_is_on_no_list(folder: Path) -> None:
    write(at(13))
    names = {row[4] for row in rows_of(folder / MONDAY.isoformat() / "all.csv")[1:]}
    assert names == {"病人1", "病人2", "病人3", "病人4", "病人7", ""}  # 5 cancelled, 6 did not come


def test_excel_reads_the_tables(folder: Path) -> None:
    book(21, at(9, day=1))
    write(EVENING)
    day = folder / TUESDAY.isoformat()
    assert (day / "US07.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    heads, first, *empty = rows_of(day / "US07.csv")
    assert (len(heads), heads[4], heads[-1]) == (15, "患者", "检查号")
    assert first[:2] == ["2026-11-24", "US07"]
    assert first[3:] == ["09:00", "病人21", "女", "55", "M00021", "腹部", "1", "门诊", *[""] * 4]
    assert [row[:2] for row in empty] == [["2026-11-24", "US07"]] * 8
    machines = {row[1] for row in rows_of(day / "all.csv")[1:]}
    assert machines == {path.stem for path in day.glob("[UP]*.html")}
    assert all(
        f'href="{name}.html"' in (day / "index.html").read_text("utf-8") for name in machines
    )


def test_no_machine_loses_its_list_to_another_page(app: Flask, folder: Path) -> None:
    book(21, at(9, day=1))
    for old, new in {"US06": "all", "US07": "index", "US08": "INDEX", "US09": "index_"}.items():
        rename(old, new)
    write(EVENING)
    day = folder / TUESDAY.isoformat()
    names = {path.name for path in day.glob("*.csv")}
    assert names >= {"all.csv", "all_.csv", "index_.csv", "INDEX__.csv", "index___.csv", "US05.csv"}
    assert len({name.casefold() for name in names}) == len(names) == 22
    [_, first, *_] = rows_of(day / "index_.csv")
    assert (first[1], first[4]) == ("index", "病人21")
    page = (day / "index.html").read_text("utf-8")
    assert [name for name in names if f'href="{name}"' not in page] == []
    assert "病人21" in (day / "index_.html").read_text("utf-8")


def rename(old: str, new: str) -> None:
    with transaction() as session:
        session.execute(update(Device).where(Device.code == old).values(code=new))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless_cell(text) == f"'{text}"
    assert harmless_cell("M00021") == "M00021"


def test_a_name_that_looks_like_a_formula_is_written_as_text(folder: Path) -> None:
    facts = PatientFacts(name="=HYPERLINK(1)", sex="male", birth_date=date(1980, 1, 1), mrn="S1")
    add_patient(facts, by=account_id("reception"), now=at(8))
    wanted = BookingOrder("S1", "abdominal", "outpatient", device="US07", start=at(9, day=1))
    book_exam(wanted, by=account_id("reception"), now=at(8))
    write(EVENING)
    first = rows_of(folder / TUESDAY.isoformat() / "US07.csv")[1]
    assert (first[4], first[7]) == ("'=HYPERLINK(1)", "S1")


def test_writing_again_changes_nothing_but_the_minute(folder: Path) -> None:
    write(EVENING)
    before = contents(folder)
    (folder / TUESDAY.isoformat() / "US99.html").write_text("a machine that is gone")
    write(EVENING)
    assert contents(folder) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_group_reads_and_nobody_else(folder: Path) -> None:
    write(EVENING)
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))
    }
    assert modes == {(True, 0o750), (False, 0o640)}


def test_old_days_go_and_what_is_not_ours_stays(folder: Path) -> None:
    kept = [(MONDAY - timedelta(days=14)).isoformat(), "notes", "2026-13-45"]
    for name in [*kept, (MONDAY - timedelta(days=15)).isoformat()]:
        (folder / name).mkdir(parents=True)
    assert write(EVENING)[1].endswith("; 1 old days removed")
    assert {path.name for path in folder.iterdir()} == {*kept, TUESDAY.isoformat()}


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")
    outcome, detail = write(EVENING)
    assert (outcome, detail.startswith("FileExistsError, incident ")) == ("failed", True)
