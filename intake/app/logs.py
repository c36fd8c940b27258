"""Where log lines go, and how they look."""

import sys
from typing import Any

import structlog


def to_standard_error() -> None:
    """Log lines go to standard error: what a command answers owns the other."""
    # tracebacks in logs are plain: the values of variables may be people's words or secrets
    shown = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        shown,
    ]
    structlog.configure(processors=processors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
