"""The table at the end of a replay: every figure counted from rows, with the sums that must hold."""

import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import date

from tracker import clock
from tracker.db import read_session
from tracker.domain.lifecycle import Status
from tracker.domain.workcalendar import local_date_of
from tracker.drivers.replay import KeyOfRequest, Replay
from tracker.queries import tally
from tracker.queries.replay import Standing, placed_requests
from tracker.services.run_progress import ReplayProgress

Facts = dict[str, object]


def report(replay: Replay, *, seconds: float) -> Facts:
    """The figures of a finished replay, ready for JSON."""
    with read_session() as session:
        by_status = tally.bookings_by_status(session)
        facts: Facts = {
            **_balance(replay, by_status),
            "exams_by_stream": tally.exams_by_stream(session),
            "exams_by_exam_type": tally.exams_by_type(session),
            "wait_minutes": spread(tally.waits_in_minutes(session)),
        }
        first, last = _days(replay)
        facts["device_use"] = {
            code: {"examined_minutes": used, "open_minutes": opened, "share": share(used, opened)}
            for code, (used, opened) in tally.device_use(session, first, last).items()
        }
        placed = placed_requests(session)
    facts["wait_days"] = _wait_days(replay, placed)
    cost = replay.cost
    facts["statements_per_booking"] = _median(cost.statements)
    facts["ms_per_booking"] = round(_median(cost.seconds) * 1000, 2)
    facts["seconds"] = round(seconds, 1)
    return facts


def _balance(replay: Replay, by_status: dict[str, int]) -> Facts:
    progress: ReplayProgress = replay.progress
    refused = Counter(progress.refused.values())
    booked = sum(by_status.values())
    still_open = sum(
        by_status.get(status, 0) for status in (Status.BOOKED, Status.ARRIVED, Status.IN_PROGRESS)
    )
    return {
        "requests": len(replay.requests) + _unread(replay),
        "booked": booked,
        "refused": sum(refused.values()),
        "refused_by_reason": dict(refused.most_common()),
        "broken": len(progress.broken),
        "broken_rows": [
            {"row": int(line), "reason": why}
            for line, why in sorted(progress.broken.items(), key=_line)
        ],
        "completed": by_status.get(Status.COMPLETED, 0),
        "no_show": by_status.get(Status.NO_SHOW, 0),
        "cancelled": by_status.get(Status.CANCELLED, 0),
        "open": still_open,
    }


def _line(item: tuple[str, str]) -> int:
    return int(item[0])


def _unread(replay: Replay) -> int:
    """Rows that could not even be read as a request; they were asked for all the same."""
    known = {str(request.line) for request in replay.requests}
    return sum(1 for line in replay.progress.broken if line not in known)


def _days(replay: Replay) -> tuple[date, date]:
    today = date(2000, 1, 1)
    first = min((request.earliest for request in replay.requests), default=today)
    return first, max((request.latest for request in replay.requests), default=today)


def _wait_days(replay: Replay, placed: dict[KeyOfRequest, list[Standing]]) -> dict[str, Facts]:
    zone = clock.hospital_zone()
    days: dict[str, list[float]] = {}
    for request in replay.requests:
        found = placed.get((request.mrn, request.requested_at, request.exam_type))
        if found:
            wait = local_date_of(found.pop(0).starts_at, zone) - local_date_of(
                request.requested_at, zone
            )
            days.setdefault(request.stream, []).append(wait.days)
    return {stream: spread(waits) for stream, waits in sorted(days.items())}


def spread(waits: list[float]) -> Facts:
    """Mean, median and ninth decile of waits."""
    if not waits:
        return {"mean": None, "median": None, "p90": None}
    ordered = sorted(waits)
    return {
        "mean": round(statistics.fmean(ordered), 1),
        "median": round(statistics.median(ordered), 1),
        "p90": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.9))], 1),
    }


def share(used: int, opened: int) -> float:
    """A part of a whole, to a thousandth; of nothing it is 0."""
    return round(used / opened, 3) if opened else 0.0


def _median(values: list[float] | list[int]) -> float:
    return float(statistics.median(values)) if values else 0.0


def as_text(facts: Facts) -> str:
    """The table for people."""
    lines = [
        (
            f"requests {facts['requests']} = booked {facts['booked']} + refused {facts['refused']}"
            f" + broken {facts['broken']}"
        ),
        (
            f"booked {facts['booked']} = completed {facts['completed']} + no-show {facts['no_show']}"
            f" + cancelled {facts['cancelled']} + open {facts['open']}"
        ),
    ]
    lines += tables_in(
        facts,
        ("refused by reason", "refused_by_reason"),
        ("exams by stream", "exams_by_stream"),
        ("exams by exam type", "exams_by_exam_type"),
        ("wait in days", "wait_days"),
    )
    lines.append(f"wait in minutes, check-in to start: {plain(facts['wait_minutes'])}")
    lines.append("use of each machine (examined ÷ open minutes):")
    use = facts["device_use"]
    if isinstance(use, dict):
        lines += [
            f"  {code:<6}{row['share']:>7.1%}  {row['examined_minutes']} of {row['open_minutes']}"
            for code, row in use.items()
        ]
    lines.append(
        f"{facts['statements_per_booking']:g} statements and {facts['ms_per_booking']} ms per booking"
        f" (search and commit, medians); {facts['seconds']} s in all"
    )
    return "\n".join(lines)


def tables_in(facts: Facts, *titled: tuple[str, str]) -> Iterator[str]:
    """The tables among the facts, by title and name: a line each figure, which may be a few with names."""
    for title, name in titled:
        table = facts[name]
        if isinstance(table, dict):
            yield f"{title}:"
            yield from (f"  {key:<24}{plain(value)}" for key, value in table.items())


def plain(value: object) -> str:
    """A figure, or a few with their names, in one line."""
    if isinstance(value, dict):
        return "  ".join(f"{key} {number}" for key, number in value.items())
    return str(value)
