"""One cell of an administrator's list: what it means, and what it must not hold."""

from datetime import date

import pytest

from tracker.domain.errors import InvalidError
from tracker.domain.sheets import CALENDAR, DEVICES, STAFF, Column, Sheet, read_cell, read_row


def column(sheet: Sheet, name: str) -> Column:
    return next(each for each in sheet.columns if each.name == name)


@pytest.mark.parametrize("typed", ["2027-01-02", "2027/01/02", " 2027-01-02\n"])
def test_a_date_is_read_as_people_type_it(typed: str) -> None:
    assert read_cell(column(CALENDAR, "local_date"), typed) == date(2027, 1, 2)


@pytest.mark.parametrize(
    "typed",
    ["2027-01-02junk", "2027-01-02 08:30:00", "2027-01-022", "2027/1/2", "2027-01/02", "2027-02-30",
     "27-01-02", "20270102", "2027-W01-1", "２０２７-01-02"],
)  # fmt: skip
def test_what_is_no_date_is_refused_on_its_column(typed: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_cell(column(CALENDAR, "local_date"), typed)
    assert refusal.value.field == "local_date"


@pytest.mark.parametrize(
    ("sheet", "name"), [(DEVICES, "code"), (DEVICES, "room"), (STAFF, "competences")]
)
@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b[2J", "\x7f", "\x9b", "\u2028", "\ud800"])
def test_a_control_character_is_refused_on_its_column(sheet: Sheet, name: str, sign: str) -> None:
    _, refusals = read_row(sheet, {name: f"a{sign}b"}, None)
    assert [refusal.field for refusal in refusals if "characters" in str(refusal)] == [name]


def test_codes_may_stand_on_lines_of_their_own() -> None:
    cell = "abdominal\r\nvascular\tcardiac"
    assert read_cell(column(STAFF, "competences"), cell) == {"abdominal", "vascular", "cardiac"}
