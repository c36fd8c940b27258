"""A changed policy replayed over a case as it was: severity, due times and misses, against the same under the old one.

Both sides are reckoned anew from what is stored, so that what people did in between stands on neither side alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.core.case.case import Customer, Pause
from intake.core.case.opening import registered
from intake.core.hours import Calendar, add, remaining
from intake.core.hours.spans import Target
from intake.core.mail.form import FieldValue
from intake.core.policy.because import HOUSE
from intake.core.policy.policy import Policy
from intake.core.policy.promise import Stated, Terms, counts_in
from intake.core.policy.schema_rules import When
from intake.core.policy.schema_types import ClockKind
from intake.core.policy.severity import SEVERITY_FIELD, Asked, Judged, judge, searched
from intake.core.policy.words import all_found

Figure = tuple[Any, str]
"""A value with the clause that it rests on."""


@dataclass(frozen=True, slots=True)
class PastClock:
    """A stored clock of a case: what it measured, not what it promised."""

    kind: ClockKind
    severity: int | None
    started_at: datetime
    ended_at: datetime | None
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """A stored case as far as a replay needs it. `text` are the subject and the words that it was opened with."""

    reference: str
    channel: str
    plan: str | None
    contact: str
    customer: Customer | None
    region: str | None
    country: str | None
    fields: Mapping[str, FieldValue]
    tags: frozenset[str]
    text: str
    opened_at: datetime
    clocks: tuple[PastClock, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of a case that a changed policy changes; `zone` is the one that its people read instants in."""

    case: str
    what: str
    was: Figure
    becomes: Figure
    zone: str


class Backtest:
    """Two versions of a policy, the one that serves and the changed one, for many cases. `now`: for what still runs."""

    def __init__(self, serving: Policy, changed: Policy, now: datetime) -> None:
        self._serving, self._changed = _Side(serving, now), _Side(changed, now)
        self._phrases = phrases_of(serving) | phrases_of(changed)

    def zone(self, past: Past) -> str:
        """The customer's zone, as the policy that serves has it."""
        return self._serving.zone(past)

    def figures(self, past: Past) -> tuple[dict[str, Figure], dict[str, Figure]]:
        """Every figure of a case under both, by name: `severity`, `response due`, `response missed` and so on."""
        fallback = self._serving.policy.file.fallback_plan
        plans = [side.plan(past, fallback) for side in (self._serving, self._changed)]
        before, after = (searched(side.policy, past.text) for side in (self._serving, self._changed))
        found = all_found(self._phrases, before)
        old = self._serving.judged(past, plans[0], frozenset(), found)
        if by_people := past.tags - old.tags:
            old = self._serving.judged(past, plans[0], by_people, found)
        found = found if after == before else all_found(self._phrases, after)
        new = self._changed.judged(past, plans[1], by_people, found)
        was = self._serving.figures(past, old, old.severity, plans[0])
        return was, self._changed.figures(past, new, old.severity, plans[1])


def differences(case: str, was: Mapping[str, Figure], becomes: Mapping[str, Figure], zone: str) -> Iterator[Difference]:
    """The figures whose values differ."""
    nothing = (None, HOUSE)
    for what in dict.fromkeys((*was, *becomes)):
        before, after = was.get(what, nothing), becomes.get(what, nothing)
        if before[0] != after[0]:
            yield Difference(case, what, before, after, zone)


def rejudged(policy: Policy, past: Past, plan: str | None, tags: frozenset[str] = frozenset()) -> Judged:
    """What the policy's rules say of a case as it was opened; `tags` are those that a person gave it."""
    asked = Asked(
        past.channel,
        plan,
        past.fields,
        past.text,
        known=past.customer is not None,
        registered=registered(policy, past.customer, past.contact),
    )
    return judge(policy, asked, tags)


def phrases_of(policy: Policy) -> frozenset[str]:
    """Every phrase that the policy's rules look for in a text; where there is none, no text matters."""
    examples = (example.words for part in policy.file.severities for example in part.examples)
    said = (words for when in _conditions(policy) for words in (when.words, when.without_words))
    return frozenset(phrase for words in (*examples, *said) for phrase in words)


def _conditions(policy: Policy) -> list[When]:
    file = policy.file
    rules = [rule.when for rule in file.severity_rules] + [rule.when for rule in file.mark_rules]
    return rules + [rule.when for rule in file.alerts]


