"""Cases of some states as far as a list needs them, read by the thousands; and which of them changed.

Cases stand in drawers by their numbers. A digest of all tells whether anything changed, a drawer's digest whether that
was there, so that a list of many thousands costs a walk over an index, and the drawers that changed.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Text, cast, func, select

from intake.core.case.case import Case, Clock
from intake.core.case.work_list import PROMISES
from intake.core.mail.message import Address
from intake.store.case_rows import fields_of
from intake.store.tables import case, clock
from intake.store.types import EPOCH

DRAWER = 256
AT_A_TIME = 64

Digest = tuple[int, ...]

COLUMNS = [
    *(case.c[name] for name in ("id", "reference", "version", "policy", "plan", "route", "queue", "customer_id")),
    *(case.c[name] for name in ("zone", "state", "severity", "assignee", "opened_at")),
    *(cast(case.c[name], Text) for name in ("marks", "tags")),
]
CLOCKS = [clock.c[name] for name in ("case_id", "number", "kind", "state", "due_at")]
NOTHING: frozenset[str] = frozenset()
NOBODY = Address("", "")


def digest(connection: Connection, states: Sequence[str]) -> Digest:
    """A digest of all cases of these states: the same as long as none came, went or changed. A walk over an index."""
    sums = (func.count(), func.sum(case.c.id), func.sum(case.c.id * case.c.version))
    row = connection.execute(select(*sums).where(case.c.state.in_(states))).one()
    return tuple(int(each or 0) for each in row)


def digests(connection: Connection, states: Sequence[str]) -> dict[int, Digest]:
    """The drawers that hold cases of these states, each with a digest of which they are and of their versions."""
    place = case.c.id % DRAWER + 1
    drawer = case.c.id // DRAWER
    sums = (func.count(), func.sum(place), func.sum(place * place), func.sum(place * case.c.version))
    query = select(drawer, *sums).where(case.c.state.in_(states)).group_by(drawer)
    return {int(number): tuple(int(each) for each in found) for number, *found in connection.execute(query)}


def of_drawers(
    connection: Connection, states: Sequence[str], drawers: Sequence[int], with_fields: Sequence[str] = ()
) -> dict[int, dict[int, Case]]:
    """The cases of these states in each drawer, by id, with what decides their place and their being seen.

    Of clocks there are the promises that have not ended, with kind, state and due time; fields of the form for the
    policies named alone; all else is empty.
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
    for case_id, number, kind, state, due_at in connection.execute(select(*CLOCKS).where(*running)):
        promises[case_id].append(Clock(number, kind, None, "", None, EPOCH, None, due_at, (), state))
    mine = case.c.id.between(low, high), case.c.state.in_(states)
    given = select(case.c.id, case.c.fields).where(*mine, case.c.policy.in_(with_fields))
    fields = {row.id: fields_of(row.fields) for row in connection.execute(given)} if with_fields else {}
    rows = connection.execute(select(*COLUMNS).where(*mine))
    return [_case(row, tuple(promises.get(row[0], ())), fields.get(row[0], {})) for row in rows]


def _case(row: Sequence[Any], clocks: tuple[Clock, ...], fields: dict[str, Any]) -> Case:
    case_id, reference, version, policy, plan, route, queue, customer_id, *more = row
    zone, state, severity, assignee, opened_at, marks, tags = more
    return Case(
        id=case_id,
        reference=reference,
        version=version,
        policy=policy,
        policy_version="",
        plan=plan,
        route=route,
        queue=queue,
        customer_id=customer_id,
        contact=NOBODY,
        answer_to=None,
        subject="",
        language="",
        zone=zone,
        state=state,
        severity=severity,
        wished_severity=None,
        because=(),
        marks=_set(marks),
        fields=fields,
        waived=NOTHING,
        linked=(),
        assignee=assignee,
        opened_at=opened_at,
        changed_at=opened_at,
        closed_at=None,
        answered=NOTHING,
        participants=(),
        clocks=clocks,
        tags=_set(tags),
    )


def _set(written: str) -> frozenset[str]:
    return NOTHING if written == "[]" else frozenset(json.loads(written))
