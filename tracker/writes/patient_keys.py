"""The keys under which a patient is found by prefix: name, pinyin, initials, number, phone.

`keys_of` takes half a second at its first Chinese name in a process, so call it outside a transaction.
"""

from collections.abc import Iterable, Iterator
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session

from tracker.domain.patients import is_former_number
from tracker.domain.surnames import readings_of
from tracker.domain.texts import search_form
from tracker.models import Patient, PatientKey
from tracker.queries.merged import merged_ids

LONGEST_KEY = 160

_key = cast("Table", PatientKey.__table__)


def keys_of(*, name: str, phone: str, mrn: str = "") -> frozenset[str]:
    """Every key of a patient, in the form in which a search text is compared (see `search_form`)."""
    keys = {search_form(mrn), *_keys_of_name(name), *_keys_of_phone(phone)}
    keys |= {key.replace("v", "u") for key in _pinyin(name)}  # 吕: lv, and lu on some keyboards
    return frozenset(key[:LONGEST_KEY] for key in keys if key)


def _keys_of_name(name: str) -> Iterator[str]:
    """The name from its beginning, from each further word, and in pinyin."""
    words = name.replace("·", " ").split()
    for place in range(len(words)):
        text = "".join(words[place:])
        yield search_form(text)
        if "ü" in text.lower():
            yield search_form(text.lower().replace("ü", "u"))
    yield from _pinyin(name)


def _pinyin(name: str) -> set[str]:
    characters = "".join(filter(_is_written, name))
    if not any(_is_chinese(letter) for letter in characters):
        return set()
    readings = list(readings_of(characters, _everyday))
    whole = {"".join(reading) for reading in readings}
    initials = {"".join(syllable[:1] for syllable in reading) for reading in readings}
    return {search_form(key) for key in whole | initials}


def _everyday(text: str) -> list[str]:
    from pypinyin import lazy_pinyin  # 57 MB: only where a patient is written

    syllables: list[str] = lazy_pinyin(text)
    return syllables


def _is_written(letter: str) -> bool:
    return bool(search_form(letter))


def _is_chinese(letter: str) -> bool:
    # the unified ideographs, their extensions and the compatibility forms
    return (
        "\u3400" <= letter <= "\u9fff" or "\uf900" <= letter <= "\ufaff" or letter >= "\U00020000"
    )


def _keys_of_phone(phone: str) -> Iterator[str]:
    """The digits as typed, and without the country's code where one was typed."""
    yield search_form(phone)
    if phone.startswith(("+86", "0086")):
        yield search_form(phone.removeprefix("00").removeprefix("+")[2:])


def write_keys(session: Session, patient: Patient, keys: frozenset[str]) -> None:
    """Put these keys, and that of the number, in the place of those the patient has.

    A temporary number stays a key for ever, that of a record merged into this one as well: it stands on
    slips that were printed with it.
    """
    former = _former(session, patient.id, [patient.id, *merged_ids(session, patient.id)])
    session.execute(delete(_key).where(_key.c.patient_id == patient.id))
    insert_keys(session, patient, keys | former)


def move_keys(session: Session, merged: Patient, into: Patient) -> None:
    """Let the temporary numbers of a merged record find the other one, and nothing find the merged one."""
    former = _former(session, merged.id, [merged.id])
    session.execute(delete(_key).where(_key.c.patient_id == merged.id))
    rows = [{"patient_id": into.id, "key": key} for key in sorted(former)]
    if rows:
        session.execute(_key.insert(), rows)


def _former(session: Session, patient_id: int, ids: Iterable[int]) -> set[str]:
    """The keys of a patient that are temporary numbers of these records."""
    of_patient = select(PatientKey.key).where(PatientKey.patient_id == patient_id)
    present = session.scalars(of_patient).all()
    return {key for key in present if any(is_former_number(key, each) for each in ids)}


def insert_keys(session: Session, patient: Patient, keys: frozenset[str]) -> None:
    """Write the keys of a patient who has none, with that of the number."""
    keys |= {search_form(patient.mrn)}
    rows = [{"patient_id": patient.id, "key": key} for key in sorted(keys)]
    session.execute(_key.insert(), rows)
