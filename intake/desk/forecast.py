"""What is going to be chased, missed and escalated, out of the store. Reads only."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from intake.core.answer.permission import judge
from intake.core.case.case import Case
from intake.core.case.forecast import Event, Letters, foreseen, sent
from intake.desk import facts
from intake.desk.house import House
from intake.store import cases


def forecast(
    house: House,
    connection: Connection,
    now: datetime,
    until: datetime,
    shown: Callable[[Case], bool] = lambda _case: True,
) -> list[Event]:
    """Everything from now to `until`, in order of time, if nobody did anything; of the cases that are to be `shown`."""
    found = cases.each(connection, cases.asking(connection, until, None))
    letters = permitted(house, connection)
    events = [event for case in found if shown(case) for event in foreseen(case, now, until, letters)]
    return sorted(events, key=lambda event: (event.at, event.case))


def permitted(house: House, connection: Connection) -> Letters:
    """Letters as the desk will send them: mail of lists, machines and addresses that mail came back from gets none."""

    def asked(case: Case, kind: str, at: datetime) -> Case:
        if facts.unheard(house, connection, case):
            # no letter follows, and no silence counts
            return case.marked("undeliverable")
        asking = facts.asking(house, connection, case, kind, at)
        if judge(asking).verdict != "never":
            return sent(case, kind, at)
        return case.marked("undeliverable") if asking.undeliverable else case

    return asked


def forecast_json(events: list[Event], now: datetime, until: datetime) -> dict[str, Any]:
    """A forecast in the outside's form, with totals."""
    return {
        "from": now.isoformat(),
        "to": until.isoformat(),
        "events": [
            {
                "at": event.at.isoformat(),
                "case": event.case,
                "what": event.what,
                "clock": event.clock,
                "role": event.role,
                "level": event.level,
            }
            for event in events
        ],
        "totals": {"cases": len({event.case for event in events}), **Counter(event.what for event in events)},
    }
