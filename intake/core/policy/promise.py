"""When something is due under a policy, as a value that explains itself: the clause, the calendar, the count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal, get_args

from intake.core.hours import Calendar, add, elapsed, explain, open_between, parse_target
from intake.core.hours.spans import Target
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.counting import BEGAN, OPENED, counted
from intake.core.policy.policy import Policy
from intake.core.policy.schema import TargetPart
from intake.core.policy.schema_types import ClockKind
from intake.core.sentences import Sentence, joined, sentence, translated
from intake.tomlfile import suggestion

CLOCKS = list(get_args(ClockKind))

ContractTargets = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a promise is made under: the plan, the customer's zone, its contract, the case's marks and tags.

    `targets` are the contract's own: clock to severity to a sentence. `hours` are the calendars that the contract
    names for severities; they hold for each target whose sentence names none.
    """

    plan: str | None = None
    zone: str | None = None
    targets: ContractTargets = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Promise:
    """A due time. `aim` and `due` are UTC, None where there is no target; `because` says why in each case.

    `target` is the sentence it rests on, empty where the policy has none. `remind` is when the desk is reminded.
    """

    target: str
    calendar: str | None
    aim: datetime | None
    due: datetime | None
    remind: datetime | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """A target as policy or contract state it: the sentence, its clause, from when it counts, and where it stands."""

    sentence: str
    clause: str
    starts: Literal["opening", "response"]
    said: Sentence
    absent: Because | None = None


def stated(policy: Policy, kind: ClockKind, severity: int, terms: Terms) -> Stated | None:
    """The target that counts: the contract's own, else the policy's nearest. None where neither has one."""
    plan = terms.plan or policy.file.fallback_plan
    part = _nearest(policy, kind, plan, severity, terms.tags)
    starts: Literal["opening", "response"] = part.starts if part else _starts(policy, kind)
    own = terms.targets.get(kind, {}).get(str(severity))
    if own is not None:
        clause = part.clause if part else _clause_of_clock(policy, kind)
        return Stated(own, clause, starts, _of_contract(kind, own))
    if part is None:
        return None
    target = part.severity[severity]
    absent = part.contract_absence if terms.targets or terms.hours else part.absence
    return Stated(target, part.clause, starts, _of_policy(kind, target, severity, plan, tuple(part.tags)), absent)


# a policy has few targets, and each of them is stated for many cases
@lru_cache(maxsize=1_024)
def _of_contract(kind: ClockKind, target: str) -> Sentence:
    return sentence('{clock} target "{target}", from the customer\'s contract', clock=translated(kind), target=target)


@lru_cache(maxsize=1_024)
def _of_policy(kind: ClockKind, target: str, severity: int, plan: str | None, tags: tuple[str, ...]) -> Sentence:
    named = [sentence("plan {plan}", plan=plan)] if plan else []
    by = joined(", ", (sentence("Severity {level}", level=severity), *named, *tags))
    return sentence('{clock} target "{target}" for {by}', clock=translated(kind), target=target, by=by)


def promise(
    policy: Policy, kind: ClockKind, severity: int, opened: datetime, terms: Terms = Terms(), began: str = OPENED
) -> Promise:
    """What is promised for a clock that starts at `opened` (aware); `began` is the word for that instant."""
    part, target, calendar = counts_in(policy, kind, severity, terms)
    if part is None:
        why = Because.ours(f"the policy has no {kind} target here", de="Unsere Regeln nennen hierfür keine Frist.")
        return Promise("", None, None, None, None, (why,))
    if target is None or target.due is None or calendar is None:
        return Promise(part.sentence, None, None, None, None, (_absent(part),))
    due = explain(calendar, opened, target.due)
    aim = add(calendar, opened, target.aim) if target.aim else None
    remind = remind_at(policy, calendar, opened, aim, due.due)
    count = Because.of(_clause_of_calendar(policy, calendar.name, part.clause), counted(calendar, opened, due, began))
    return Promise(part.sentence, calendar.name, aim, due.due, remind, (Because.of(part.clause, part.said), count))


def _absent(part: Stated) -> Because:
    """Why nothing falls due: the target's sentence, and what the policy says of it."""
    if part.absent is None:
        return Because(part.clause, part.sentence)
    return part.absent.changed(lambda said: f"{part.sentence}: {said}")


