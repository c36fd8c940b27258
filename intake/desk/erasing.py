"""Erasing a person's data on request: looked at first, then done. What was decided, and when, stays on record."""

from datetime import datetime
from typing import Any

from intake.core.case.case import Entry
from intake.desk.house import House
from intake.desk.work_list import OPEN
from intake.errors import IntakeError
from intake.store import accounts, cases, erasing
from intake.store.engine import reading
from intake.store.erasing import Found


def preview(house: House, address: str) -> Found:
    """What erasing an address would take away. Raises `IntakeError` where it cannot be erased now."""
    with reading(house.databases.reading) as connection:
        if accounts.account(connection, address) is not None:
            raise IntakeError(f"{address} is an agent: what agents did stays on record")
        found = erasing.find(connection, address)
        still = [case.reference for case in cases.each(connection, found.cases) if case.state in OPEN]
    if still:
        raise IntakeError(f"{', '.join(still)}: still open for {address}; close them or hand them over first")
    if found.undecided:
        raise IntakeError(f"{found.undecided} mails of {address} wait to be decided; erase it when they are")
    return found


def erase(house: House, address: str, by: str, now: datetime) -> Found:
    """Does it and gives back what was erased. Raises `IntakeError` as `preview` does.

    Should it be killed within, doing it again goes on: the mails are emptied first, as they are found by the rest.
    """
    found = preview(house, address)
    erasing.empty_mails(house.databases.spool, found.mails)
    entry = Entry("erased", "what belonged to one of the people of this case was erased on request", by)
    with house.databases.desk.begin() as connection:
        erasing.erase(connection, found)
        touched = (*found.cases, *found.elsewhere)
        cases.add_histories(connection, [(case_id, [entry]) for case_id in touched], now)
    erasing.scrub(house.databases)
    return found


def told(found: Found) -> dict[str, Any]:
    """What was found, in numbers."""
    return {
        "address": found.address,
        "cases": len(found.cases),
        "messages_on_other_cases": len(found.messages),
        "other_cases": len(found.elsewhere),
        "mails": len(found.mails),
        "letters": len(found.letters),
        "customers": list(found.customers),
    }
