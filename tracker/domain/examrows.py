"""One row of a file of exams: read, or refused with every reason.

Whether the exam is known already, from the same file or here, is asked elsewhere (domain/fileexams). Nothing is guessed: a word that nobody explained is refused.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from tracker.domain.errors import N_, InvalidError, Params, Reason
from tracker.domain.examfile import WORD_KINDS, Header, Words, header_word, plain_word
from tracker.domain.exammoments import Moment, read_moment
from tracker.domain.fileexams import FileExam, RefusedRow

LONGEST = {
    "number": 34, "patient_name": 80, "id_number": 40, "mrn": 40, "exam_type": 80, "stream": 80,
    "device": 80, "operator": 80, "fee": 40, "parts": 40, "date": 80, "start": 80, "end": 80,
}  # fmt: skip
"""Characters of a cell; the number leaves room for a suffix."""
LONGEST_EXAM = timedelta(hours=24)
_IDS = frozenset({"number", "id_number", "mrn"})
MOST_PARTS = 20

_TOTAL = re.compile(
    r"(?:本[页日周月季年]|全[部月年]|每[页日月])?(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|总\s*数|共)"
    r"(?:[(（].{1,9}[)）])?[\s:：]*(?:[\d,.]+\s*[例人次元条项份笔]*)?"
    r"|(?:sub|grand\s*)?-?\s*totals?[\s:]*[\d,.]*|sum[\s:]*[\d,.]*",
    re.IGNORECASE,
)
_DESTROYED_ID = re.compile(r"\d(?:\.\d+)?e\+?\d+", re.IGNORECASE)
_DESTROYED_NUMBER = re.compile(r"\d\.\d+e\+\d{2,}", re.IGNORECASE)
_EXACT = 10**15  # from here on a spreadsheet's number has lost digits
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
_BLANKS = re.compile(r"\s+")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """A word that nobody explained; "" stands for an empty cell."""

    kind: str
    word: str


@dataclass(slots=True)
class RowReader:
    """Reads the rows below a header. `unknown` counts the words that were met and are not explained."""

    header: Header
    words: Words
    zone: tzinfo
    now: datetime
    is_1904: bool = False
    unknown: dict[UnknownWord, int] = field(default_factory=dict)

    def read(self, row: int, cells: Sequence[object]) -> FileExam | RefusedRow | None:
        """The exam of a row, or why it is none; None for a row without anything in it."""
        if not any(cell is not None and str(cell).strip(" \t\r\n\0\x1a") for cell in cells):
            return None
        raw = {
            column: cells[place] if place < len(cells) else ""
            for column, place in self.header.places.items()
        }
        if stranger := self._stranger(cells, raw):
            return RefusedRow(row, (stranger,))
        reasons: list[Reason] = []
        texts = _texts(raw, reasons)
        codes = self._codes(texts, reasons)
        started, ended = self._times(raw, reasons)
        parts = _parts(texts.get("parts", ""), reasons)
        if reasons or started is None:
            return RefusedRow(row, tuple(reasons))
        return FileExam(
            row=row,
            number=texts.get("number", ""),
            patient_name=texts.get("patient_name", ""),
            id_number=texts.get("id_number", ""),
            mrn=texts.get("mrn", ""),
            exam_type=codes["exam_type"],
            stream=codes["stream"],
            device=codes["device"],
            operator=codes["operator"],
            operator_text=texts.get("operator", ""),
            started_at=started,
            ended_at=ended or started,
            local_date=started.astimezone(self.zone).date(),
            parts=parts,
            fee=texts.get("fee", ""),
            warnings=self._warnings(started),
        )

    def _stranger(self, cells: Sequence[object], raw: Mapping[str, object]) -> Reason | None:
        """A total, or the header once more: lines that people and printouts put between exams."""
        is_whole = bool(raw.get("exam_type")) and bool(raw.get("start"))
        for cell in cells:
            if isinstance(cell, str) and len(cell) < 40 and _TOTAL.fullmatch(cell.strip()):
                if is_whole and "计" not in cell:
                    continue  # a patient may be called Sum
                return Reason("total_row", N_("a total, not an exam"), field=_column_of(cell, raw))
        told = raw.get("exam_type")
        title = self.header.titles[self.header.places["exam_type"]]
        if (
            told
            and isinstance(told, str)
            and len(told) < 40
            and header_word(told) == header_word(title)
        ):
            return Reason("header_row", N_("the header once more"), field="exam_type")
        return None

    def _codes(self, texts: Mapping[str, str], reasons: list[Reason]) -> dict[str, str]:
        codes = {}
        for kind in WORD_KINDS:
            text = texts.get(kind, "")
            word = plain_word(text)
            code = self.words.get(kind, {}).get(word, "")
            codes[kind] = code
            if code or any(reason.field == kind for reason in reasons):
                continue
            if kind != "operator" or text:
                met = UnknownWord(kind, text)
                self.unknown[met] = self.unknown.get(met, 0) + 1
            if kind != "operator":
                reasons.append(_not_known(kind, text))
        return codes

    def _times(
        self, raw: Mapping[str, object], reasons: list[Reason]
    ) -> tuple[datetime | None, datetime | None]:
        day = self._moment(raw, "date", reasons)
        start = self._moment(raw, "start", reasons) or day
        if start is None or (start.day is None and start.instant is None and day is None):
            if not any(reason.field in ("start", "date") for reason in reasons):
                reasons.append(Reason("no_start", N_("no date and time"), field="start"))
            self._moment(raw, "end", reasons)
            return None, None
        started = start.on(day.day if day else None).at(self.zone)
        end = self._moment(raw, "end", reasons)
        if end is None or (end.clock is None and end.instant is None):
            return started, self._midnight_after(started, end)
        ended = end.on(started.astimezone(self.zone).date()).at(self.zone)
        if end.day is None and ended < started and started - ended >= timedelta(hours=12):
            ended += timedelta(days=1)  # 23:50 to 00:20
        _check_span(started, ended, reasons)
        return started, ended

    def _midnight_after(self, started: datetime, end: Moment | None) -> datetime | None:
        """What a day alone says: the minutes only where it follows an evening, for so a cell shows exact midnight."""
        if end is None:
            return None
        midnight = end.at(self.zone)
        return midnight if timedelta() < midnight - started < timedelta(hours=12) else None

    def _moment(
        self, raw: Mapping[str, object], column: str, reasons: list[Reason]
    ) -> Moment | None:
        cell = raw.get(column)
        if isinstance(cell, str):
            cell = _CONTROLS.sub(" ", cell[:100]).strip()
        try:
            return read_moment(cell, is_1904=self.is_1904)
        except InvalidError as refusal:
            if not any(reason.field == column for reason in reasons):
                reasons.append(Reason(refusal.code, refusal.text, field=column))
            return None

    def _warnings(self, started: datetime) -> tuple[Reason, ...]:
        if started > self.now:
            return (Reason("future", N_("begins in the future"), field="start"),)
        return ()


def _column_of(cell: str, raw: Mapping[str, object]) -> str:
    return next((column for column, value in raw.items() if value is cell), "number")


def _texts(raw: Mapping[str, object], reasons: list[Reason]) -> dict[str, str]:
    texts = {}
    for column, cell in raw.items():
        text = cell_text(cell)
        if column in _IDS:
            text = plain_number(text)
        if len(text) > LONGEST[column]:
            told = Params(count=len(text), most=LONGEST[column])
            reasons.append(
                Reason(
                    "too_long",
                    N_("a cell of %(count)s characters, at most %(most)s"),
                    told,
                    field=column,
                )
            )
            text = ""
        texts[column] = text
    reasons += [
        Reason("destroyed", N_("a number whose last digits a spreadsheet has lost"), field=column)
        for column in ("id_number", "number")
        if column in texts and is_destroyed(column, raw[column], texts[column])
    ]
    return texts


def cell_text(cell: object) -> str:
    """A cell as one line of text, whatever a spreadsheet made of it."""
    if isinstance(cell, str):
        plain = cell if cell.isprintable() else _CONTROLS.sub(" ", cell)
        return _BLANKS.sub(" ", plain).strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
        return str(int(cell))
    return "" if cell is None else str(cell)


def plain_number(text: str) -> str:
    """A number as it is compared: full-width signs as plain ones, without the mark by which Excel keeps a text one."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return plain.lstrip("'`\u2018\u2019").strip()


