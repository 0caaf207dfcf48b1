"""What may be said of a patient: number, name, sex, birth date, phone. Rows and searching are elsewhere."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.errors import N_, InvalidError
from tracker.domain.texts import plain_line, search_form

SEXES = ("male", "female", "other", "unknown")
LONGEST_NAME = 80
LONGEST_NUMBER = 40
LONGEST_PHONE = 40
BORN_AFTER = date(1900, 1, 1)

NUMBER = r"[A-Za-z0-9][A-Za-z0-9._-]*"
PHONE = r"[+(]?[0-9][0-9 ()./#*+-]*"
_TEMPORARY = re.compile(r"T\d{8}-\d+")


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """A patient as typed at the desk. `mrn` None: the number is not known yet."""

    name: str
    sex: str
    birth_date: date
    phone: str = ""
    mrn: str | None = None


def checked_facts(facts: PatientFacts, *, today: date) -> PatientFacts:
    """The facts made plain. Raises InvalidError with the field: mrn, name, sex, birth_date or phone."""
    name = plain_line(facts.name, field="name", least=1, longest=LONGEST_NAME)
    if not search_form(name):
        raise InvalidError(N_("A name has at least one letter."), field="name")
    if facts.sex not in SEXES:
        raise InvalidError(N_("Choose the sex from the list."), field="sex")
    if not BORN_AFTER < facts.birth_date <= today:
        raise InvalidError(
            N_("A birth date lies after %(first)s and not in the future."),
            field="birth_date",
            params={"first": BORN_AFTER},
        )
    mrn = None if facts.mrn is None else checked_number(facts.mrn)
    return replace(facts, name=name, phone=_checked_phone(facts.phone), mrn=mrn)


def checked_number(mrn: str) -> str:
    """The medical record number made plain. Raises InvalidError on `mrn`.

    Letters, digits and . _ - only, so that it stands in an address and on a barcode; numbers that look
    like temporary ones are kept for those.
    """
    plain = plain_line(_ordinary(mrn), field="mrn", least=1, longest=LONGEST_NUMBER)
    if not re.fullmatch(NUMBER, plain):
        raise InvalidError(
            N_("A medical record number has letters, digits and the signs . _ - only."), field="mrn"
        )
    if _TEMPORARY.fullmatch(plain):
        raise InvalidError(
            N_("This is how temporary numbers look. Leave the field empty to get one."),
            field="mrn",
            code="mrn_reserved",
        )
    return plain


def temporary_number(patient_id: int, today: date) -> str:
    """The number of a patient whose own is not known: T20261121-0153, never given to anybody else."""
    return f"T{today:%Y%m%d}-{patient_id:04}"


def is_former_number(key: str, patient_id: int) -> bool:
    """Whether a search key is the temporary number that this patient has, or once had."""
    return re.fullmatch(rf"t\d{{8}}{patient_id:04}", key) is not None


def _checked_phone(phone: str) -> str:
    plain = plain_line(_ordinary(phone), field="phone", longest=LONGEST_PHONE)
    if plain and not re.fullmatch(PHONE, plain):
        raise InvalidError(
            N_("A phone number has digits, spaces and the signs + - ( ) . / # * only."),
            field="phone",
        )
    return plain


def _ordinary(text: str) -> str:
    """Full-width letters and digits, as a Chinese keyboard gives them, become ordinary ones."""
    return unicodedata.normalize("NFKC", text)
