"""What the roll-ups of ten_years spare: months by stream and exam type from the raw rows, here and in DuckDB.

DuckDB is not among the tools: `pip install duckdb` before, or its line is left out. Nothing is asserted.
"""

import importlib.util
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import pandas as pd
from sqlalchemy import Connection, text

from tracker.db import db

READINGS = 3
_MONTH = {
    "sqlite": "substr(local_date, 1, 7)",
    "postgresql": "date_trunc('month', local_date)",
    "duckdb": "date_trunc('month', local_date)",
}


def measure() -> None:
    """One question of all exams of ten years."""
    engine = db.engine.dialect.name
    print("\n| month × stream × exam type, ten years, from the exams | p50 ms |\n|---|---|")
    with db.engine.connect() as connection:
        asked = text(_question("exam", engine))
        print(f"| {engine} | {_median(lambda: connection.execute(asked).all()):.0f} |", flush=True)
        if importlib.util.find_spec("duckdb") is not None:
            print(f"| DuckDB | {_in_duckdb(connection):.0f} |", flush=True)


def _question(table: str, engine: str) -> str:
    month = _MONTH[engine]
    return (
        f"SELECT {month}, stream_id, exam_type_id, count(*) FROM {table} "
        f"WHERE voided_at IS NULL GROUP BY {month}, stream_id, exam_type_id"
    )


def _in_duckdb(connection: Connection) -> float:
    duckdb: Any = importlib.import_module("duckdb")
    columns = "local_date, stream_id, exam_type_id, voided_at"
    rows = pd.read_sql(f"SELECT {columns} FROM exam", connection, parse_dates=["local_date"])
    with duckdb.connect() as own:
        own.register("given", rows)
        own.execute("CREATE TABLE raw AS SELECT * FROM given")
        return _median(lambda: own.execute(_question("raw", "duckdb")).fetchall())


def _median(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(READINGS):
        begun = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - begun))
    return median(times)