def is_destroyed(column: str, cell: object, text: str) -> bool:
    """Whether a number was kept by a spreadsheet as a figure of fifteen digits.

    An id number that ends in 000 was, unless its check digit says otherwise (one such number in a thousand is true).
    """
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= _EXACT:
        return True
    if column == "number":
        return _DESTROYED_NUMBER.fullmatch(text) is not None
    if _DESTROYED_ID.fullmatch(text):
        return True
    is_long = len(text) == 18 and text.isascii() and text.isdigit()
    return is_long and text.endswith("000") and not _checks(text)


def _checks(id_number: str) -> bool:
    total = sum(int(sign) * weight for sign, weight in zip(id_number, _WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == id_number[17]


def _not_known(kind: str, text: str) -> Reason:
    if not text:
        return Reason(f"no_{kind}", _EMPTY[kind], field=kind)
    return Reason(f"unknown_{kind}", _UNKNOWN[kind], Params(word=text), field=kind)


_EMPTY = {
    "exam_type": N_("no exam type"),
    "stream": N_("no stream"),
    "device": N_("no device"),
}
_UNKNOWN = {
    "exam_type": N_("an exam type that is not known: %(word)s"),
    "stream": N_("a stream that is not known: %(word)s"),
    "device": N_("a device that is not known: %(word)s"),
}


def _parts(text: str, reasons: list[Reason]) -> int:
    if not text:
        return 1
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST_PARTS:
        return int(text)
    reasons.append(Reason("parts", N_("no number of parts from 1 to 20"), field="parts"))
    return 1


def _check_span(started: datetime, ended: datetime, reasons: list[Reason]) -> None:
    if ended < started:
        reasons.append(Reason("end_before_start", N_("ends before it starts"), field="end"))
    elif ended - started > LONGEST_EXAM:
        reasons.append(
            Reason("too_long_exam", N_("ends more than 24 hours after it starts"), field="end")
        )
