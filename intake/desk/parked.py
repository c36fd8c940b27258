"""Mails that need a person, as one of them sees and treats them."""

from datetime import datetime
from typing import Any

from intake.desk.house import House
from intake.desk.receive import again
from intake.desk.sight import Sight
from intake.errors import IntakeError
from intake.store import ledger, spool
from intake.store.engine import reading


class NoSuchMail(IntakeError):  # noqa: N818
    """A mail that is not there, or that this person does not see: nobody can tell which."""


def raw(house: House, sight: Sight, mail_id: int) -> bytes:
    """The bytes of a mail that needs a person. Raises `NoSuchMail`."""
    _mine(house, sight, mail_id)
    return spool.raw(house.databases.spool, mail_id)


def retry(house: House, sight: Sight, mail_id: int, now: datetime) -> list[dict[str, Any]]:
    """Decides it again; what became of it on the routes that this person sees. Raises `NoSuchMail`."""
    _mine(house, sight, mail_id)
    again(house, mail_id, now)
    with reading(house.databases.reading) as connection:
        return [each for each in ledger.outcomes(connection, mail_id) if sight.sees_route(each["route"])]


def spam(house: House, sight: Sight, mail_id: int, by: str, now: datetime) -> list[dict[str, Any]]:
    """Calls it junk, on the routes that this person sees: it is no case and nothing is answered, until it is released.

    Raises `NoSuchMail`.
    """
    _mine(house, sight, mail_id)
    said = f"{by} says that it is spam"
    with house.databases.desk.begin() as connection:
        for each in ledger.outcomes(connection, mail_id):
            if sight.sees_route(each["route"]) and each["outcome"] in ledger.AGAIN:
                ledger.forget(connection, mail_id, each["route"])
                ledger.record(connection, [ledger.Outcome(mail_id, each["route"], "junk", said)], now)
    with reading(house.databases.reading) as connection:
        return [each for each in ledger.outcomes(connection, mail_id) if sight.sees_route(each["route"])]


def _mine(house: House, sight: Sight, mail_id: int) -> None:
    with reading(house.databases.reading) as connection:
        found = ledger.outcomes(connection, mail_id)
    if not any(sight.sees_route(each["route"]) and each["outcome"] in ledger.AGAIN for each in found):
        raise NoSuchMail(f"No mail {mail_id} is parked, junk or automatic.")
