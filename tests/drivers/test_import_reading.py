"""A file of exams read and judged: what goes in, what is refused as a whole, and which rows with which reason."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tests.support import exam_files as files
from tests.support.databases import Template
from tests.support.exam_files import FIRST, ROWS, SECOND, row, sheet
from tests.support.starting_data import CATALOGUE
from tracker.domain.errors import InvalidError
from tracker.domain.fileexams import FileExam, RefusedRow
from tracker.drivers.import_reading import Decisions, Tally, open_exam_file

pytestmark = [pytest.mark.engines("sqlite"), pytest.mark.usefixtures("app_context")]

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def template() -> Template:
    return CATALOGUE


class Read(NamedTuple):
    tally: Tally
    exams: list[FileExam]
    refused: list[RefusedRow]
    notes: list[str]


def read(folder: Path, content: bytes, **options: object) -> Read:
    path = folder / "exams"
    path.write_bytes(content)
    tally, verdicts = Tally(), []
    with open_exam_file(path, zone=SHANGHAI, now=NOW, **options) as file:  # type: ignore[arg-type]
        for batch in file.judged(Decisions()):
            tally.add(batch)
            verdicts += [each.verdict for each in batch]
        notes = [note.code for note in file.notes]
    exams = [each for each in verdicts if isinstance(each, FileExam)]
    return Read(tally, exams, [each for each in verdicts if isinstance(each, RefusedRow)], notes)


GOOD = {
    "utf-8": sheet(ROWS),
    "utf-8 with a mark": sheet(ROWS, "utf-8-sig"),
    "gb18030": sheet(ROWS, "gb18030"),
    "gb18030 with a mark": ("\ufeff" + files.text(ROWS)).encode("gb18030"),
    "two marks": b"\xef\xbb\xbf" + sheet(ROWS, "utf-8-sig"),
    "a last quotation that is not closed": sheet(ROWS).rstrip() + b'"only this line\r\n',
    "utf-16": sheet(ROWS, "utf-16"),
    "utf-16 without a mark": sheet(ROWS, "utf-16-le"),
    "utf-16 the other way round": sheet(ROWS, "utf-16-be"),
    "semicolons": sheet(ROWS, separator=";"),
    "tabs": sheet(ROWS, "utf-16", "\t"),
    "english": files.text(ROWS, header=files.ENGLISH).encode(),
    "old line ends": sheet(ROWS).replace(b"\r\n", b"\r"),
    "NUL bytes": sheet(ROWS).replace("欧阳".encode(), b"\0" + "欧阳".encode() + b"\0\0"),
    "empty lines": sheet(ROWS).replace(b"\r\n", b"\r\n\r\n"),
    "the end of a file as DOS has it": sheet(ROWS) + b"\x1a",
    "a line about separators": b"sep=;\r\n" + sheet(ROWS, separator=";"),
    "xlsx": files.plain_book(ROWS),
    "a merged title": files.book(files.with_title),
    "merged cells": files.book(files.with_merged_cells),
    "merged cells below empty lines": files.book(partial(files.with_merged_cells, top=3)),
    "hidden rows": files.book(files.with_hidden_rows),
    "two sheets": files.book(files.with_two_sheets),
    "dates of Excel": files.plain_book(
        [row(number=f"H{n}", start=files.local(8, n), end="") for n in range(3)]
    ),
    "dates from 1904": files.plain_book(
        [row(number=f"H{n}", start=files.local(8, n), end="") for n in range(3)],
        date_1904=True,
    ),
    "without what nobody counts": files.text(
        [each[:1] + each[3:6] + each[7:8] for each in ROWS],
        header=files.HEADER[:1] + files.HEADER[3:6] + files.HEADER[7:8],
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_the_three_rows_go_in(name: str, tmp_path: Path) -> None:
    found = read(tmp_path, GOOD[name])
    assert [refused.reasons for refused in found.refused] == []
    assert [exam.row for exam in found.exams][:1] == [2 if name != "empty lines" else 3]
    assert len(found.exams) == 3
    assert found.exams[0].started_at == datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    assert (found.exams[0].exam_type, found.exams[0].device) == ("abdominal", "US03")


def test_a_row_says_what_the_file_says(tmp_path: Path) -> None:
    first, second, third = read(tmp_path, sheet(ROWS)).exams
    assert (first.number, first.patient_name, first.id_number) == (FIRST[0], FIRST[1], FIRST[2])
    assert (first.operator, first.operator_text, first.fee) == ("", "某医生", "150")
    assert (second.exam_type, second.stream, second.patient_name) == (
        "cardiac",
        "cadre_ward",
        "Ma, Lan",
    )
    assert (third.exam_type, third.stream) == ("superficial", "medical_exam")
    assert first.ended_at == datetime(2026, 11, 16, 0, 12, tzinfo=UTC)


def test_a_cell_may_hold_a_line_end(tmp_path: Path) -> None:
    (exam,) = read(tmp_path, sheet([row(operator="某\n医生")])).exams
    assert exam.operator_text == "某 医生"


def test_rows_within_an_open_quotation_are_not_passed_over(tmp_path: Path) -> None:
    remarked = files.text([[*FIRST, "REMARK"], ROWS[2]], header=(*files.HEADER, "备注"))
    content = remarked.replace("REMARK", '"see').encode()  # in a column that nobody reads
    with pytest.raises(InvalidError, match="a quotation mark is never closed"):
        read(tmp_path, content)
    remarks = ("REMARK", "", "REMARK", "")
    closed_by_the_next = [[*row(number=f"H{nth}"), said] for nth, said in enumerate(remarks)]
    header = (*files.HEADER, "备注")
    content = files.text(closed_by_the_next, header=header).replace("REMARK", '"see').encode()
    with pytest.raises(InvalidError) as refusal:
        read(tmp_path, content)
    assert refusal.value.params == {"row": 2}
    assert "makes one cell of whole rows" in refusal.value.text
    lines = "\n".join(["one, two", ",".join(map(str, range(9))), "three"])
    (exam,) = read(tmp_path, files.text([[*FIRST, lines]], header=header).encode()).exams
    assert exam.number == FIRST[0]


def test_a_time_beyond_all_times_costs_its_row_alone(tmp_path: Path) -> None:
    found = read(tmp_path, files.book(files.with_an_endless_time))
    assert [exam.row for exam in found.exams] == [2, 4]
    assert [refused.row for refused in found.refused] == [3]


def test_a_number_is_the_same_however_it_is_typed(tmp_path: Path) -> None:
    again = row(number="‘Ｈ９００００１", id_number="１１０１０１１９９００３０７００３８")
    found = read(tmp_path, sheet([FIRST, again]))
    assert (found.tally.rows_in, found.tally.duplicates) == (1, 1)


def test_a_number_is_one_exam_of_one_patient_however_little_a_row_says_of_him(
    tmp_path: Path,
) -> None:
    less = [row(id_number=""), row(patient_name=""), row(patient_name="", id_number="")]
    others = [row(patient_name="另一人"), row(id_number="E7654321")]
    found = read(tmp_path, sheet([FIRST, *less, *others]))
    assert (found.tally.rows_in, found.tally.duplicates) == (3, 3)
    assert [exam.own_number for exam in found.exams] == ["H900001", "H900001-2", "H900001-3"]


def test_a_formula_is_its_value(tmp_path: Path) -> None:
    (exam,) = read(tmp_path, files.book(files.with_formulas)).exams
    assert (exam.ended_at - exam.started_at).total_seconds() == 12 * 60
    assert exam.fee == "150"


def test_the_sheet_with_the_header_is_read_and_named(tmp_path: Path) -> None:
    assert "sheet" in read(tmp_path, files.book(files.with_two_sheets)).notes
    with pytest.raises(InvalidError, match="no header row"):
        read(tmp_path, files.book(files.with_two_sheets), sheet="说明")
    with pytest.raises(InvalidError, match="no sheet of the name"):
        read(tmp_path, files.book(files.with_two_sheets), sheet="别的")


@pytest.mark.parametrize("content", [sheet([]), files.plain_book([])], ids=["csv", "xlsx"])
def test_a_header_alone_brings_nothing(content: bytes, tmp_path: Path) -> None:
    found = read(tmp_path, content)
    assert (found.tally.rows_in, found.tally.rejected) == (0, 0)


BAD = {
    "empty": (b"", "empty file"),
    "blank": (b"\r\n \r\n", "empty file"),
    "a mark alone": (b"\xef\xbb\xbf", "empty file"),
    "no type": (files.without("exam_type"), "no exam type column"),
    "no start": (files.without("start"), "no start time column"),
    "no stream": (files.without("stream"), "no stream column"),
    "no device": (files.without("device"), "no device column"),
    "no header": (files.text(ROWS[1:], header=FIRST).encode(), "no header row with known columns"),
    "an image": (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "an image, not a table"),
    "a photograph": (b"\xff\xd8\xff\xe0" + b"\0" * 50, "an image, not a table"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old .xls workbook"),
    "a page": (b"<html><table><tr><td>1</td></tr></table>", "a page or an XML file"),
    "a bomb": (files.bomb(), "an archive that unpacks to far more"),
    "entities": (files.with_entities(), "XML with a DOCTYPE"),
    "a far cell": (files.with_a_far_cell(), "cells too far out"),
    "no workbook": (b"PK\x03\x04" + b"\0" * 60, "no XLSX file"),
    "a cut off workbook": (files.plain_book(ROWS)[:3000], "no XLSX file"),
    "undecodable": (sheet(ROWS, "gb18030") + b"\xff\xff\x80,", "characters that cannot be read"),
    "damaged": (sheet(ROWS).replace("欧阳".encode(), b"\xe6\xac,"), "UTF-8 with damaged bytes"),
    "an open quotation": (sheet(ROWS) + b'"' + b"x" * 4_100_000, "a quotation mark is never closed"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_the_whole_file_is_refused(name: str, tmp_path: Path) -> None:
    content, sentence = BAD[name]
    with pytest.raises(InvalidError) as refusal:
        read(tmp_path, content)
    assert sentence in str(refusal.value)
    assert refusal.value.field == "file"


REFUSED = {
    "a total": (["合计", "", "", "", "", "", "", "", "", "620.00"], "number", "total_row"),
    "a sum": (["", "小计：3例", "", "", "", "", "", "", "", "620"], "patient_name", "total_row"),
    "a total in English": (["Total", "", "", "", "", "", "", "", "", "620"], "number", "total_row"),
    "the header again": (list(files.HEADER), "exam_type", "header_row"),
    "end before start": (row(end="2026-11-16 07:00"), "end", "end_before_start"),
    "a whole day too long": (row(end="2026-11-18 08:00"), "end", "too_long_exam"),
    "a destroyed id number": (row(id_number="1.10101E+17"), "id_number", "destroyed"),
    "zeros at its end": (row(id_number="110101199003070000"), "id_number", "destroyed"),
    "a destroyed number": (row(number="2.02611E+13"), "number", "destroyed"),
    "a two-digit year": (row(start="26-11-16 08:00"), "start", "short_year"),
    "no start": (row(start=""), "start", "no_start"),
    "an unknown type": (row(exam_type="核磁共振"), "exam_type", "unknown_exam_type"),
    "no type": (row(exam_type=""), "exam_type", "no_exam_type"),
    "an unknown stream": (row(stream="急诊"), "stream", "unknown_stream"),
    "an unknown device": (row(device="US99"), "device", "unknown_device"),
    "a very long cell": (row(patient_name="长" * 200_000), "patient_name", "too_long"),
    "a date that is none": (row(start="2026-02-30 08:00"), "start", "no_such_date"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_the_row_is_refused_and_the_others_go_in(name: str, tmp_path: Path) -> None:
    cells, column, code = REFUSED[name]
    found = read(tmp_path, sheet([SECOND, cells, ROWS[2]]))
    assert [exam.row for exam in found.exams] == [2, 4]
    (refused,) = found.refused
    assert (refused.row, refused.reasons[0].field, refused.reasons[0].code) == (3, column, code)
    assert (found.tally.rejected, found.tally.duplicates) == (1, 0)


def test_an_id_number_that_is_a_figure_of_Excel_is_refused(tmp_path: Path) -> None:  # noqa: N802
    content = files.plain_book(
        [row(id_number=110101199003070038), row(number="H2", id_number=110101900307003)]
    )
    found = read(tmp_path, content)
    assert [(each.row, each.reasons[0].code) for each in found.refused] == [(2, "destroyed")]
    assert found.exams[0].id_number == "110101900307003"  # fifteen digits, as they were until 1999


def test_a_row_is_told_everything_that_is_wrong(tmp_path: Path) -> None:
    (refused,) = read(
        tmp_path, sheet([row(stream="急诊", device="US99", start="26-11-16")])
    ).refused
    assert {reason.field for reason in refused.reasons} == {"stream", "device", "start"}


def test_the_same_rows_twice_go_in_once(tmp_path: Path) -> None:
    found = read(tmp_path, sheet([*ROWS, *ROWS]))
    assert (found.tally.rows_in, found.tally.rejected, found.tally.duplicates) == (3, 3, 3)
    assert [each.row for each in found.refused] == [5, 6, 7]


def test_one_number_of_several_patients_goes_in_with_suffixes(tmp_path: Path) -> None:
    names = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1"]
    found = read(tmp_path, sheet([row(patient_name=name) for name in names]))
    assert [exam.own_number for exam in found.exams] == [
        "H900001",
        "H900001-2",
        "H900001-3",
        "H900001-4",
    ]
    assert [exam.patient_name for exam in found.exams] == [name.strip() for name in names]
    assert found.tally.warnings["number_of_others"] == 3


def test_without_a_number_it_is_the_patient_kind_machine_and_time(tmp_path: Path) -> None:
    rows = [row(number=""), row(number=""), row(number="", start="2026-11-16 08:01")]
    found = read(tmp_path, sheet(rows))
    assert [exam.row for exam in found.exams] == [2, 4]
    nobody = {"number": "", "patient_name": "", "id_number": ""}
    assert len(read(tmp_path, sheet([row(**nobody), row(**nobody)])).exams) == 2


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [("2026-11-16 23:50", "2026-11-17 00:20", 30), ("2026-11-16 23:50", "00:20", 30),
     ("2026-11-16 23:40", "2026-11-16 24:00", 20), ("2026-11-16 23:40", "", 0),
     ("2026-11-16 23:40", "2026-11-17", 20), ("2026-11-16 11:40", "2026-11-17", 0)],
)  # fmt: skip
def test_over_midnight_it_counts_on_the_day_it_starts(
    start: str, end: str, minutes: int, tmp_path: Path
) -> None:
    (exam,) = read(tmp_path, sheet([row(start=start, end=end)])).exams
    assert exam.local_date.isoformat() == "2026-11-16"
    assert (exam.ended_at - exam.started_at).total_seconds() == minutes * 60


def test_what_begins_in_the_future_goes_in_with_a_warning(tmp_path: Path) -> None:
    found = read(tmp_path, sheet([row(start="2026-11-23 08:00", end="")]))
    assert (found.tally.rows_in, found.tally.warnings["future"]) == (1, 1)


def test_words_are_explained_by_a_map(tmp_path: Path) -> None:
    rows = [row(stream="住院", exam_type="OB", device="")]
    own = {
        "stream": {"住院": "cadre_ward"},
        "exam_type": {"ob": "abdominal"},
        "device": {"": "P01"},
    }
    (exam,) = read(tmp_path, sheet(rows), own=own).exams
    assert (exam.stream, exam.exam_type, exam.device) == ("cadre_ward", "abdominal", "P01")
    strange = files.text(ROWS, header=("A", *files.HEADER[1:])).encode()
    assert read(tmp_path, strange, own={"header": {"a": "number"}}).exams[0].number == FIRST[0]
    with pytest.raises(InvalidError, match="which is not there"):
        read(tmp_path, sheet(rows), own={"stream": {"住院": "nowhere"}})


def test_without_a_column_its_empty_cell_may_be_explained(tmp_path: Path) -> None:
    found = read(tmp_path, files.without("stream"), own={"stream": {"": "outpatient"}})
    assert {exam.stream for exam in found.exams} == {"outpatient"}


def test_a_day_and_a_time_may_stand_in_two_columns(tmp_path: Path) -> None:
    header = ("检查日期", "开始时间", "结束时间", "检查项目", "患者类型", "设备编号")
    rows = [("2026/11/16", "8:00", "8:12", "腹部", "门诊", "US03")]
    (exam,) = read(tmp_path, files.text(rows, header=header).encode()).exams
    assert exam.started_at == datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    assert exam.ended_at == datetime(2026, 11, 16, 0, 12, tzinfo=UTC)
