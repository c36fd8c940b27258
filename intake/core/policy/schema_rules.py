"""The rules of a policy file: what holds of a mail or a case, and what follows from it."""

import re
from typing import Literal

from pydantic import Field, model_validator

from intake.core.hours import parse_target
from intake.core.policy.schema_types import (
    Clause,
    CountryCode,
    FieldKey,
    KnownLevel,
    Name,
    Part,
    Phrase,
    Plan,
    Reasoned,
    RegionName,
    RuleSeverity,
    Span,
    Words,
)

Sender = Literal["known", "unknown", "registered", "unregistered"]
LoweringAct = Literal["workaround", "cannot-go-on", "restored"]
OrderKey = Literal["severity", "plan", "impact", "how-to", "due", "opened"]
BUSINESS = re.compile(r"\b(?:business|working)\b", re.IGNORECASE)


class When(Part):
    """What must hold for a rule; whatever is not named does not matter.

    `given`: a valid severity was written; `given_in`: it is one of these. `severity`: the one that was decided.
    `fields`: by key, any of these values. `words`: any of them in subject or text; `without_words`: none of them.
    `sender`: `known` to a customer's record or not; `registered`: writes from a customer's registered domain, which
    is no generic one. `example`: words of a severity's examples were found; `example_off_by`: at least so many
    levels away from what was given.
    """

    given: bool | None = None
    given_in: list[KnownLevel] = []
    severity: list[KnownLevel] = []
    channel: Literal["email", "phone", "portal"] | None = None
    plans: list[Plan] = []
    fields: dict[FieldKey, list[str]] = {}
    words: list[Phrase] = []
    without_words: list[Phrase] = []
    tags: list[str] = []
    sender: Sender | None = None
    example: bool | None = None
    example_off_by: int | None = Field(None, ge=1)


class SeverityRule(Reasoned):
    """A severity rule. Rules are tried in order; the first that applies decides. `held`: nobody raises it."""

    when: When = When()
    severity: RuleSeverity
    marks: list[str] = []
    tags: list[str] = []
    held: bool = False


class MarkRule(Reasoned):
    """Marks and tags for every new case to which it applies. The reason is told to the customer unless `quiet`."""

    when: When = When()
    marks: list[str] = []
    tags: list[str] = []
    quiet: bool = False


class AlertRule(Reasoned):
    """A role that is told at once, at any hour: of a new case, and of one that comes to such a severity."""

    when: When
    role: str
    quiet: bool = False


class LoweringPart(Reasoned):
    """An act by which a severity drops, without a new resolution target. `pauses`: resolution waits meanwhile."""

    act: LoweringAct
    severity: dict[KnownLevel, KnownLevel]
    pauses: bool = False

    @model_validator(mode="after")
    def _lower(self) -> "LoweringPart":
        wrong = [f"{old} to {new}" for old, new in self.severity.items() if new <= old]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} lowers nothing: a larger number is the lower severity")
        return self


class WarningPart(Reasoned):
    """What a person is told who raises a case to one of these severities."""

    severity: list[KnownLevel]


class AllowancePart(Reasoned):
    """How many requests a plan includes, within so many local days from the customer's first day."""

    plans: list[Plan]
    requests: int = Field(ge=0)
    within_days: int = Field(ge=1)


class FloodPart(Reasoned):
    """Too many cases with a tag from one customer within a rolling window: a role is told, once a window."""

    tag: str
    more_than: int = Field(ge=1)
    within_days: int = Field(ge=1)
    role: str


class CreditsPart(Reasoned):
    """Service credits: for each completed so many minutes over a missed target, so many days."""

    clocks: list[Literal["response", "update", "resolution", "escalation"]]
    every_minutes: int = Field(ge=1)
    days: int = Field(ge=1)


class EscalationPart(Reasoned):
    """Escalation asked for by mail: by words in the subject or the first line, or at an escalation route's address.

    `target` and `urgent_target`: how long a person of the role `answered_by` has. `climbs`: each request moves the
    case up the ladder. `not_before`: refused before that clock's due time, unless its words are `at_once_words`.
    """

    words: list[Phrase]
    urgent_words: list[Phrase] = []
    target: Span | None = None
    urgent_target: Span | None = None
    answered_by: str
    climbs: bool = False
    not_before: Literal["response"] | None = None
    at_once_words: list[Phrase] = []


class LadderStep(Part):
    """A step of escalation: how long after a miss which role is told. With `tells_customer` the customer is, too.

    The delay counts in the hours of the missed target: "1 hour" of a target around the clock is any hour of the day.
    "1 business hour" is one of the policy's own calendar, and a sentence may name another one. Regions and countries,
    where they are named, limit the step to customers from there.
    """

    after: Span
    role: str
    regions: list[RegionName] = []
    countries: list[CountryCode] = []
    tells_customer: bool = False
    clause: Clause

    @property
    def own_hours(self) -> bool:
        """Whether the sentence itself says in which hours it counts."""
        return parse_target(self.after).calendar is not None or BUSINESS.search(self.after) is not None


class EngineerPart(Reasoned):
    """Plans whose cases go to the engineer named in the customer's record."""

    plans: list[Plan]


class TaskPart(Reasoned):
    """A follow-up that a customer may ask for: `offer` stands in the letter of a resolved case.

    It is for cases of these plans that ever had one of these severities; `words` ask for it; `owner` is a role.
    """

    name: Name
    title: str
    plans: list[Plan]
    severity: list[KnownLevel]
    offer: str
    offer_in: Words = {}
    words: list[Phrase]
    owner: str


class ConsentPart(Reasoned):
    """Cases marked `awaiting-consent` wait for a mail of the end customer that says one of `words`.

    `field` is the form's field that names the end customer's domain or address.
    """

    field: FieldKey
    words: list[Phrase]


class RegistrationPart(Reasoned):
    """Only the customer's registered domains count: other senders' cases are marked `unverified`.

    `generic_domains` are never a customer's own, whatever its record says.
    """

    generic_domains: list[str] = []


class WorkListPart(Part):
    """The order of the work list, first key first. `plans`: the plan that comes first stands first."""

    order: list[OrderKey] = Field(min_length=1)
    plans: list[Plan] = []
    clause: Clause


class ContractHoursPart(Reasoned):
    """Plans whose customers' contracts should name their hours for each severity."""

    plans: list[Plan]
