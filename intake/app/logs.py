"""Where log lines go, and how they look."""

import sys
from typing import Any

import structlog
from structlog.typing import EventDict


def to_standard_error() -> None:
    """Log lines go to standard error: what a command answers owns the other."""
    # tracebacks in logs are plain: the values of variables may be people's words or secrets
    shown = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        trouble_in_a_line,
        shown,
    ]
    structlog.configure(processors=processors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def trouble_in_a_line(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The event with an `error` in place of a traceback where the database was locked, full or gone."""
    from intake.store.engine import is_trouble, said

    given = event.get("exc_info")
    error = given if isinstance(given, Exception) else sys.exc_info()[1] if given else None
    if isinstance(error, Exception) and is_trouble(error):
        del event["exc_info"]
        event["error"] = said(error)
    return event
