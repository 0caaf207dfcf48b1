"""What a run costs: statements sent to the database, counted while it goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


class Meter:
    """Counts the statements of an engine, of reads and writes alike."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.statements = 0

    def _count(self, *_: object) -> None:
        self.statements += 1

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what is sent within this block."""
        event.listen(self._engine, "before_cursor_execute", self._count)
        try:
            yield
        finally:
            event.remove(self._engine, "before_cursor_execute", self._count)
