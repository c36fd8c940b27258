"""Which severity a case gets: the first of the policy's ordered rules that applies, with its clause."""

from collections.abc import Mapping
from dataclasses import dataclass

from intake.core.mail.form import FieldValue
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy
from intake.core.policy.schema import SeverityRule, When

SEVERITY_FIELD = "severity"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a severity is decided from. `text` is the subject and the writer's own words."""

    channel: str
    plan: str | None
    fields: Mapping[str, FieldValue]
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A severity with its reasons. `wished` is what the customer asked for, where that was said."""

    severity: int
    wished: int | None
    marks: frozenset[str]
    because: tuple[Because, ...]


def judge(policy: Policy, asked: Asked, language: str = "en") -> Judged:
    """The severity by the policy's rules. The last rule applies always, so there is one."""
    given = given_severity(policy, asked.fields)
    for rule in policy.file.severity_rules:
        if _applies(rule.when, asked, given):
            severity = given if rule.severity == "given" and given is not None else rule.severity
            if isinstance(severity, int):
                reason = Because(rule.clause, _words(rule, language).replace("{given}", str(given)))
                return Judged(severity, given, frozenset(rule.marks), (reason,))
    raise AssertionError("a policy's last severity rule applies always")


def given_severity(policy: Policy, fields: Mapping[str, FieldValue]) -> int | None:
    """The severity that the customer gave, where it is one that the policy knows."""
    value = fields.get(SEVERITY_FIELD)
    if value is None or not value.valid or not isinstance(value.value, str) or not value.value.isdecimal():
        return None
    level = int(value.value)
    return level if any(part.level == level for part in policy.file.severities) else None


def _words(rule: SeverityRule, language: str) -> str:
    return rule.because_in.get(language, rule.because)


def _applies(when: When, asked: Asked, given: int | None) -> bool:
    text = asked.text.casefold()
    return all(
        (
            when.given is None or when.given == (given is not None),
            when.channel is None or when.channel == asked.channel,
            not when.plans or asked.plan in when.plans,
            not when.words or any(word.casefold() in text for word in when.words),
        )
    )
