"""When something is due under a policy, as a value that explains itself: the clause, the calendar, the count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from intake.core.hours import Calendar, Reckoning, add, elapsed, explain, open_between, parse_target
from intake.core.hours.spans import Target
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.policy import Policy
from intake.core.policy.schema import ClockKind, TargetPart
from intake.tomlfile import suggestion

CONTRACT = "the customer's contract"
SHOWN_STRETCHES = 4
CLOCKS = list(get_args(ClockKind))

ContractTargets = Mapping[str, Mapping[str, str]]


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


def promise(
    policy: Policy,
    kind: ClockKind,
    severity: int,
    opened: datetime,
    *,
    plan: str | None = None,
    zone: str | None = None,
    contract: ContractTargets | None = None,
    language: str = "en",
) -> Promise:
    """What is promised for a clock that starts at `opened` (aware).

    A contract's own target for the severity comes before the policy's for the plan; `zone` is the customer's.
    """
    plan = plan or policy.file.fallback_plan
    own = (contract or {}).get(kind, {}).get(str(severity))
    stated = _stated(policy, kind, plan, severity)
    if own is not None:
        clause = stated.clause if stated else _clause_of_clock(policy, kind)
        return _reckon(
            policy, parse_target(own), own, opened, zone, Because(clause, f'{kind} target "{own}", from {CONTRACT}')
        )
    if stated is None:
        return Promise("", None, None, None, None, (Because(HOUSE, f"the policy has no {kind} target here"),))
    sentence = stated.severity[severity]
    target = parse_target(sentence)
    if target.due is None:
        said = stated.because_in.get(language, stated.because)
        return Promise(
            sentence, None, None, None, None, (Because(stated.clause, f"{sentence}: {said}" if said else sentence),)
        )
    by = f"Severity {severity}" + (f", plan {plan}" if plan else "")
    return _reckon(
        policy, target, sentence, opened, zone, Because(stated.clause, f'{kind} target "{sentence}" for {by}')
    )


def span_from(policy: Policy, sentence: str, start: datetime, zone: str | None) -> datetime:
    """The instant at which a length such as "2 business days" from `start` on is over, in the policy's calendar."""
    target = parse_target(sentence)
    if target.due is None:
        raise ValueError(f'"{sentence}" is no length of time')
    return add(policy.calendar(target.calendar, zone or policy.file.zone), start, target.due)


def contract_mistakes(policy: Policy, contract: ContractTargets) -> list[str]:
    """What is wrong with a contract's own targets, a line each."""
    out = []
    levels = [str(part.level) for part in policy.file.severities]
    for kind, by_severity in contract.items():
        if kind not in CLOCKS:
            out.append(f"targets.{kind}: no such clock{suggestion(kind, CLOCKS)}")
            continue
        for level, sentence in by_severity.items():
            where = f"targets.{kind}.{level}"
            if level not in levels:
                out.append(f"{where}: the policy has no such severity; known are {', '.join(levels)}")
            try:
                name = parse_target(sentence).calendar
            except ValueError as error:
                out.append(f"{where}: {error}")
            else:
                if name is not None and name not in policy.calendars:
                    out.append(f'{where}: no calendar is named "{name}"{suggestion(name, list(policy.calendars))}')
    return out


def _stated(policy: Policy, kind: ClockKind, plan: str | None, severity: int) -> TargetPart | None:
    fits = [part for part in policy.file.targets if part.clock == kind and severity in part.severity]
    return next((part for part in fits if part.plan == plan), next((part for part in fits if part.plan is None), None))


def _clause_of_clock(policy: Policy, kind: ClockKind) -> str:
    return next((part.clause for part in policy.file.targets if part.clock == kind), HOUSE)


def _reckon(policy: Policy, target: Target, sentence: str, opened: datetime, zone: str | None, why: Because) -> Promise:
    if target.due is None:
        return Promise(sentence, None, None, None, None, (why,))
    calendar = policy.calendar(target.calendar, zone or policy.file.zone)
    due = explain(calendar, opened, target.due)
    aim = add(calendar, opened, target.aim) if target.aim else None
    remind = aim or _share(calendar, opened, due.due, policy.file.chasing.remind_at_percent)
    count = Because(_clause_of_calendar(policy, calendar.name, why.clause), counted(calendar, opened, due))
    return Promise(sentence, calendar.name, aim, due.due, remind, (why, count))


def _clause_of_calendar(policy: Policy, name: str, otherwise: str) -> str:
    part = policy.file.calendars.get(name)
    return part.clause if part else otherwise


def _share(calendar: Calendar, opened: datetime, due: datetime, percent: int) -> datetime:
    """The instant at which that share of the open time up to `due` has gone by."""
    whole = open_between(calendar, opened, due)
    return min(due, add(calendar, opened, elapsed(whole * percent // 100)))


def counted(calendar: Calendar, opened: datetime, reckoning: Reckoning) -> str:
    """A due time as people would check it: the opening, the stretches counted, each closed day skipped by name."""
    zone = ZoneInfo(calendar.zone)
    parts = [f"opened {_local(opened, zone)}"]
    if reckoning.started > opened:
        parts.append(f"counted from {_local(reckoning.started, zone)}")
    if reckoning.stretches and not calendar.always:
        shown = reckoning.stretches
        lines = [f"{_local(each.start, zone)} to {_clock(each.end, zone)} ({_length(each.counted)})" for each in shown]
        if len(lines) > SHOWN_STRETCHES:
            half = SHOWN_STRETCHES // 2
            between = len(lines) - 2 * half + reckoning.left_out
            lines = [*lines[:half], f"{between} more", *lines[-half:]]
        parts.append("open " + ", ".join(lines))
    if reckoning.days:
        parts.append("days " + ", ".join(f"{day:%a %d %b}" for day in reckoning.days))
    skipped = [f"{each.name} ({each.day:%a %d %b %Y})" for each in reckoning.skipped]
    if skipped:
        parts.append("closed " + ", ".join(skipped))
    parts.append(f"due {_local(reckoning.due, zone)}")
    return f"calendar {calendar.name}, {calendar.zone}: " + "; ".join(parts)


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"


def _length(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )
