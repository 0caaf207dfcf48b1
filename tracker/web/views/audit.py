"""The audit for administrators: who did what to which row; whether its seals hold."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.queries import read_session
from tracker.queries.accounts import accounts
from tracker.queries.agreement import broken_seals
from tracker.queries.audit import AuditFilter, audit_entries, codes_of_rows
from tracker.web.arguments import code_argument, day_argument, number_argument
from tracker.web.audit_words import changes_of, rows_named
from tracker.web.office_labels import ENTITY

blueprint = Blueprint("audit", __name__)

PAGE = 100


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
        shown = rows[:PAGE]
        codes = codes_of_rows(session, rows_named(shown))
        people = accounts(session)
    asked = {name: request.args.get(name, "") for name in ("entity", "id", "by", "date")}
    return render_template(
        "audit/list.html",
        entries=[(row, changes_of(row, codes)) for row in shown],
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