class _Side:
    """One version of the policy. What a target's sentence means is looked up once for cases of equal terms."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        self.policy, self._now = policy, now
        self._tags = {tag for part in policy.file.targets for tag in part.tags}
        self._fields = sorted({SEVERITY_FIELD, *(key for when in _conditions(policy) for key in when.fields)})
        self._zones: dict[tuple[str | None, str | None, str | None], str] = {}
        self._ours: dict[tuple[bool, str], bool] = {}
        self._judged: dict[tuple[object, ...], Judged] = {}
        self._known: dict[tuple[object, ...], tuple[Stated | None, Target | None, Calendar | None]] = {}

    def zone(self, past: Past) -> str:
        """The customer's zone, looked up once for each place."""
        key = (past.customer.zone if past.customer else None, past.region, past.country)
        if key not in self._zones:
            self._zones[key] = self.policy.zone(*key)
        return self._zones[key]

    def _registered(self, past: Past) -> bool:
        key = (past.customer is not None, past.contact.rpartition("@")[2].lower())
        if key not in self._ours:
            self._ours[key] = registered(self.policy, past.customer, past.contact)
        return self._ours[key]

    def judged(self, past: Past, plan: str | None, tags: frozenset[str], found: frozenset[str]) -> Judged:
        """As `rejudged`, once for all cases that the rules cannot tell apart; `found` are the phrases in the text."""
        known = past.customer is not None
        ours = self._registered(past)
        fields = tuple(past.fields.get(key) for key in self._fields)
        key = (past.channel, plan, known, ours, fields, tags, found)
        if key not in self._judged:
            self._judged[key] = rejudged(self.policy, past, plan, tags)
        return self._judged[key]

    def plan(self, past: Past, fallback: str | None) -> str | None:
        """The plan that the case has under this version: its own, or the fallback of each version."""
        own = past.customer.plan if past.customer else None
        return past.plan if own or past.plan not in (None, fallback) else self.policy.file.fallback_plan

    def figures(self, past: Past, judged: Judged, old_severity: int, plan: str | None) -> dict[str, Figure]:
        """All figures of the case. A clock of a severity that a person set keeps that severity."""
        out: dict[str, Figure] = {"severity": (judged.severity, judged.because[0].clause)}
        zone = self.zone(past)
        tags = (judged.tags | judged.marks) & self._tags

        def due(kind: ClockKind, severity: int, at: datetime) -> Figure:
            found, target, calendar = self._target(kind, severity, plan, zone, tags, past.customer)
            if target is None or target.due is None or calendar is None:
                return None, found.clause if found else HOUSE
            return add(calendar, at, target.due), found.clause if found else HOUSE

        counts: dict[str, int] = {}
        first = next((clock for clock in past.clocks if clock.kind == "response"), None)
        if first is None:
            return out
        response = due("response", judged.severity, past.opened_at)
        for clock in past.clocks:
            counts[clock.kind] = number = counts.get(clock.kind, 0) + 1
            name = clock.kind if number == 1 else f"{clock.kind} {number}"
            by_person = clock.severity is not None and clock.severity != old_severity
            severity = clock.severity if by_person and clock.severity is not None else judged.severity
            if clock is first:
                figure = response
            elif clock.kind == "resolution" and number == 1:
                found = self._target("resolution", severity, plan, zone, tags, past.customer)
                begins = None if by_person else _start(found[0], past, first, response[0])
                figure = due("resolution", severity, begins or clock.started_at)
                figure = self._paused(figure, found[2], clock)
            else:
                figure = due(clock.kind, severity, clock.started_at)
            out[f"{name} due"] = figure
            out[f"{name} missed"] = (_missed(figure[0], clock, self._now), figure[1])
        if "resolution" not in counts:
            found = self._target("resolution", judged.severity, plan, zone, tags, past.customer)
            start = _start(found[0], past, first, response[0])
            out["resolution due"] = due("resolution", judged.severity, start) if start else (None, HOUSE)
        return out

    def _target(
        self,
        kind: ClockKind,
        severity: int,
        plan: str | None,
        zone: str,
        tags: frozenset[str],
        customer: Customer | None,
    ) -> tuple[Stated | None, Target | None, Calendar | None]:
        key = (kind, severity, plan, zone, tags, customer.id if customer else 0)
        if key not in self._known:
            targets, hours = (customer.targets, customer.hours) if customer else ({}, {})
            terms = Terms(plan, zone, targets, hours, tags)
            self._known[key] = counts_in(self.policy, kind, severity, terms)
        return self._known[key]

    def _paused(self, figure: Figure, calendar: Calendar | None, clock: PastClock) -> Figure:
        """A due time later by each pause that began before it."""
        at, clause = figure
        for stood in clock.pauses:
            if at is None or calendar is None or stood.end is None or stood.start >= at:
                break
            at = add(calendar, stood.end, remaining(calendar, at, stood.start))
        return at, clause


def _start(part: Stated | None, past: Past, response: PastClock, due: datetime | None) -> datetime | None:
    """From when a first resolution counts: the opening, or the response or its due time, whichever was first."""
    if part is None or part.starts == "opening":
        return past.opened_at
    return min((at for at in (response.ended_at, due) if at is not None), default=None)


def _missed(due: datetime | None, clock: PastClock, now: datetime) -> bool:
    """Whether a clock ran past a due time; one that stands still misses nothing."""
    still = clock.pauses[-1].start if clock.pauses and clock.pauses[-1].end is None else now
    return due is not None and (clock.ended_at or still) > due
