"""Pauses and changes of severity against an oracle that goes minute by minute, over calendars and zones."""

import zoneinfo
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from oracle import MINUTE, Oracle, TooShort

from intake.core.case.act import Act
from intake.core.case.acts import act
from intake.core.case.case import Case, Customer
from intake.core.case.opening import Opening, open_case
from intake.core.case.replies import Reply, take_reply
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy, load_policy

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ZONES = sorted(zoneinfo.available_timezones())
KIM = Address("Kim", "kim@customer.example")
ADA = "ada@desk.example"
WINDOW = 24
Week = tuple[tuple[int, int], ...]
Targets = dict[str, dict[int, tuple[int, str]]]
"""By clock and severity: an amount, and "minutes", "minutes, 24x7" or "business days"."""


def stretch(start: int, end: int) -> str:
    """Minutes of a week as a policy says them."""
    (first, minute), (last, until) = divmod(start, 1440), divmod(end, 1440)
    return f"{DAYS[first]} {minute // 60:02}:{minute % 60:02} - {DAYS[last % 7]} {until // 60:02}:{until % 60:02}"


def policy_of(zone: str, week: Week, closed: dict[date, tuple[int, int]], targets: Targets, starts: str) -> Policy:
    """A policy with one calendar and these targets."""
    hours = ", ".join(f'"{stretch(*part)}"' for part in week)
    cuts = ", ".join(
        f'{{ name = "closed", rule = "{day}", closed = "{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" }}'
        for day, (a, b) in closed.items()
    )
    levels = "".join(
        f'[[severities]]\nlevel = {level}\ntitle = "t"\ndefinition = "d"\nclause = "house"\n' for level in (1, 2, 3)
    )
    promises = ""
    for clock, figures in targets.items():
        by_level = ", ".join(f'{level} = "{amount} {unit}"' for level, (amount, unit) in figures.items())
        since = f'starts = "{starts}"\n' if clock == "resolution" else ""
        promises += f'[[targets]]\nclock = "{clock}"\nseverity = {{ {by_level} }}\n{since}clause = "house"\n'
    text = f"""
name = "sample"
title = "Sample"
source = "made up"
prefix = "SA"
zone = "{zone}"
calendar = "open"
[clauses]
[calendars.open]
hours = [{hours}]
zone = "{zone}"
holidays = [{cuts}]
clause = "house"
{levels}
[[fields]]
key = "severity"
label = "Severity"
kind = "number"
allowed = [{{ value = "1" }}, {{ value = "2" }}, {{ value = "3" }}]
clause = "house"
[[severity_rules]]
when = {{ given = true }}
severity = "given"
because = "given"
clause = "house"
[[severity_rules]]
severity = 3
because = "else"
clause = "house"
{promises}
[entitlement]
because = "unknown"
clause = "house"
[chasing]
remind = "triage"
missed = "triage"
clause = "house"
[reopening]
within_days = 30
clause = "house"
"""
    return load_policy(text, "sample.toml")


