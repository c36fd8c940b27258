"""Column types: an instant that is always UTC, a short text, and keys."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy import String as AnyString
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, TypeEngine


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite keeps microseconds since 1970, so that order and comparison are exact.

    Refuses naive values: a time without a zone is a mistake of ours.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An integer on SQLite, `timestamptz` elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """Into the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a zone: {value!r}")
        if dialect.name != "sqlite":
            return value.astimezone(UTC)
        since = value - EPOCH
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Out of the database, in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return EPOCH + timedelta(0, 0, int(str(value)))


class String(AnyString):
    """A text that is short as a rule. PostgreSQL is not told how short: it would refuse a mail for a long address."""

    cache_ok = True


@compiles(String, "postgresql")
def _text(_type: String, _compiler: object, **_more: object) -> str:
    return "TEXT"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Key = BigInteger().with_variant(Integer(), "sqlite")
