"""A file of performed exams: which columns it may have, by which words they are known, where its header is.

How one row is read is domain/examrows; which exam type a word means is said by the hospital (starting data, saved mappings).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from tracker.domain.errors import N_, InvalidError

HEADER_WITHIN = 30
"""Rows at the top of a table among which its header is looked for."""
LEAST_KNOWN = 2
"""Columns by which a row is known to be a header."""

_WORDS: Mapping[str, str] = {
    "number": "检查号 检查编号 检查单号 检查流水号 超声号 影像号 报告号 exam_number exam_no examination_number "
    "examination_no accession_number accession_no accession exam_id number no",
    "patient_name": "患者姓名 病人姓名 受检者姓名 姓名 受检者 患者 patient_name name_of_patient patient name",
    "id_number": "证件号 证件号码 身份证号 身份证号码 身份证 身份证件号 id_number id_card_number id_card id_no "
    "identity_number national_id",
    "mrn": "病历号 病案号 就诊卡号 患者编号 患者id 病人id 登记号 mrn patient_id medical_record_number patient_number",
    "exam_type": "检查类别 检查类型 检查项目 检查项目名称 检查种类 检查名称 项目名称 项目 exam_type examination_type "
    "type_of_exam type_of_examination procedure study examination exam type",
    "stream": "来源 患者来源 病人来源 患者类型 病人类型 患者类别 病人类别 就诊类型 就诊类别 stream patient_source source "
    "patient_type patient_class",
    "device": "设备 检查设备 设备编号 设备名称 设备号 机器 仪器 device device_code machine equipment station scanner",
    "operator": "检查医生 检查医师 操作医生 操作医师 检查者 医生 医师 报告医生 报告医师 operator examining_doctor doctor "
    "physician sonographer performed_by examiner",
    "date": "检查日期 日期 exam_date examination_date date",
    "start": "开始时间 检查开始时间 开始检查时间 检查时间 开始 start_time started_at start started begin exam_time "
    "examination_time time",
    "end": "结束时间 检查结束时间 检查完成时间 完成时间 结束 end_time ended_at end ended finish_time finished_at finish",
    "parts": "部位数 检查部位数 部位个数 parts number_of_parts",
    "fee": "费用 检查费 检查费用 金额 收费 总费用 fee cost price charge amount",
}
COLUMNS = tuple(_WORDS)
"""Everything that is read of a file, by the codes under which refusals name it."""
WORD_KINDS = ("exam_type", "stream", "device", "operator")
"""Columns whose words are mapped to codes of the department."""
MISSING = {
    "exam_type": N_("no exam type column"),
    "start": N_("no start time column"),
    "stream": N_("no stream column"),
    "device": N_("no device column"),
}
"""Nothing is counted without these; whoever says what rows without a stream or device are need not have the column."""

Words = Mapping[str, Mapping[str, str]]
"""Kind (header, exam_type, stream, device, operator) → a word's `plain_word` → the code it stands for."""


def plain_word(text: str) -> str:
    """A word as it is compared: one form of each sign, small letters, no blanks."""
    return _plain(text) if len(text) <= _SHORT else _made_plain(text)


def header_word(cell: object) -> str:
    """A header's cell as it is compared: without units in brackets, stars and separators."""
    text = "" if cell is None else str(cell)
    return _bare(text) if len(text) <= _SHORT else _made_bare(text)


def _made_plain(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _made_bare(text: str) -> str:
    return _BESIDE.sub("", _made_plain(text))


# A file says the same few words in each of its rows; long ones would only fill the memory.
_SHORT = 40
_BLANKS = re.compile(r"\s+")
_BESIDE = re.compile(r"\(.*?\)|\[.*?\]|【.*?】|[*:_./\-#\"'\u200b\ufeff]")
_plain = lru_cache(8192)(_made_plain)
_bare = lru_cache(1024)(_made_bare)


_KNOWN = {
    header_word(word): (column, rank)
    for column, words in _WORDS.items()
    for rank, word in enumerate(words.split())
}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is (rows from 0), which place each column has, and the titles as they stand."""

    row: int
    places: Mapping[str, int]
    titles: tuple[str, ...]
    unknown: tuple[str, ...] = field(default=())


def find_header(rows: Iterable[Sequence[object]], own: Mapping[str, str]) -> Header | None:
    """The first of the top rows in which most columns are known; None when none knows two.

    `own` maps titles (`header_word`) to columns, or to "" for one to pass over, before the usual words.
    """
    best: Header | None = None
    for number, cells in enumerate(islice(rows, HEADER_WITHIN)):
        found = _header(number, cells, own)
        if len(found.places) >= LEAST_KNOWN and (
            best is None or len(found.places) > len(best.places)
        ):
            best = found
    return best


def _header(number: int, cells: Sequence[object], own: Mapping[str, str]) -> Header:
    best: dict[str, tuple[int, int]] = {}
    unknown = []
    for place, cell in enumerate(cells):
        word = header_word(cell)
        column, rank = (own[word], -1) if word in own else _KNOWN.get(word, ("", 0))
        if not column:
            unknown += [str(cell)[:80]] if word and word not in own else []
        elif column not in best or rank < best[column][0]:
            best[column] = (rank, place)
    titles = tuple("" if cell is None else str(cell)[:80] for cell in cells)
    places = {column: place for column, (_rank, place) in best.items()}
    return Header(number, places, titles, tuple(unknown))


def check_header(header: Header | None, words: Words) -> Header:
    """A header with everything that is needed. Raises InvalidError on `file`, naming the first column that lacks."""
    if header is None:
        raise InvalidError(N_("no header row with known columns"), code="file", field="file")
    known = set(header.places)
    if "date" in known:
        known.add("start")
    known |= {kind for kind in ("stream", "device") if words.get(kind, {}).get("")}
    for column, text in MISSING.items():
        if column not in known:
            titles = [title for title in header.titles if title.strip()]
            raise InvalidError(text, code="file", field="file", details={"titles": titles})
    return header
