"""JSON lines on stderr: requests and incidents, without patient names, search texts or query strings.

Neither the message nor the parameters of an exception are written: a database driver puts values there.
What libraries log becomes lines of the same kind, under the same rule.
"""

import logging
import secrets
import sys
import traceback
from pathlib import Path
from types import TracebackType

import structlog

_ROOT = Path(__file__).resolve().parent.parent


def configure_logs() -> None:
    """Write events of `log()` as one JSON object a line; safe to call again."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_stderr,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if not any(isinstance(handler, _OfLibraries) for handler in root.handlers):
        root.addHandler(_OfLibraries(logging.WARNING))


class _OfLibraries(logging.Handler):
    """A library's warning as a line: its template without what would be filled in, and where an error arose."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        log().log(
            record.levelno,
            "library",
            logger=record.name,
            text=str(record.msg),
            error=type(error).__qualname__ if error else None,
            where=_frames(error.__traceback__) if error else None,
        )


def _stderr(*_names: object) -> structlog.WriteLogger:
    """The stream of this moment: tests and servers exchange it."""
    return structlog.WriteLogger(sys.stderr)


def log() -> structlog.typing.FilteringBoundLogger:
    """The logger: `log().info("what_happened", key=value)`; no names of patients, no search texts."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger


def begin_request(*, method: str, path: str) -> str:
    """Give the request a number that all its lines carry; `path` comes without the query."""
    number = secrets.token_hex(6)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=number, method=method, path=path)
    return number


def end_request() -> None:
    """Let go of what `begin_request` bound."""
    structlog.contextvars.clear_contextvars()


def report_incident(error: BaseException) -> str:
    """Write down an unexpected error and return its incident number, which the person is told."""
    number = secrets.token_hex(4).upper()
    log().error(
        "incident",
        incident=number,
        error=type(error).__qualname__,
        cause=type(error.__cause__).__qualname__ if error.__cause__ else None,
        constraint=_constraint(error),
        where=_frames(error.__traceback__),
    )
    return number


def _constraint(error: BaseException) -> str | None:
    """The name of the violated constraint or the SQL state: facts about the schema, not about a person."""
    original = getattr(error, "orig", None)
    name = getattr(getattr(original, "diag", None), "constraint_name", None)
    state = getattr(original, "sqlstate", None) or getattr(original, "sqlite_errorname", None)
    return name or state


def _frames(trace: TracebackType | None) -> list[str]:
    """File, line and function of each call, the innermost last; source lines and values are left out."""
    return [
        f"{_short(frame.filename)}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(trace)
    ]


def _short(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_ROOT) and ".venv" not in path.parts:
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-3:])
