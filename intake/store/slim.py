"""Cases of some states as far as a list needs them, read by the thousands; and which of them changed.

Cases stand in drawers by their numbers. A drawer's digest tells whether anything in it changed, so that a list of many
thousands costs one query over an index and the drawers that changed.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, select

from intake.core.case.case import Case, Clock
from intake.core.case.work_list import PROMISES
from intake.core.mail.message import Address
from intake.store.case_rows import fields_of
from intake.store.tables import case, clock

DRAWER = 256
AT_A_TIME = 64

Digest = tuple[int, ...]

PLAIN = (
    "id", "reference", "version", "policy", "policy_version", "plan", "route", "queue", "customer_id", "zone", "state",
    "severity", "assignee", "opened_at", "changed_at",
)  # fmt: skip
COLUMNS = [case.c[name] for name in PLAIN] + [cast(case.c[name], Text).label(name) for name in ("marks", "tags")]
CLOCKS = [clock.c[name] for name in ("case_id", "number", "kind", "state", "started_at", "due_at")]
NOTHING: frozenset[str] = frozenset()
NOBODY = Address("", "")


def digests(connection: Connection, states: Sequence[str]) -> dict[int, Digest]:
    """The drawers that hold cases of these states, each with a digest of which they are and of their versions."""
    place = case.c.id % DRAWER + 1
    drawer = case.c.id // DRAWER
    sums = (func.count(), func.sum(place), func.sum(place * place), func.sum(place * case.c.version))
    query = select(drawer, *sums).where(case.c.state.in_(states)).group_by(drawer)
    return {int(number): tuple(int(each) for each in digest) for number, *digest in connection.execute(query)}


def of_drawers(
    connection: Connection, states: Sequence[str], drawers: Sequence[int], with_fields: Sequence[str] = ()
) -> dict[int, dict[int, Case]]:
    """The cases of these states in each drawer, by id: with their running or paused promises, without words of mails.

    Fields of the form are read for the policies named alone.
    """
    out: dict[int, dict[int, Case]] = {drawer: {} for drawer in drawers}
    for first, last in _stretches(sorted(drawers)):
        low, high = first * DRAWER, (last + 1) * DRAWER - 1
        for each in _between(connection, states, low, high, with_fields):
            drawer = each.id // DRAWER
            if drawer in out:
                out[drawer][each.id] = each
    return out


def _stretches(drawers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of drawers that stand side by side, few enough to be read at once."""
    out: list[tuple[int, int]] = []
    for drawer in drawers:
        if out and drawer == out[-1][1] + 1 and drawer - out[-1][0] < AT_A_TIME:
            out[-1] = (out[-1][0], drawer)
        else:
            out.append((drawer, drawer))
    return out


def _between(
    connection: Connection, states: Sequence[str], low: int, high: int, with_fields: Sequence[str]
) -> list[Case]:
    promises: dict[int, list[Clock]] = defaultdict(list)
    running = clock.c.case_id.between(low, high), clock.c.state != "ended", clock.c.kind.in_(PROMISES)
    for row in connection.execute(select(*CLOCKS).where(*running).order_by(clock.c.case_id, clock.c.number)):
        promises[row.case_id].append(_clock(row))
    mine = case.c.id.between(low, high), case.c.state.in_(states)
    rows = connection.execute(select(*COLUMNS).where(*mine)).all()
    given = select(case.c.id, case.c.fields).where(*mine, case.c.policy.in_(with_fields))
    fields = {row.id: fields_of(row.fields) for row in connection.execute(given)} if with_fields else {}
    return [_case(row, tuple(promises.get(row.id, ())), fields.get(row.id, {})) for row in rows]


def _clock(row: Row[Any]) -> Clock:
    return Clock(
        number=row.number,
        kind=row.kind,
        severity=None,
        target="",
        calendar=None,
        started_at=row.started_at,
        aim_at=None,
        due_at=row.due_at,
        because=(),
        state=row.state,
    )


def _case(row: Row[Any], clocks: tuple[Clock, ...], fields: dict[str, Any]) -> Case:
    return Case(
        **{name: getattr(row, name) for name in PLAIN},
        marks=_set(row.marks),
        tags=_set(row.tags),
        fields=fields,
        clocks=clocks,
        contact=NOBODY,
        answer_to=None,
        subject="",
        language="",
        wished_severity=None,
        because=(),
        waived=NOTHING,
        linked=(),
        closed_at=None,
        answered=NOTHING,
        participants=(),
    )


def _set(written: str) -> frozenset[str]:
    return NOTHING if written == "[]" else frozenset(json.loads(written))
