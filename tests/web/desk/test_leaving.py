"""Leaving a search without a booking: one press says why, the search is kept, and the head counts it."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from tests.support.cast import ClientOf, submit
from tests.support.department import MONDAY, account_id, at
from tests.web.desk.hands import Hands
from tests.web.office.forms import form_of
from tracker import clock
from tracker.domain.demand import REASONS
from tracker.queries import read_session
from tracker.queries.audit import AuditFilter, AuditRow, audit_entries
from tracker.queries.unmet_demand import DemandFilter, DemandRow, unmet_searches
from tracker.services.unmet_demand import LeftSearch, note_unmet_demand

WISH = {
    "exam_type": "superficial",
    "stream": "outpatient",
    "parts": 2,
    "from": "2026-11-24",
    "to": "2026-11-25",
}
PLACE = "/unmet-demand"


@pytest.fixture
def desk(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("reception")


@pytest.fixture
def head(client_of: ClientOf) -> FlaskClient:
    with clock.at(at(8)):
        return client_of("head")


def kept(hands: Hands) -> list[DemandRow]:
    with hands.app.app_context(), read_session() as session:
        chosen = DemandFilter(date(2026, 1, 1), date(2026, 12, 31))
        return unmet_searches(session, chosen, before_id=None, limit=100)


def audited(hands: Hands) -> list[AuditRow]:
    with hands.app.app_context(), read_session() as session:
        chosen = AuditFilter(entity="unmet_demand")
        return audit_entries(session, chosen, before_id=None, limit=10)


def leave(desk: FlaskClient, **search: object) -> str:
    """Open the search and press a reason; says where that led."""
    reason = search.pop("reason")
    with clock.at(at(8)):
        page = desk.get("/book", query_string=search).text
        fields = form_of(page, "/book/left")
        return desk.post("/book/left", data={**fields, "reason": reason}).location


@pytest.mark.parametrize("reason", REASONS)
def test_the_search_is_kept_with_its_reason_and_without_a_patient(
    desk: FlaskClient, hands: Hands, reason: str
) -> None:
    assert leave(desk, **WISH, patient=7, reason=reason) == "/book"
    (row,) = kept(hands)
    assert (row.exam_type_en, row.stream_en, row.parts) == ("Superficial organs", "Outpatient", 2)
    assert (row.wanted_from, row.wanted_to) == (date(2026, 11, 24), date(2026, 11, 25))
    assert (row.reason, row.by, row.at) == (reason, "reception", at(8))
    (entry,) = audited(hands)
    assert (entry.action, entry.entity_id, entry.by) == ("log", str(row.id), "reception")
    assert "patient" not in entry.change


@pytest.mark.engines("sqlite")
def test_the_days_that_nobody_chose_are_those_that_were_searched(
    desk: FlaskClient, hands: Hands
) -> None:
    leave(desk, exam_type="cardiac", stream="outpatient", reason="other")
    (row,) = kept(hands)
    assert (row.wanted_from, row.wanted_to, row.parts) == (MONDAY, date(2026, 12, 6), 1)


def test_a_search_without_an_opening_asks_too(desk: FlaskClient, hands: Hands) -> None:
    wish = {**WISH, "from": "2026-11-28", "to": "2026-11-29"}
    with clock.at(at(8)):
        page = desk.get("/book", query_string=wish).text
    assert 'class="nothing"' in page
    leave(desk, **wish, reason="none_free")
    assert [row.reason for row in kept(hands)] == ["none_free"]


@pytest.mark.engines("sqlite")
def test_before_a_search_nothing_asks(desk: FlaskClient) -> None:
    with clock.at(at(8)):
        page = desk.get("/book?patient=1").text
    assert 'id="leave"' not in page
    assert re.search(r'<a [^>]*href="/book"[^>]*data-hotkey="F2"[^>]*data-leave', page)


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "changed",
    [
        {"reason": "boredom"},
        {"reason": ""},
        {"exam_type": ""},
        {"exam_type": "telepathy"},
        {"stream": ""},
        {"parts": "0"},
        {"from": ""},
        {"to": "2026-11-23"},
        {"to": "9999-12-31"},
    ],
)
def test_what_is_no_search_is_not_kept_and_holds_nobody_up(
    desk: FlaskClient, hands: Hands, changed: dict[str, str]
) -> None:
    with clock.at(at(8)):
        answer = submit(desk, "/book/left", **{**WISH, "reason": "other", **changed})
        page = desk.get(answer.location).text
    assert (answer.status_code, answer.location) == (303, "/book")
    assert "message-warning" in page
    assert kept(hands) == []
    assert desk.get("/book/left").location == "/book"


def note(hands: Hands, exam_type: str, stream: str, reason: str, *, day: int = 0) -> None:
    """Each two minutes after the one before: sent again at once, a search is the same."""
    with hands.app.app_context():
        before = len(kept(hands))
        left = LeftSearch(
            exam_type=exam_type, stream=stream, first=MONDAY, last=MONDAY, reason=reason
        )
        note_unmet_demand(left, by=account_id("reception"), now=at(9, 2 * before, day=day))


def numbers_in(page: str) -> list[list[str]]:
    """The cells of the table of counts, row by row, the sums last."""
    table = page.partition('id="counts"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("</thead>")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]*>", "", cell).strip() for cell in row] for row in cells]


def test_the_head_sees_counts_whose_every_number_is_a_list(
    client_of: ClientOf, hands: Hands
) -> None:
    for reason in ("none_free", "none_free", "too_late"):
        note(hands, "contrast", "outpatient", reason)
    note(hands, "contrast", "cadre_ward", "unsaid", day=1)
    note(hands, "abdominal", "outpatient", "other", day=1)
    with clock.at(at(10, day=1)):
        head = client_of("head")
        head.set_cookie("lang", "en")
        page = head.get(PLACE).text
        link = re.findall(r'<a href="([^"#]+)#searches" data-row>2</a>', page)[0]
        listed = head.get(link.replace("&amp;", "&")).text
        monday = head.get(f"{PLACE}?from=2026-11-23&to=2026-11-23").text
    assert numbers_in(page) == [
        ["Abdominal", "Outpatient", "0", "0", "1", "0", "1"],
        ["Contrast-enhanced", "Outpatient", "2", "1", "0", "0", "3"],
        ["Contrast-enhanced", "Cadre ward", "0", "0", "0", "1", "1"],
        ["All", "", "2", "1", "1", "1", "5"],
    ]
    rows = listed.partition('id="searches"')[2]
    assert rows.count('<th scope="row">') == 2
    assert rows.count(">None free<") == 2
    assert "</b> minutes · Contrast-enhanced · Outpatient · None free<" in rows
    assert numbers_in(monday)[-1] == ["All", "", "2", "1", "0", "0", "3"]


def test_the_list_goes_on_page_by_page(head: FlaskClient, hands: Hands) -> None:
    for _time in range(51):
        note(hands, "cardiac", "outpatient", "other")
    with clock.at(at(8, 1)):
        page = head.get(PLACE).text
        onward = re.search(r'href="(/unmet-demand\?[^"]*cursor=[^"]+)"', page)[1]
        second = head.get(onward.replace("&amp;", "&")).text
    assert page.partition('id="searches"')[2].count('<th scope="row">') == 50
    assert second.partition('id="searches"')[2].count('<th scope="row">') == 1


@pytest.mark.engines("sqlite")
def test_no_search_is_an_empty_list_and_days_turned_round_are_refused(head: FlaskClient) -> None:
    with clock.at(at(8)):
        assert 'class="nothing"' in head.get(PLACE).text
        assert head.get(f"{PLACE}?from=2026-11-24&to=2026-11-23").status_code == 422
        assert f'href="{PLACE}"' in head.get("/volume").text


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("role", "status"),
    [("reception", 403), ("sonographer", 403), ("admin", 403), ("stranger", 303)],
)
def test_only_the_head_reads_it(client_of: ClientOf, role: str, status: int) -> None:
    with clock.at(at(8)):
        assert client_of(role).get(PLACE).status_code == status


@pytest.mark.engines("sqlite")
def test_who_does_no_desk_work_leaves_no_search(client_of: ClientOf, hands: Hands) -> None:
    with clock.at(at(8)):
        answer = submit(client_of("admin"), "/book/left", **WISH, reason="other")
    assert answer.status_code == 403
    assert kept(hands) == []
