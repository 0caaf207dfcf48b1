"""The table at the end of a simulated year: every figure counted from rows, and compared with the driver's own counts."""

from collections import Counter
from collections.abc import Mapping

from tracker.db import read_session
from tracker.domain.lifecycle import Status
from tracker.drivers.replay_report import Facts, plain, share, spread, tables_in
from tracker.drivers.simulate import Simulation
from tracker.queries import tally
from tracker.queries.simulation import counts_of_rows

_OF_REASON = "refused|"


def report(simulation: Simulation) -> Facts:
    """The figures of a simulated year as far as it has come, ready for JSON.

    `differences` holds each figure on which rows and the driver's own counts do not agree: none in a sound year.
    """
    year, own = simulation.year, simulation.counts
    with read_session() as session:
        rows = counts_of_rows(session, None)
        by_status = tally.bookings_by_status(session)
        by_stream, by_type = tally.exams_by_stream(session), tally.exams_by_type(session)
        use = tally.device_use(
            session, year.first, min(year.last, simulation.progress.day or year.first)
        )
        facts: Facts = {
            "year": year.year,
            "seed": year.seed,
            "through": str(simulation.progress.day),
            "calendar_is_provisional": simulation.is_provisional,
            "asked": sum(_part(rows, "booked").values()) + rows["refused"],
            "booked": sum(by_status.values()),
            "by_status": {status.value: by_status.get(status, 0) for status in Status},
            "refused": rows["refused"],
            "refused_by_reason": dict(_part(own, "refused").most_common()),
            "exams": sum(by_stream.values()),
            "exams_by_stream": by_stream,
            "exams_by_exam_type": by_type,
            "wait_days": {k: spread(v) for k, v in tally.waits_in_days(session).items()},
            "wait_minutes": spread(tally.waits_in_minutes(session)),
            "moved": rows["moved"],
            "closures": rows["closed"],
        }
    facts["device_use"] = _use(use, _part(rows, "overtime"))
    facts["differences"] = _differences(own, rows, by_stream, by_type)
    return facts | _pace(simulation)


def _part(counts: Mapping[str, int], name: str) -> Counter[str]:
    """The counts `name|…` by what follows."""
    return Counter({k.partition("|")[2]: n for k, n in counts.items() if k.startswith(f"{name}|")})


def _use(use: Mapping[str, tuple[int, int]], overtime: Mapping[str, int]) -> Facts:
    return {
        code: {
            "examined_minutes": examined,
            "open_minutes": opened,
            "share": share(examined, opened),
            "overtime_minutes": round(overtime.get(code, 0) / 60),
        }
        for code, (examined, opened) in use.items()
    }


def _differences(
    own: Counter[str], rows: Counter[str], by_stream: Mapping[str, int], by_type: Mapping[str, int]
) -> Facts:
    """Each figure that the driver counted otherwise: [its count, the rows']."""
    counted = Counter({name: n for name, n in own.items() if not name.startswith(_OF_REASON)})
    pairs = {name: (counted[name], rows[name]) for name in counted | rows}
    streams, types = Counter[str](), Counter[str]()
    for name, number in _part(own, "exams").items():
        stream, _, exam_type = name.partition("|")
        streams[stream] += number
        types[exam_type] += number
    pairs |= {f"exams of {k}": (streams[k], by_stream.get(k, 0)) for k in {*streams, *by_stream}}
    pairs |= {f"exams of {k}": (types[k], by_type.get(k, 0)) for k in {*types, *by_type}}
    pairs["reasons"] = sum(_part(own, "refused").values()), rows["refused"]
    return {name: list(pair) for name, pair in sorted(pairs.items()) if pair[0] != pair[1]}


def _pace(simulation: Simulation) -> Facts:
    pace = simulation.pace
    exams = max(1, pace.exams)
    return {
        "run": {
            "exams": pace.exams,
            "seconds": round(pace.seconds, 1),
            "ms_per_exam": round(1000 * pace.seconds / exams, 1),
            "statements_per_exam": round(pace.statements / exams, 1),
            "longest_check_seconds": round(max(pace.checking, default=0), 2),
            "year_in_minutes": round(pace.seconds / exams * simulation.year.exams / 60),
        }
    }


def as_text(facts: Facts) -> str:
    """The table for people."""
    lines = [
        f"simulated {facts['year']} with seed {facts['seed']}, through {facts['through']}",
        f"asked {facts['asked']} = booked {facts['booked']} + refused {facts['refused']}",
    ]
    if facts["calendar_is_provisional"]:
        lines.append(
            "The calendar of this year is not published: its working days are provisional."
        )
    lines += tables_in(
        facts,
        ("bookings by status", "by_status"),
        ("refused by reason", "refused_by_reason"),
        ("exams by stream", "exams_by_stream"),
        ("exams by exam type", "exams_by_exam_type"),
        ("wait in days, asking to exam", "wait_days"),
        ("this run", "run"),
        ("differences between rows and the driver's own counts", "differences"),
    )
    lines.append(f"wait in minutes, check-in to start: {plain(facts['wait_minutes'])}")
    lines.append(f"moved {facts['moved']}, closures {facts['closures']}")
    lines.append("use of each machine (examined ÷ open minutes) and overtime after its last block:")
    use = facts["device_use"]
    if isinstance(use, dict):
        lines += [
            f"  {code:<6}{row['share']:>7.1%}  {row['examined_minutes']} of {row['open_minutes']},"
            f" overtime {row['overtime_minutes']}"
            for code, row in use.items()
        ]
    return "\n".join(lines)
