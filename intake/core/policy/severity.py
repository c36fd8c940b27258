"""Which severity, marks, tags and alerts a case gets by the policy's rules, each with its clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from intake.core.mail.form import FieldValue
from intake.core.policy import words
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy
from intake.core.policy.schema_rules import AlertRule, When
from intake.core.policy.schema_types import Reasoned

SEVERITY_FIELD = "severity"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a case when it is judged. `text` is the subject and the writer's own words.

    `known`: the sender belongs to a customer's record; `registered`: and writes from one of its own domains.
    """

    channel: str
    plan: str | None
    fields: Mapping[str, FieldValue]
    text: str
    known: bool = True
    registered: bool = True


@dataclass(frozen=True, slots=True)
class Alert:
    """A role that is told at once, with what."""

    role: str
    because: Because


@dataclass(frozen=True, slots=True)
class Judged:
    """A severity with its reasons, first the severity's own. `wished` is what the customer asked for, if it was said.

    `held` is the reason for which nobody raises the severity, None where somebody may.
    """

    severity: int
    wished: int | None
    marks: frozenset[str]
    tags: frozenset[str]
    because: tuple[Because, ...]
    held: Because | None = None
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class _Facts:
    """What conditions are tested on: `example` is the gravest severity of which an example was found.

    `text` is the one in which words are looked for; empty where the policy looks for none.
    """

    asked: Asked
    text: str
    given: int | None
    example: int | None
    example_text: str
    severity: int | None = None
    tags: frozenset[str] = frozenset()


def judge(policy: Policy, asked: Asked, tags: frozenset[str] = frozenset()) -> Judged:
    """Everything that the policy's rules say of a new case. The last severity rule applies always, so there is one.

    `tags` are those that a person gave it.
    """
    given = given_severity(policy, asked.fields)
    text = searched(policy, asked.text) if policy.looks_for_words else ""
    level, example = _example(policy, text)
    facts = _Facts(asked, text, given, level, example, tags=tags)
    severity, judged = _severity(policy, facts)
    facts = _Facts(asked, text, given, level, example, severity, tags | judged.tags)
    marks, because = set(judged.marks), list(judged.because)
    for rule in policy.file.mark_rules:
        if _applies(rule.when, facts):
            marks |= set(rule.marks)
            facts = _Facts(asked, text, given, level, example, severity, facts.tags | set(rule.tags))
            because += [] if rule.quiet else [_reason(rule, facts)]
    once = {rule.role: rule for rule in reversed(_alerting(policy, facts))}
    told = [(rule, _reason(rule, facts)) for rule in reversed(once.values())]
    because += [said for rule, said in told if not rule.quiet]
    alerts = tuple(Alert(rule.role, said) for rule, said in told)
    return Judged(severity, given, frozenset(marks), facts.tags, tuple(dict.fromkeys(because)), judged.held, alerts)


def alerts_at(policy: Policy, severity: int, plan: str | None) -> tuple[Alert, ...]:
    """Whom a case tells that comes to a severity: the alerts that are about severity and plan alone."""
    rules = [rule for rule in policy.file.alerts if rule.when.severity]
    if not rules:
        return ()
    facts = _Facts(Asked("", plan, {}, ""), "", None, None, "", severity)
    return tuple(Alert(rule.role, rule.reason) for rule in rules if _applies(rule.when, facts))


def searched(policy: Policy, text: str) -> str:
    """The text in which the policy's words are looked for: less what it passes over."""
    return words.without(tuple(policy.file.passed_over), text)


def given_severity(policy: Policy, fields: Mapping[str, FieldValue]) -> int | None:
    """The severity that the customer gave, where it is one that the policy knows."""
    value = fields.get(SEVERITY_FIELD)
    if value is None or not value.valid or not isinstance(value.value, str) or not value.value.isdecimal():
        return None
    level = int(value.value)
    return level if any(part.level == level for part in policy.file.severities) else None


def _severity(policy: Policy, facts: _Facts) -> tuple[int, Judged]:
    for rule in policy.file.severity_rules:
        severity = {"given": facts.given, "example": facts.example}.get(str(rule.severity), rule.severity)
        if isinstance(severity, int) and _applies(rule.when, facts):
            reason = _reason(rule, facts)
            marks, tags = frozenset(rule.marks), frozenset(rule.tags)
            return severity, Judged(severity, facts.given, marks, tags, (reason,), reason if rule.held else None)
    raise AssertionError("a policy's last severity rule applies always")


def _alerting(policy: Policy, facts: _Facts) -> list[AlertRule]:
    return [rule for rule in policy.file.alerts if _applies(rule.when, facts)]


def _example(policy: Policy, text: str) -> tuple[int | None, str]:
    for part in sorted(policy.file.severities, key=lambda part: part.level):
        for example in part.examples:
            if words.found(example.words, text):
                return part.level, example.text
    return None, ""


def _reason(rule: Reasoned, facts: _Facts) -> Because:
    return _about(rule.reason, facts.given, facts.example_text, facts.example)


# the same few reasons are given for case after case
@lru_cache(maxsize=1_024)
def _about(reason: Because, given: int | None, example: str, example_severity: int | None) -> Because:
    """A reason with what it is about: `{given}`, `{example}` and `{example_severity}`."""
    values = {"given": given, "example": example, "example_severity": example_severity}

    def filled(sentence: str) -> str:
        for name, value in values.items():
            sentence = sentence.replace(f"{{{name}}}", "" if value is None else str(value))
        return sentence

    return reason.changed(filled)


def _applies(when: When, facts: _Facts) -> bool:
    """Whether all of what the condition names holds. The text is searched last: that takes longest."""
    asked, given = facts.asked, facts.given
    return (
        (when.given is None or when.given == (given is not None))
        and (not when.given_in or given in when.given_in)
        and (not when.severity or facts.severity in when.severity)
        and (when.channel is None or when.channel == asked.channel)
        and (not when.plans or asked.plan in when.plans)
        and all(_has(asked.fields.get(key), allowed) for key, allowed in when.fields.items())
        and (not when.tags or set(when.tags) <= facts.tags)
        and (when.sender is None or when.sender in _sender(asked))
        and (when.example is None or when.example == (facts.example is not None))
        and (when.example_off_by is None or _off_by(facts) >= when.example_off_by)
        and (not when.words or words.found(when.words, facts.text) is not None)
        and (not when.without_words or words.found(when.without_words, facts.text) is None)
    )


def _has(value: FieldValue | None, allowed: list[str]) -> bool:
    if value is None:
        return False
    given = value.value if isinstance(value.value, tuple) else (value.value,)
    return bool({each.casefold() for each in given} & {each.casefold() for each in allowed})


def _sender(asked: Asked) -> set[str]:
    return {"known" if asked.known else "unknown", "registered" if asked.registered else "unregistered"}


def _off_by(facts: _Facts) -> int:
    return abs(facts.given - facts.example) if facts.given is not None and facts.example is not None else 0
