"""Rows of a plan's draft: its device days and the steps that can be taken back. Whether an edit makes sense: services."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.errors import N_, ConflictError, StaleError
from tracker.domain.plan import DeviceDate, PlanBlock, as_json
from tracker.models.plan import DraftDay, DraftStep, PlanDraft
from tracker.writes.audit import note_row
from tracker.writes.booking_rows import Author
from tracker.writes.occupancy_rows import insert_ignoring

Blocks = tuple[PlanBlock, ...]


def lock_draft(session: Session, monday: date, *, version: int) -> PlanDraft:
    """The open draft of a week, locked. Raises ConflictError when there is none, StaleError on another version."""
    draft = _locked(session, monday)
    if draft is None:
        raise ConflictError(N_("This week has no draft."), code="no_draft")
    return _of_version(draft, version)


def lock_or_make_draft(
    session: Session, monday: date, *, version: int, author: Author
) -> PlanDraft:
    """The open draft of a week, locked; made when somebody who saw none (`version` 0) begins one.

    Raises StaleError when another one was seen, or when somebody else has begun one meanwhile.
    """
    draft = _locked(session, monday)
    if draft is not None or version:
        if draft is None:
            raise StaleError(N_("The draft was published or dropped meanwhile."))
        return _of_version(draft, version)
    values = {"monday": monday, "version": 0, "made_at": author.now, "made_by_id": author.by}
    insert_ignoring(session, PlanDraft, [{**values, "outcome": ""}])
    made = _locked(session, monday)
    if made is None:
        raise StaleError(N_("Somebody else changed this meanwhile."))
    return _of_version(made, 0)


def _locked(session: Session, monday: date) -> PlanDraft | None:
    return session.scalars(
        select(PlanDraft)
        .where(PlanDraft.monday == monday, PlanDraft.closed_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _of_version(draft: PlanDraft, version: int) -> PlanDraft:
    if draft.version != version:
        raise StaleError(
            N_("Somebody else changed the draft meanwhile."), details={"version": draft.version}
        )
    return draft


def write_step(
    session: Session,
    draft: PlanDraft,
    edits: Mapping[DeviceDate, Blocks],
    published: Mapping[DeviceDate, Blocks],
    *,
    action: str,
    author: Author,
) -> None:
    """Write device days into a locked draft, and the step by which they can be taken back."""
    before = []
    for key, blocks in sorted(edits.items(), key=lambda each: (each[0][1], each[0][0])):
        day = session.get(DraftDay, (draft.id, *key))
        before.append(_memory(key, day))
        if day is None:
            base = as_json(published.get(key, ()))
            day = DraftDay(draft_id=draft.id, device_id=key[0], local_date=key[1], base=base)
            session.add(day)
        day.blocks = as_json(blocks)
    last = session.scalar(select(func.max(DraftStep.number)).where(DraftStep.draft_id == draft.id))
    session.add(
        DraftStep(
            draft_id=draft.id,
            number=(last or 0) + 1,
            action=action,
            before=before,
            by_id=author.by,
            at=author.now,
        )
    )
    _save(session, draft, author, {"step": action, "device_days": len(edits)})


def _memory(key: DeviceDate, day: DraftDay | None) -> dict[str, object]:
    kept = None if day is None else day.blocks
    return {"device": key[0], "date": key[1].isoformat(), "blocks": kept}


def take_back_step(session: Session, draft: PlanDraft, author: Author) -> str:
    """Undo the last step of a locked draft; returns what it was. Raises ConflictError when there is none."""
    step = session.scalars(
        select(DraftStep)
        .where(DraftStep.draft_id == draft.id)
        .order_by(DraftStep.number.desc())
        .limit(1)
    ).one_or_none()
    if step is None:
        raise ConflictError(N_("There is nothing to undo."), code="nothing_to_undo")
    for was in step.before:
        key = (draft.id, was["device"], date.fromisoformat(was["date"]))
        day = session.get_one(DraftDay, key)
        if was["blocks"] is None:
            session.delete(day)
        else:
            day.blocks = was["blocks"]
    session.delete(step)
    _save(session, draft, author, {"undone": step.action})
    return step.action


def close_draft(session: Session, draft: PlanDraft, outcome: str, author: Author) -> None:
    """End a locked draft as published or dropped; its rows stay as they were."""
    draft.closed_at, draft.outcome = author.now, outcome
    _save(session, draft, author, {"outcome": outcome})


def _save(session: Session, draft: PlanDraft, author: Author, change: Mapping[str, object]) -> None:
    draft.version += 1
    session.flush()
    note_row(session, draft, "change", author, {"week": draft.monday.isoformat(), **change})
