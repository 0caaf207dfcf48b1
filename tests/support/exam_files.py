"""Files of exams as hospitals send them, made here: CSV and XLSX of every kind, good, odd and hostile."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time

import xlsxwriter

HEADER = (
    "检查号",
    "患者姓名",
    "证件号",
    "检查类别",
    "来源",
    "设备",
    "检查医生",
    "开始时间",
    "结束时间",
    "费用",
)
ENGLISH = ("Exam No.", "Patient name", "ID number", "Exam type", "Stream", "Device", "Doctor", "Start", "End", "Fee")  # fmt: skip
FIRST, SECOND, THIRD = (
    ("H900001", "欧阳小满", "110101199003070038", "腹部超声", "门诊", "US03", "某医生", "2026-11-16 08:00", "2026-11-16 08:12", "150"),
    ("H900002", "Ma, Lan", "", "超声心动图", "干部病房", "US07", "", "2026-11-16 08:30", "2026-11-16 08:55", "310.50"),
    ("H900003", "赵一", "E1234567", "浅表器官超声", "体检", "US01", "某医生", "2026-11-17 09:00", "2026-11-17 09:08", ""),
)  # fmt: skip
ROWS = (FIRST, SECOND, THIRD)
COLUMN = {name: place for place, name in enumerate(
    ("number", "patient_name", "id_number", "exam_type", "stream", "device", "operator", "start", "end", "fee")
)}  # fmt: skip

Row = Sequence[object]


def row(**cells: object) -> list[object]:
    """The first row with some cells changed, by column."""
    changed: list[object] = list(FIRST)
    for name, value in cells.items():
        changed[COLUMN[name]] = value
    return changed


def local(hour: int, minute: int) -> datetime:
    """A time of the first row's day as a cell of Excel has it, without a zone."""
    return datetime.combine(date(2026, 11, 16), time(hour, minute))


def text(rows: Sequence[Row], separator: str = ",", header: Row = HEADER) -> str:
    """A CSV."""
    target = io.StringIO()
    csv.writer(target, delimiter=separator).writerows([header, *rows])
    return target.getvalue()


def sheet(rows: Sequence[Row], encoding: str = "utf-8", separator: str = ",") -> bytes:
    """A CSV file."""
    return text(rows, separator).encode(encoding)


def without(column: str) -> bytes:
    """The rows without a column."""
    place = COLUMN[column]
    kept = [[cell for at, cell in enumerate(each) if at != place] for each in (HEADER, *ROWS)]
    return text(kept[1:], header=kept[0]).encode()


Fill = Callable[[xlsxwriter.Workbook], None]


def book(fill: Fill, **options: object) -> bytes:
    """A workbook, filled by a function."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as workbook:
        fill(workbook)
    return target.getvalue()


def plain_book(rows: Sequence[Row], **options: object) -> bytes:
    """A workbook of one sheet; datetimes are dates of Excel."""

    def fill(workbook: xlsxwriter.Workbook) -> None:
        write(workbook, workbook.add_worksheet("记录"), [HEADER, *rows])

    return book(fill, **options)


def write(workbook: xlsxwriter.Workbook, page: object, rows: Sequence[Row], top: int = 0) -> None:
    """Write rows into a page from a line on."""
    style = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for at, cells in enumerate(rows, start=top):
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime):
                page.write_datetime(at, column, cell, style)  # type: ignore[attr-defined]
            elif isinstance(cell, int | float):
                page.write_number(at, column, cell)  # type: ignore[attr-defined]
            else:
                page.write_string(at, column, str(cell))  # type: ignore[attr-defined]


def with_title(workbook: xlsxwriter.Workbook) -> None:
    """A merged title and an empty line above the header."""
    page = workbook.add_worksheet("月报")
    page.merge_range(0, 0, 0, 9, "超声科检查登记")
    write(workbook, page, [HEADER, *ROWS], top=2)


def with_merged_cells(workbook: xlsxwriter.Workbook, top: int = 0) -> None:
    """The exam type stands once over three rows, the header on a line."""
    page = workbook.add_worksheet()
    rows = [row(number=f"H{n}", exam_type="", patient_name=f"人{n}") for n in (1, 2, 3)]
    write(workbook, page, [HEADER, *rows], top)
    page.merge_range(top + 1, 3, top + 3, 3, "腹部")


def with_an_endless_time(workbook: xlsxwriter.Workbook) -> None:
    """One row says that it took some thousand million days."""
    page = workbook.add_worksheet()
    write(workbook, page, [HEADER, *ROWS])
    page.write_number(2, COLUMN["end"], 2.9e12, workbook.add_format({"num_format": "[h]:mm"}))


def with_hidden_rows(workbook: xlsxwriter.Workbook) -> None:
    """A filter hides one row."""
    page = workbook.add_worksheet()
    write(workbook, page, [HEADER, *ROWS])
    page.set_row(2, options={"hidden": True})


def with_formulas(workbook: xlsxwriter.Workbook) -> None:
    """The fee and the end are computed; they were saved with their values."""
    page = workbook.add_worksheet()
    write(workbook, page, [HEADER, row(start=local(8, 0))])
    style = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    page.write_formula(1, 8, "=H2+TIME(0,12,0)", style, 46342 + (8 * 60 + 12) / 1440)
    page.write_formula(1, 9, "=100+50", None, 150)


def with_two_sheets(workbook: xlsxwriter.Workbook) -> None:
    """The first sheet explains, the second one has the rows."""
    notes = workbook.add_worksheet("说明")
    notes.write_string(0, 0, "本表由系统导出，检查号唯一")
    write(workbook, workbook.add_worksheet("数据"), [HEADER, *ROWS])


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part of its archive changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            found = source.read(name)
            archive.writestr(name, change(found) if name == part else found, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def bomb() -> bytes:
    """A small archive that unpacks to fifty million bytes."""
    sheet_xml = "xl/worksheets/sheet1.xml"
    return changed(plain_book(ROWS), sheet_xml, lambda xml: xml + b" " * 50_000_000)


def with_entities() -> bytes:
    """A sheet that asks for a file of the server."""
    declared = b'<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]><worksheet'
    sheet_xml = "xl/worksheets/sheet1.xml"
    return changed(plain_book(ROWS), sheet_xml, lambda xml: xml.replace(b"<worksheet", declared, 1))


def with_a_far_cell() -> bytes:
    """A sheet with one cell in the last row and column there may be."""
    sheet_xml = "xl/worksheets/sheet1.xml"
    return changed(
        plain_book(ROWS), sheet_xml, lambda xml: xml.replace(b'r="B2"', b'r="XFD1048576"')
    )
