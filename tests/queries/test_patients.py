"""The search for patients: by prefix, page by page, by index on both engines."""

from datetime import date

import pytest
from sqlalchemy import Select, insert, text
from sqlalchemy.orm import Session

from tests.support.department import at
from tracker.db import db, read_session, transaction
from tracker.domain.errors import InvalidError, NotFoundError
from tracker.models import Patient, PatientKey
from tracker.queries.patients import _search, patient_by_mrn, search_patients
from tracker.writes.patient_keys import keys_of

pytestmark = pytest.mark.usefixtures("app_context")


def add(session: Session, number: int, name: str) -> None:
    session.execute(
        insert(Patient).values(
            id=number,
            mrn=f"M{number}",
            name=name,
            sex="unknown",
            birth_date=date(1980, 1, 1),
            created_at=at(9),
        )
    )
    for key in keys_of(name=name, mrn=f"M{number}", phone=""):
        session.execute(insert(PatientKey).values(patient_id=number, key=key))


def names(text_: str) -> list[str]:
    with read_session() as session:
        return [hit.patient.name for hit in search_patients(session, text_, limit=200)]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("单于婉", ["chan yu wan", "shan yu wan", "cyw", "syw", "单于"]),
        ("盖聪", ["ge cong", "gaicong", "gc"]),
        ("吕萍", ["lv ping", "luping", "lǚ", "lp"]),
        ("任长霞", ["ren chang xia", "rcx"]),
        ("欧阳瑞雪", ["ouyangruixue", "OYRX", "欧阳瑞"]),
        ("𠮷田", ["𠮷", "𠮷田"]),
        ("José Müller", ["jose", "JOSÉ MÜ", "muller", "Müller"]),
        ("阿依古丽·买买提", ["阿依古丽买", "买买提", "ayi"]),
        ("O'Neil <b>", ["oneil", "O'Neil"]),
    ],
)
def test_a_name_is_found_by_each_of_its_readings(name: str, texts: list[str]):
    with transaction() as session:
        add(session, 1, name)
        add(session, 2, "赵钱")
    assert [text_ for text_ in texts if names(text_) != [name]] == []


def test_a_patient_with_two_matching_keys_is_listed_once():
    with transaction() as session:
        add(session, 1, "王文")  # wangwen, ww
    assert names("w") == ["王文"]


def test_pages_join_without_a_gap_or_a_repetition():
    with transaction() as session:
        for number in range(1, 31):
            add(session, number, "王伟" if number % 3 else "汪薇")
    seen: list[int] = []
    with read_session() as session:
        after = None
        while hits := search_patients(session, "w", after=after, limit=7):
            seen += [hit.patient.id for hit in hits]
            after = hits[-1].place
    assert sorted(seen) == list(range(1, 31))


@pytest.mark.parametrize("text_", ["", " ", "%", "__", "'\"\\", "\0", "x" * 81])
def test_a_search_for_nothing_is_refused(text_: str):
    with pytest.raises(InvalidError) as refused:
        names(text_)
    assert refused.value.field == "q"


def test_an_unknown_number_finds_nobody():
    with read_session() as session, pytest.raises(NotFoundError):
        patient_by_mrn(session, "M1")


def test_the_search_reads_ranges_of_an_index():
    plan = plan_of(_search, text="w", since="w", until="x", after_id=0, limit=5)
    assert "ix_patient_key_key (key>? AND key<?)" in plan or (
        "Index Only Scan using ix_patient_key_key" in plan and "key < 'x'" in plan
    ), plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


def plan_of(statement: Select, **values: object) -> str:
    """What the database would do, as it says."""
    compiled = statement.compile(db.engine)
    given = compiled.construct_params(values)
    names = compiled.positiontup
    parameters = given if names is None else tuple(given[name] for name in names)
    with db.engine.connect() as connection:
        explain = "EXPLAIN QUERY PLAN"
        if db.engine.dialect.name == "postgresql":
            explain = "EXPLAIN"
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # few rows are read whole
        rows = connection.exec_driver_sql(f"{explain} {compiled}", parameters)
        return "\n".join(str(row) for row in rows)
