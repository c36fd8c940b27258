"""What is going to be chased, missed and escalated, out of the store. Reads only."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from intake.core.case.case import Case
from intake.core.case.forecast import Event, foreseen
from intake.store import cases


def forecast(
    connection: Connection, now: datetime, until: datetime, shown: Callable[[Case], bool] = lambda _case: True
) -> list[Event]:
    """Everything from now to `until`, in order of time, if nobody did anything; of the cases that are to be `shown`."""
    found = cases.each(connection, cases.asking(connection, until, None))
    events = [event for case in found if shown(case) for event in foreseen(case, now, until)]
    return sorted(events, key=lambda event: (event.at, event.case))


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
