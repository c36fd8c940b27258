"""Outgoing mails, as somebody at the desk sees and treats them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from intake.desk.house import House
from intake.desk.sight import Sight
from intake.errors import IntakeError
from intake.store import outbox
from intake.store.engine import reading

LetterAct = Literal["retry", "withhold", "release"]
# in which states each act may be done
ACTS: Mapping[LetterAct, tuple[str, ...]] = {
    "retry": ("failed", "queued"),
    "withhold": ("queued",),
    "release": ("withheld",),
}


class NoSuchLetter(IntakeError):  # noqa: N818
    """An outgoing mail that is not there, or that this person does not see: nobody can tell which."""


def raw(house: House, sight: Sight, number: int) -> bytes:
    """A mail's bytes as they are sent. Raises `NoSuchLetter`."""
    with reading(house.databases.desk) as connection:
        found = outbox.seen_raw(connection, sight, number)
    if found is None:
        raise NoSuchLetter(f"No outgoing mail has the number {number}.")
    return found


def act(house: House, sight: Sight, number: int, what: LetterAct, by: str, now: datetime) -> str:
    """Does it, and gives back the state that the mail is in then. Raises `NoSuchLetter`, `IntakeError`."""
    with house.databases.desk.begin() as connection:
        if outbox.seen_raw(connection, sight, number) is None:
            raise NoSuchLetter(f"No outgoing mail has the number {number}.")
        acts = {"retry": outbox.retry, "withhold": outbox.withhold, "release": outbox.release}
        acts[what](connection, number, by, now)
        shown = outbox.show(connection, number)
    assert shown is not None
    return str(shown["state"])
