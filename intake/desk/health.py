"""Whether each part of the program does its work, by what it leaves in the store, whichever instance does it."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection

from intake.desk.channels import Channel, used
from intake.desk.house import House
from intake.errors import Mistake
from intake.store import health, heartbeats

State = Literal["fine", "late", "none"]
PATIENCE = timedelta(minutes=2)
LOOKS = 3
DAY = timedelta(days=1)
# a part that is busy, with a hostile mail or a slow host, says so this seldom at most
QUIET = timedelta(minutes=5)
LEAST_FREE = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the program: `fine`, `late` where a person should look, or `none` where nothing tells.

    `at` is since when, `worked` when it last did its work or looked and found none.
    """

    name: str
    state: State
    said: str
    at: datetime | None = None
    worked: datetime | None = None


def parts(house: House, connection: Connection, channels: Sequence[Channel], now: datetime) -> list[Part]:
    """Every part. The connection must see the spool."""
    worked = heartbeats.load(connection)
    step, letter = health.next_step(connection), health.next_try(connection)
    chaser = _behind("chaser", step, now, "the next step of a clock is due", "a step is overdue since")
    sender = _behind("sender", letter, now, "the next mail may go", "a mail waits to go since")
    return [
        *_receivers(connection, channels, now, worked.get("receiver")),
        _alive(_readers(connection, now), worked.get("desk"), now),
        _alive(chaser, worked.get("chaser"), now),
        _alive(sender, worked.get("sender"), now),
        _letters(connection, now),
        _files([*house.policies.mistakes, *house.templates.mistakes]),
        *_room(house, connection),
    ]


def still(connection: Connection, now: datetime) -> list[str]:
    """Names of the parts that worked once, and have not done so for longer than they may."""
    return sorted(part for part, at in heartbeats.load(connection).items() if now - at > QUIET)


def _alive(part: Part, worked: datetime | None, now: datetime) -> Part:
    """A part with when it last worked: whoever has not done so for long needs a look, even with nothing to do."""
    if worked is None or now - worked <= QUIET:
        return replace(part, worked=worked)
    return replace(part, state="late", said=f"it stands still; {part.said}", worked=worked)


def _receivers(
    connection: Connection, channels: Sequence[Channel], now: datetime, listened: datetime | None
) -> Iterator[Part]:
    for use in used(connection, channels):
        channel, name = use.channel, f"{use.channel.key} at {use.channel.place}"
        if channel.kind == "imap":
            patience = max(LOOKS * timedelta(seconds=channel.poll_seconds), PATIENCE)
            if use.at is None:
                yield Part(name, "late", "never looked into")
            else:
                late = now - use.at > patience
                said = "not looked into for long" if late else "looked into"
                yield Part(name, "late" if late else "fine", said, worked=use.at)
        elif channel.kind != "outgoing":
            part = Part(
                name, "fine" if use.at else "none", "last mail taken" if use.at else "no mail taken lately", use.at
            )
            fine = listened is not None and part.state == "none"
            yield _alive(replace(part, state="fine") if fine else part, listened, now)


def _readers(connection: Connection, now: datetime) -> Part:
    count, since = health.waiting(connection)
    if since is None:
        return Part("readers and desk", "fine", "every mail is decided")
    late = now - since > PATIENCE
    said = f"{count} mail{'' if count == 1 else 's'} wait{'s' if count == 1 else ''} to be decided, since"
    return Part("readers and desk", "late" if late else "fine", said, since)


def _behind(name: str, at: datetime | None, now: datetime, ahead: str, behind: str) -> Part:
    if at is None:
        return Part(name, "fine", "nothing is to be done")
    late = now - at > PATIENCE
    return Part(name, "late" if late else "fine", behind if late else ahead, at)


def _letters(connection: Connection, now: datetime) -> Part:
    count = health.failed(connection, now - DAY)
    said = f"{count} of the mails queued within a day failed for good" if count else "none failed within a day"
    return Part("outgoing mails", "late" if count else "fine", said)


def _files(mistakes: Sequence[Mistake]) -> Part:
    said = "; ".join(str(each) for each in mistakes) or "all serve as they stand in their files"
    return Part("policies and templates", "late" if mistakes else "fine", said)


def _room(house: House, connection: Connection) -> Iterator[Part]:
    database = "PostgreSQL" if house.databases.shared else "SQLite"
    yield Part("database", "fine", f"{database}, {_gigabytes(health.size(house.databases, connection))}")
    if not house.databases.shared:
        disk = shutil.disk_usage(Path(str(house.databases.desk.url.database)).parent)
        late = disk.free < LEAST_FREE * disk.total
        yield Part("disk", "late" if late else "fine", f"{_gigabytes(disk.free)} of {_gigabytes(disk.total)} are free")


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"
