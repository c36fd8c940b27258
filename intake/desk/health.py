"""Whether each part of the program does its work, by what it leaves in the store, whichever instance does it."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
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
        *_receivers(connection, channels, now, worked.get("receiver", {})),
        *_instances("receiver", worked.get("receiver", {}), now),
        *_alive(_readers(connection, now), worked.get("desk", {}), now),
        *_alive(chaser, worked.get("chaser", {}), now),
        *_alive(sender, worked.get("sender", {}), now),
        _letters(connection, now),
        _files([*house.policies.mistakes, *house.templates.mistakes]),
        *_room(house, connection),
    ]


def still(connection: Connection, now: datetime) -> list[str]:
    """Names of the parts that worked once, and have not done so for longer than they may; of several, which one."""
    return [
        f"{part} on {instance}" if len(beats) > 1 else part
        for part, beats in heartbeats.load(connection).items()
        for instance, at in beats.items()
        if now - at > QUIET
    ]


def _alive(part: Part, beats: Mapping[str, datetime], now: datetime) -> Iterator[Part]:
    """A part with when it last worked, and each of several instances of it."""
    yield _last(part, beats, now)
    yield from _instances(part.name, beats, now)


def _last(part: Part, beats: Mapping[str, datetime], now: datetime) -> Part:
    """Whoever has not worked for long needs a look, even with nothing to do."""
    worked = max(beats.values(), default=None)
    if worked is None or now - worked <= QUIET:
        return replace(part, worked=worked)
    return replace(part, state="late", said=f"it stands still; {part.said}", worked=worked)


def _instances(name: str, beats: Mapping[str, datetime], now: datetime) -> Iterator[Part]:
    for instance, at in beats.items() if len(beats) > 1 else ():
        late = now - at > QUIET
        said = "it stands still, or was killed" if late else "it works"
        yield Part(f"{name} on {instance}", "late" if late else "fine", said, worked=at)


def _receivers(
    connection: Connection, channels: Sequence[Channel], now: datetime, beats: Mapping[str, datetime]
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
            fine = beats and part.state == "none"
            yield _last(replace(part, state="fine") if fine else part, beats, now)


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