def counts_in(
    policy: Policy, kind: ClockKind, severity: int, terms: Terms
) -> tuple[Stated | None, Target | None, Calendar | None]:
    """What `promise` counts by: the target as stated, as read, and its calendar; None for what there is not."""
    part = stated(policy, kind, severity, terms)
    target = parse_target(part.sentence) if part else None
    if target is None or target.due is None:
        return part, target, None
    hours = terms.hours.get(str(severity))
    return part, target, policy.calendar(target.calendar or hours, terms.zone or policy.file.zone)


def remind_at(policy: Policy, calendar: Calendar, start: datetime, aim: datetime | None, due: datetime) -> datetime:
    """When the desk is reminded: at the aim, else once the policy's share of the open time up to `due` has gone by."""
    whole = open_between(calendar, start, due)
    share = elapsed(whole * policy.file.chasing.remind_at_percent // 100)
    return aim or min(due, add(calendar, start, share))


def has_target(policy: Policy, kind: ClockKind, severity: int, terms: Terms) -> bool:
    """Whether a clock of that kind would fall due."""
    part = stated(policy, kind, severity, terms)
    return part is not None and parse_target(part.sentence).due is not None


def span_from(policy: Policy, sentence: str, start: datetime, zone: str | None) -> datetime:
    """The instant at which a length such as "2 business days" from `start` on is over, in the policy's calendar."""
    target = parse_target(sentence)
    if target.due is None:
        raise ValueError(f'"{sentence}" is no length of time')
    return add(policy.calendar(target.calendar, zone or policy.file.zone), start, target.due)


def counted_span(
    policy: Policy, sentence: str, start: datetime, zone: str | None, clause: str, began: str = BEGAN
) -> tuple[datetime, str, Because]:
    """As `span_from`, with the calendar's name and how the instant came about."""
    target = parse_target(sentence)
    if target.due is None:
        raise ValueError(f'"{sentence}" is no length of time')
    calendar = policy.calendar(target.calendar, zone or policy.file.zone)
    reckoned = explain(calendar, start, target.due)
    why = Because.of(_clause_of_calendar(policy, calendar.name, clause), counted(calendar, start, reckoned, began))
    return reckoned.due, calendar.name, why


def contract_mistakes(
    policy: Policy | None, contract: ContractTargets, hours: Mapping[str, str] | None = None
) -> list[str]:
    """What is wrong with a contract's own targets and hours, a line each; without a policy, as far as that shows."""
    out = []
    levels = [str(part.level) for part in policy.file.severities] if policy else []
    for kind, by_severity in contract.items():
        if kind not in CLOCKS:
            out.append(f"targets.{kind}: no such clock{suggestion(kind, CLOCKS)}")
            continue
        for level, target in by_severity.items():
            where = f"targets.{kind}.{level}"
            if policy and level not in levels:
                out.append(f"{where}: the policy has no such severity; known are {', '.join(levels)}")
            try:
                name = parse_target(target).calendar
            except ValueError as error:
                out.append(f"{where}: {error}")
            else:
                out += _unknown_calendar(policy, where, name)
    for level, name in (hours or {}).items():
        if policy and level not in levels:
            out.append(f"hours.{level}: the policy has no such severity; known are {', '.join(levels)}")
        out += _unknown_calendar(policy, f"hours.{level}", name)
    return out


def _unknown_calendar(policy: Policy | None, where: str, name: str | None) -> list[str]:
    if policy is None or name is None or name in policy.calendars:
        return []
    return [f'{where}: no calendar is named "{name}"{suggestion(name, list(policy.calendars))}']


def _nearest(
    policy: Policy, kind: ClockKind, plan: str | None, severity: int, tags: frozenset[str]
) -> TargetPart | None:
    """The policy's target that says most about the case: its tags before its plan, its plan before none."""
    fits = [
        part
        for part in policy.file.targets
        if part.clock == kind and severity in part.severity
        if (not part.plans or plan in part.plans) and set(part.tags) <= tags
    ]
    return max(fits, key=lambda part: (bool(part.tags), bool(part.plans)), default=None)


def _starts(policy: Policy, kind: ClockKind) -> Literal["opening", "response"]:
    return next((part.starts for part in policy.file.targets if part.clock == kind), "opening")


def _clause_of_clock(policy: Policy, kind: ClockKind) -> str:
    return next((part.clause for part in policy.file.targets if part.clock == kind), HOUSE)


def _clause_of_calendar(policy: Policy, name: str, otherwise: str) -> str:
    part = policy.file.calendars.get(name)
    return part.clause if part else otherwise
