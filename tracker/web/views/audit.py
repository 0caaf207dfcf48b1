"""The audit for administrators: who did what to which row; whether its seals hold."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.queries import read_session
from tracker.queries.accounts import accounts
from tracker.queries.agreement import broken_seals
from tracker.queries.audit import AuditFilter, AuditRow, audit_entries
from tracker.web.arguments import code_argument, day_argument, number_argument
from tracker.web.office_labels import ENTITY

blueprint = Blueprint("audit", __name__)

PAGE = 100
CLINICAL = frozenset({"booking", "exam", "patient"})
"""Rows whose reasons somebody may have written a name into: their words are not shown here."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a step changed; `before` is None where the step only noted a value."""

    name: str
    before: str | None
    after: str


@blueprint.get("/admin/audit")
def show() -> ResponseReturnValue:
    """Entries newest first, of ?entity= (and ?id=), ?by= (a user name) and ?date=; on by ?cursor=."""
    chosen = AuditFilter(
        entity=code_argument("entity"),
        entity_id=code_argument("id"),
        username=code_argument("by"),
        local_date=day_argument("date"),
    )
    cursor = number_argument("cursor")
    with read_session() as session:
        rows = audit_entries(session, chosen, before_id=cursor, limit=PAGE + 1)
        people = accounts(session)
    shown = rows[:PAGE]
    asked = {name: request.args.get(name, "") for name in ("entity", "id", "by", "date")}
    return render_template(
        "audit/list.html",
        entries=[(row, changes_of(row)) for row in shown],
        next_cursor=shown[-1].id if len(rows) > PAGE else None,
        cursor=cursor,
        chosen=chosen,
        params={name: text for name, text in asked.items() if text},
        people=[each.username for each in people],
        entities=ENTITY,
    )


@blueprint.get("/admin/audit/seals")
def seals() -> ResponseReturnValue:
    """Check every seal against its entries; only when somebody asks, because it reads all of them."""
    with read_session() as session:
        broken = broken_seals(session)
    return render_template("audit/seals.html", broken=broken)


def changes_of(row: AuditRow) -> list[Change]:
    """The values of an entry one by one; free words about patients are left out."""
    if isinstance(row.change.get("before"), dict) and isinstance(row.change.get("after"), dict):
        before, after = row.change["before"], row.change["after"]
        pairs = {name: [before.get(name), value] for name, value in after.items()}  # type: ignore[attr-defined]
        return [_change(name, pair) for name, pair in pairs.items() if pair[0] != pair[1]]
    return [
        _change(name, value)
        for name, value in row.change.items()
        if not (row.entity in CLINICAL and name.endswith("reason"))
    ]


def _change(name: str, value: object) -> Change:
    if isinstance(value, list) and len(value) == 2:
        return Change(name, _text(value[0]), _text(value[1]))
    return Change(name, None, _text(value))


def _text(value: object) -> str:
    if value in (None, "", []):
        return "–"
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(one)}" for name, one in value.items())
    return str(value)
