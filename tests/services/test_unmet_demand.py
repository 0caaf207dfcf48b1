"""Keeping a search that was left: whole and noted in the audit, or refused on its field and not at all."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.support.catalogue import last_entry
from tests.support.databases import Template
from tests.support.starting_data import CATALOGUE, NOW, SYSTEM
from tracker.db import read_session
from tracker.domain.errors import InvalidError
from tracker.models import UnmetDemand
from tracker.services.unmet_demand import LeftSearch, note_unmet_demand

pytestmark = pytest.mark.usefixtures("app_context")

MONDAY = date(2026, 11, 23)
LEFT = LeftSearch(
    exam_type="contrast",
    stream="cadre_ward",
    first=MONDAY,
    last=MONDAY + timedelta(days=13),
    parts=2,
    reason="none_free",
)


@pytest.fixture
def template() -> Template:
    return CATALOGUE


def kept() -> list[UnmetDemand]:
    with read_session() as session:
        return list(session.scalars(select(UnmetDemand)))


def test_it_is_kept_whole_and_noted_without_a_patient() -> None:
    row_id = note_unmet_demand(LEFT, by=SYSTEM, now=NOW)
    (row,) = kept()
    assert (row.id, row.at, row.by_id, row.parts, row.reason) == (
        row_id,
        NOW,
        SYSTEM,
        2,
        "none_free",
    )
    assert (row.wanted_from, row.wanted_to) == (LEFT.first, LEFT.last)
    action, entity, change = last_entry()
    assert (action, entity) == ("log", "unmet_demand")
    assert change == {"exam_type": "contrast", "stream": "cadre_ward", "reason": "none_free"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"exam_type": "telepathy"}, "exam_type"),
        ({"stream": "nobody"}, "stream"),
        ({"parts": 0}, "parts"),
        ({"parts": 21}, "parts"),
        ({"reason": "boredom"}, "reason"),
        ({"last": MONDAY - timedelta(days=1)}, "to"),
    ],
)
def test_what_cannot_be_meant_is_refused_on_its_field(
    changed: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        note_unmet_demand(replace(LEFT, **changed), by=SYSTEM, now=NOW)  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert kept() == []


def test_sent_twice_it_is_kept_once() -> None:
    first = note_unmet_demand(LEFT, by=SYSTEM, now=NOW)
    again = replace(LEFT, reason="other")
    soon = NOW + timedelta(seconds=59)
    assert note_unmet_demand(again, by=SYSTEM, now=soon) == first
    assert [row.reason for row in kept()] == ["none_free"]


def test_another_search_or_one_a_minute_later_is_another() -> None:
    note_unmet_demand(LEFT, by=SYSTEM, now=NOW)
    note_unmet_demand(replace(LEFT, parts=1), by=SYSTEM, now=NOW)
    note_unmet_demand(LEFT, by=SYSTEM, now=NOW + timedelta(minutes=1))
    assert len(kept()) == 3
