"""Rows of blocks as a changed plan has them: made, changed in place, taken away. Their bookings: plan_bookings."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm import Session

from tracker.domain.horizon import DayBlock
from tracker.domain.plan import BlockChange, PlanBlock
from tracker.models import AuditEntry
from tracker.models.block import Block, BlockExamType, BlockReserve
from tracker.models.plan import BlockOverrule
from tracker.queries.plan_step import PlanStep
from tracker.writes.audit import audit_values
from tracker.writes.blocks import insert_blocks, insert_details
from tracker.writes.booking_rows import Author

_ASIDE = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_block = Block.__table__
_HOURS = frozenset({"starts", "ends"})


def write_blocks(session: Session, step: PlanStep) -> dict[int, int]:
    """Make and change the blocks of a step; returns the id of each that was named by a provisional one.

    Blocks that go stand aside, out of the way of the guards, until `remove_blocks`: bookings may still name
    them. The caller has locked the device days and rebuilds their occupancy. Ten statements.
    """
    changed = [c for c in step.changes if c.before is not None and c.after is not None]
    _stand_aside(session, step.changes)
    own = {_id(c.before): step.day_blocks[_id(c.before)] for c in changed}
    _put(session, own)
    _replace_details(session, own)
    new = {block_id: block for block_id, block in step.day_blocks.items() if block_id < 0}
    return dict(zip(new, insert_blocks(session, list(new.values())), strict=True))


def _id(block: PlanBlock | None) -> int:
    if block is None or block.block_id is None:
        raise LookupError("a stored block has an id")
    return block.block_id


def _stand_aside(session: Session, changes: Iterable[BlockChange]) -> None:
    """First make room: the guards look at every single row, and two blocks may change places."""
    free_operator, free_hours = [], []
    for change in changes:
        if change.before is None:
            continue
        fields = set(change.fields)
        if change.after is None or "operator_id" in fields or fields & _HOURS:
            free_operator.append({"row": _id(change.before)})
        if change.after is None or fields & _HOURS:
            starts_at = _ASIDE + _id(change.before) * _MINUTE
            free_hours.append(
                {"row": _id(change.before), "start": starts_at, "end": starts_at + _MINUTE}
            )
    own = _block.c.id == bindparam("row")
    if free_operator:
        nobody = update(_block).where(own).values(operator_id=None)  # type: ignore[arg-type]
        session.connection().execute(nobody, free_operator)
    if free_hours:
        aside = update(_block).where(own)  # type: ignore[arg-type]
        aside = aside.values(starts_at=bindparam("start"), ends_at=bindparam("end"))
        session.connection().execute(aside, free_hours)


def _put(session: Session, blocks: Mapping[int, DayBlock]) -> None:
    if not blocks:
        return
    statement = (
        update(_block)  # type: ignore[arg-type]
        .where(_block.c.id == bindparam("row"))
        .values(
            starts_at=bindparam("start"),
            ends_at=bindparam("end"),
            operator_id=bindparam("operator"),
            place=bindparam("where"),
            transport_minutes=bindparam("transport"),
            version=_block.c.version + 1,
        )
    )
    session.connection().execute(
        statement,
        [
            {
                "row": block_id,
                "start": block.starts_at,
                "end": block.ends_at,
                "operator": block.operator_id,
                "where": block.place,
                "transport": block.transport_minutes,
            }
            for block_id, block in blocks.items()
        ],
    )


def _replace_details(session: Session, blocks: Mapping[int, DayBlock]) -> None:
    if blocks:
        for table in (BlockExamType, BlockReserve):
            session.execute(delete(table).where(table.block_id.in_(blocks)))
        insert_details(session, list(blocks.items()))


def note_blocks(session: Session, step: PlanStep, made: Mapping[int, int], author: Author) -> None:
    """An audit entry for each block that comes, changes or goes."""
    at = step.named(made)
    entries = []
    for change in step.changes:
        action = "add" if change.before is None else "remove" if change.after is None else "change"
        known = change.before or change.after
        assert known is not None  # a change has at least one side
        block_id = known.block_id or at[change.key, known.starts]
        values = audit_values(action=action, entity="block", by=author.by, now=author.now)
        entries.append({**values, "entity_id": str(block_id), "change": _told(change)})
    if entries:
        session.execute(insert(AuditEntry), entries)


def _told(change: BlockChange) -> dict[str, object]:
    """What differs, as the audit keeps it; of a block that comes or goes where it stood, and whose it was."""
    if change.before is not None and change.after is not None:
        before, after = change.before, change.after
        return {
            name: [_plain(name, getattr(before, name)), _plain(name, getattr(after, name))]
            for name in change.fields
        }
    block = change.before or change.after
    assert block is not None  # a change has at least one side
    return {
        "device_id": block.device_id,
        "local_date": block.local_date.isoformat(),
        "starts": _plain_clock(block.starts),
        "ends": _plain_clock(block.ends),
        "operator_id": block.operator_id,
    }


def _plain(name: str, value: object) -> object:
    if name in _HOURS and isinstance(value, int):
        return _plain_clock(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return {str(k): v for k, v in value.items()} if isinstance(value, Mapping) else value


def _plain_clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def remove_blocks(session: Session, step: PlanStep) -> None:
    """Delete the blocks of a step that go; no booking names them any more."""
    gone = [_id(change.before) for change in step.changes if change.after is None]
    if gone:
        for table in (BlockExamType, BlockReserve, BlockOverrule):
            session.execute(delete(table).where(table.block_id.in_(gone)))
        session.execute(delete(Block).where(Block.id.in_(gone)))


def write_overrules(
    session: Session,
    wanted: Mapping[int, Mapping[str, str]],
    standing: Mapping[int, Mapping[str, str]],
    author: Author,
) -> None:
    """Block → code of a rule → why it may be broken; what is no longer wanted goes, what is new bears the author."""
    gone = [
        (block_id, code)
        for block_id, codes in standing.items()
        for code, reason in codes.items()
        if wanted.get(block_id, {}).get(code) != reason
    ]
    new = [
        {"block_id": block_id, "code": code, "reason": reason, "by_id": author.by, "at": author.now}
        for block_id, codes in wanted.items()
        for code, reason in codes.items()
        if standing.get(block_id, {}).get(code) != reason
    ]
    for block_id, code in gone:
        session.execute(
            delete(BlockOverrule).where(
                BlockOverrule.block_id == block_id, BlockOverrule.code == code
            )
        )
    if new:
        session.execute(insert(BlockOverrule), new)