@dataclass
class Naive:
    """The two clocks as the readings say, by whole minutes."""

    hours: Oracle
    always: Oracle
    targets: Targets
    severity: int
    start: dict[str, datetime] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    missed: dict[str, datetime | None] = field(default_factory=dict)
    level: dict[str, int] = field(default_factory=dict)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    paused: datetime | None = None
    answered: bool = False

    def _add(self, kind: str, level: int, since: datetime) -> datetime:
        amount, unit = self.targets[kind][level]
        if unit == "business days":
            return self.hours.add_days(since, amount)
        return self._by(kind, level).add_minutes(since, amount)

    def _by(self, kind: str, level: int) -> Oracle:
        return self.always if self.targets[kind][level][1].endswith("24x7") else self.hours

    def begin(self, kind: str, since: datetime) -> None:
        self.start[kind], self.due[kind] = since, self._add(kind, self.severity, since)
        self.missed.setdefault(kind, None)
        self.level[kind] = self.severity

    def note(self, now: datetime) -> None:
        for kind, due in self.due.items():
            stands = kind == "resolution" and self.paused
            ended = kind == "response" and self.answered
            if not stands and not ended and now > due and self.missed[kind] is None:
                self.missed[kind] = due

    def answer(self, now: datetime, *, asks: bool) -> None:
        self.answered = True
        if self.start["resolution"] > now:
            self.begin("resolution", now)
        if asks and self.paused is None:
            self.paused = now

    def customer(self, now: datetime) -> None:
        if self.paused is None:
            return
        stood = (self.paused, now)
        self.pauses.append(stood)
        self.paused = None
        if self.missed["resolution"] is None:
            self._shift(stood)

    def _shift(self, stood: tuple[datetime, datetime]) -> None:
        """Each open minute that was left at the pause comes after it."""
        by, due = self._by("resolution", self.level["resolution"]), self.due["resolution"]
        if stood[0] < due:
            self.due["resolution"] = by.add_minutes(stood[1], by.count(stood[0], due) // MINUTE)

    def change(self, level: int, now: datetime, *, from_response: bool) -> None:
        raised, self.severity = level < self.severity, level
        for kind in ("response", "resolution"):
            if kind == "response" and self.answered:
                continue
            (self._raise if raised else self._lower)(kind, now, from_response=from_response)

    def _ahead(self, kind: str, now: datetime, *, from_response: bool) -> datetime:
        waits = kind == "resolution" and from_response and not self.answered
        return max(now, self.due["response"]) if waits else now

    def _raise(self, kind: str, now: datetime, *, from_response: bool) -> None:
        standing = self.due[kind]
        stands = self.paused if kind == "resolution" else None
        if stands:
            by = self._by(kind, self.level[kind])
            standing = by.add_minutes(now, by.count(stands, standing) // MINUTE)
        since = self._ahead(kind, now, from_response=from_response)
        fresh = self._add(kind, self.severity, since)
        if standing <= fresh:
            return
        if self.start[kind] > now:
            self.start[kind] = since
        self.due[kind], self.level[kind] = fresh, self.severity
        if stands:
            self.pauses.append((stands, now))
            self.paused = now

    def _lower(self, kind: str, now: datetime, *, from_response: bool) -> None:
        since = self.start[kind]
        if kind == "resolution" and since > now:
            since = self._ahead(kind, now, from_response=from_response)
        self.begin(kind, since)
        if kind == "resolution":
            for stood in self.pauses:
                self._shift(stood)


office: Week = tuple((day * 1440 + 540, day * 1440 + 1020) for day in range(5))
WEEKS = st.one_of(
    st.sampled_from(
        [office, ((360, 4 * 1440 + 1080),), ((0, 5 * 1440),), ((120, 180), (6 * 1440 + 60, 6 * 1440 + 240))]
    ),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1000), st.integers(30, 430)), min_size=2, max_size=5).map(
        lambda parts: tuple((day * 1440 + start, day * 1440 + start + length) for day, start, length in parts)
    ),
)
UNITS = st.sampled_from(["minutes", "minutes", "minutes, 24x7", "business days"])


@st.composite
def figures(draw: st.DrawFn) -> dict[int, tuple[int, str]]:
    """A target for each severity."""
    out = {}
    for level in (1, 2, 3):
        unit = draw(UNITS)
        out[level] = (draw(st.integers(1, 3) if unit == "business days" else st.integers(5, 900)), unit)
    return out


EVENTS = st.lists(
    st.tuples(st.integers(1, 1500), st.sampled_from(["reply", "ask", "customer", "customer", 1, 2, 3])), max_size=7
)


