"""`python -m benchmarks`: measures both engines and prints the tables. Nothing is asserted.

python -m benchmarks [--engine sqlite|postgresql] [--seconds N] [--fortnights N] [--only WORD]
"""

import argparse
import itertools
from collections.abc import Callable, Iterator

from benchmarks import bringing_in, forecast, load, planner, volume, work, year
from benchmarks.databases import PASSWORD, Prepared, prepared
from benchmarks.load import Request, Result
from benchmarks.page_load import page_sizes, sign_in
from benchmarks.quality import tables
from benchmarks.server import Server, serving

CLIENTS = (1, 8, 32)
ROUNDS = 3


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default=None)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--fortnights", type=int, default=10, help="of the quality; at most 10")
    parser.add_argument("--only", default="", help="work whose name begins so; nothing else")
    arguments = parser.parse_args()
    measure_alone(arguments)
    if arguments.only not in ("quality", "planner", "year"):
        measure_engines(arguments)


def measure_alone(arguments: argparse.Namespace) -> None:
    """What needs no database."""
    alone: dict[str, Callable[[], None]] = {
        "quality": lambda: tables.main(arguments.fortnights),
        "forecast": forecast.measure_made,
        "planner": planner.measure,
        "year": year.measure,
    }
    for name, work_of in alone.items():
        if name.startswith(arguments.only):
            work_of()


def measure_engines(arguments: argparse.Namespace) -> None:
    """What is measured on a database, on both engines or the one asked for."""
    for engine in [arguments.engine] if arguments.engine else ["sqlite", "postgresql"]:
        print(f"\n## {engine}\n", flush=True)
        if "volume".startswith(arguments.only):
            volume.measure(engine)
        if arguments.only == "volume":
            continue
        with prepared(engine) as database:
            if "forecast".startswith(arguments.only):
                forecast.measure(database)
            if arguments.only == "forecast":
                continue
            facts = work.facts_of(database)
            with serving(database) as server:
                measure(database, server, facts, arguments)
                if "import".startswith(arguments.only):
                    bringing_in.measure(database, server, facts)


def measure(
    database: Prepared, server: Server, facts: work.Facts, arguments: argparse.Namespace
) -> None:
    """All measurements of one engine (or those asked for), each beside its baseline."""
    seconds = arguments.seconds
    token = {"Authorization": f"Bearer {database.token}", "Accept-Encoding": "gzip"}
    places, numbers = iter(facts.free_places), itertools.count()
    pairs: list[tuple[str, Callable[[], Iterator[Request]], Callable[[], Iterator[Request]]]] = [
        ("first openings in 14 days", lambda: work.searches(facts), work.bare_reads),
        ("book", lambda: work.bookings(places, numbers), work.bare_inserts),
        ("board (JSON)", work.boards, work.bare_reads),
    ]
    print(
        "| work | clients | p50 ms | p95 ms | p99 ms | rate/s | bare p50 ms | bare rate/s | ratio | statuses |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, ours, bare in pairs:
        for clients in CLIENTS if name.startswith(arguments.only) else ():
            _print_pair(name, clients, *_pair(server, token, (ours, bare), clients, seconds))
    if arguments.only:
        return
    cookie = {"Cookie": sign_in(server.port, "head", PASSWORD), "Accept-Encoding": "gzip"}
    _print_pages(server, cookie, facts, seconds)
    print_memory(server, token, facts)


def _pair(
    server: Server,
    headers: dict[str, str],
    streams: tuple[Callable[[], Iterator[Request]], Callable[[], Iterator[Request]]],
    clients: int,
    seconds: float,
) -> tuple[Result, Result, float]:
    """Ours and the baseline in turn, several rounds; the medians by rate and the median ratio."""
    rounds = []
    for stream in streams:  # warm-up, not counted
        load.run(server.port, headers, stream, clients=clients, seconds=0.3)
    for _ in range(ROUNDS):
        ours = load.run(server.port, headers, streams[0], clients=clients, seconds=seconds)
        bare = load.run(server.port, headers, streams[1], clients=clients, seconds=seconds)
        rounds.append((ours.rate / bare.rate if bare.rate else 0.0, ours, bare))
    rounds.sort(key=lambda each: each[0])
    ratio, ours, bare = rounds[len(rounds) // 2]
    return ours, bare, ratio


def _print_pair(name: str, clients: int, ours: Result, bare: Result, ratio: float) -> None:
    times = " | ".join(f"{ours.percentile(share):.1f}" for share in (0.5, 0.95, 0.99))
    print(
        f"| {name} | {clients} | {times} | {ours.rate:.0f} | {bare.percentile(0.5):.1f} |"
        f" {bare.rate:.0f} | {ratio:.2f} | {ours.statuses} |",
        flush=True,
    )


def _print_pages(server: Server, cookie: dict[str, str], facts: work.Facts, seconds: float) -> None:
    print(
        "\n| page | p50 ms | p95 ms | status | kB of the page | kB cold | kB with assets cached |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, path in work.pages(facts).items():
        stream = lambda path=path: itertools.repeat(Request("GET", path))  # noqa: E731
        result = load.run(server.port, cookie, stream, clients=1, seconds=seconds)
        page, assets = page_sizes(server.port, cookie, path)
        print(
            f"| {name} | {result.percentile(0.5):.1f} | {result.percentile(0.95):.1f} |"
            f" {result.statuses} | {page / 1e3:.0f} | {(page + assets) / 1e3:.0f} | {page / 1e3:.0f} |",
            flush=True,
        )


def print_memory(server: Server, token: dict[str, str], facts: work.Facts) -> None:
    """Resident memory of the workers after 10,000 and after 20,000 requests."""
    print("\n| requests | MB of each worker process |")
    print("|---|---|")
    for number in (10_000, 20_000):
        load.run(
            server.port,
            token,
            lambda: _mixed(facts),
            clients=8,
            seconds=120,
            most=10_000,
        )
        sizes = ", ".join(f"{size:.0f}" for size in server.worker_megabytes())
        print(f"| {number} | {sizes} |", flush=True)


def _mixed(facts: work.Facts) -> Iterator[Request]:
    return itertools.chain.from_iterable(zip(work.searches(facts), work.boards(), strict=False))


if __name__ == "__main__":
    main()
