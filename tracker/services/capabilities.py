"""Naming what devices can do and exam types need."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.db import service
from tracker.domain.catalogue import plain_code
from tracker.domain.errors import N_, NotFoundError
from tracker.domain.texts import plain_line
from tracker.models.catalogue import Capability
from tracker.writes.audit import write_audit
from tracker.writes.catalogue_rows import refuse_taken_code
from tracker.writes.occupancy import lock_supply


@service
def add_capability(
    session: Session, *, code: str, name_zh: str, name_en: str, by: int, now: datetime
) -> int:
    """Add a capability; returns its id. Raises InvalidError."""
    code = plain_code(code, longest=40)
    names = _names(name_zh, name_en)
    lock_supply(session)
    refuse_taken_code(session, Capability, code)
    capability = Capability(code=code, name_zh=names[0], name_en=names[1])
    session.add(capability)
    session.flush()
    write_audit(
        session,
        action="add",
        entity="capability",
        entity_id=capability.id,
        by=by,
        now=now,
        change={"code": code},
    )
    return capability.id


@service
def rename_capability(
    session: Session, capability_id: int, *, name_zh: str, name_en: str, by: int, now: datetime
) -> None:
    """Give a capability other names; its code stays. Raises InvalidError, NotFoundError."""
    names = _names(name_zh, name_en)
    capability = session.get(Capability, capability_id, with_for_update=True)
    if capability is None:
        raise NotFoundError(N_("This entry does not exist."))
    before = [capability.name_zh, capability.name_en]
    capability.name_zh, capability.name_en = names
    session.flush()
    write_audit(
        session,
        action="change",
        entity="capability",
        entity_id=capability_id,
        by=by,
        now=now,
        change={"names": [before, list(names)]},
    )


def _names(name_zh: str, name_en: str) -> tuple[str, str]:
    return (
        plain_line(name_zh, field="name_zh", longest=80, least=1),
        plain_line(name_en, field="name_en", longest=80, least=1),
    )