# what stood still before a raise counts when the severity is lowered again
RAISED_AND_LOWERED: dict[str, Any] = {
    "zone": "UTC",
    "near": datetime(2024, 1, 24, 0, 23),  # noqa: DTZ001
    "week": ((3182, 3427), (8754, 9122), (1951, 2275)),
    "cuts": {},
    "targets": {
        "response": {1: (1, "business days"), 2: (272, "minutes, 24x7"), 3: (3, "business days")},
        "resolution": {1: (104, "minutes, 24x7"), 2: (2, "business days"), 3: (167, "minutes, 24x7")},
    },
    "starts": "response",
    "severity": 2,
    "events": [(199, "ask"), (84, "customer"), (460, 1), (130, "ask"), (412, 2)],
}


@example(**RAISED_AND_LOWERED)
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(
    zone=st.sampled_from(ZONES),
    near=st.datetimes(datetime(2024, 1, 3), datetime(2030, 12, 20)),  # noqa: DTZ001  (a day, not an instant)
    week=WEEKS,
    cuts=st.dictionaries(st.integers(0, 9), st.sampled_from([(0, 1440), (720, 1440), (0, 150)]), max_size=3),
    targets=st.fixed_dictionaries({"response": figures(), "resolution": figures()}),
    starts=st.sampled_from(["opening", "response"]),
    severity=st.integers(1, 3),
    events=EVENTS,
)
def test_due_times_under_pauses_and_changes_of_severity_are_those_of_the_oracle(
    zone: str,
    near: datetime,
    week: Week,
    cuts: dict[int, tuple[int, int]],
    targets: Targets,
    starts: str,
    severity: int,
    events: list[tuple[int, Any]],
) -> None:
    at = near.replace(second=0, microsecond=0, tzinfo=UTC)
    closed = {at.date() + timedelta(days=ahead): cut for ahead, cut in cuts.items()}
    window = (at.replace(hour=0, minute=0) - timedelta(days=3), WINDOW)
    policy = policy_of(zone, week, closed, targets, starts)
    from_response = starts == "response"
    try:
        naive = Naive(
            Oracle(zone, week, closed, *window), Oracle("UTC", [(0, 7 * 1440)], {}, *window), targets, severity
        )
        naive.begin("response", at)
        naive.begin("resolution", naive.due["response"] if from_response else at)
        case = _opened(policy, at, severity)
        _same(case, naive, at)
        for minutes, what in events:
            at += minutes * MINUTE
            naive.note(at)
            case = _happens(policy, case, naive, what, at, from_response=from_response)
            _same(case, naive, at)
    except TooShort:
        assume(False)


CUSTOMER = Customer(1, "Customer", "sample", domains=("customer.example",))


def _opened(policy: Policy, at: datetime, severity: int) -> Case:
    given_ = {"severity": FieldValue(str(severity), str(severity), True)}
    opening = Opening("SA-1", "r", "q", "email", CUSTOMER, KIM, "Subject", "Subject\n", "en", at, given_)
    return open_case(policy, opening, at).case


def _happens(policy: Policy, case: Case, naive: Naive, what: Any, at: datetime, *, from_response: bool) -> Case:
    if what == "customer":
        naive.customer(at)
        return take_reply(policy, case, Reply(KIM, {}, "Re\nmore", CUSTOMER, "its token", at), at).case
    if what in ("reply", "ask"):
        naive.answer(at, asks=what == "ask")
        return act(policy, case, Act(what, "an answer", ADA), CUSTOMER, at).case
    if what == case.severity:
        return case
    naive.change(what, at, from_response=from_response)
    return act(policy, case, Act("severity", str(what), ADA), CUSTOMER, at).case


def _same(case: Case, naive: Naive, now: datetime) -> None:
    for kind in ("response", "resolution"):
        clock = case.latest(kind)
        assert clock is not None
        assert (kind, clock.due_at) == (kind, naive.due[kind])
        noted = clock if clock.state == "ended" else clock.noted(now)
        if kind == "resolution" or not naive.answered:
            naive.note(now)
        assert (kind, noted.missed_at) == (kind, naive.missed[kind])
    paused = case.latest("resolution")
    assert paused is not None
    assert (paused.state == "paused") == (naive.paused is not None)
