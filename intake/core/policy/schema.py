"""The form of a policy file. One TOML file a support policy: everything that is a vendor's stands there."""

from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from intake.core.hours import parse_rule, parse_target, parse_weekly
from intake.core.mail.form import FieldKind

ClockKind = Literal["response", "update", "resolution", "escalation"]
Severity = Annotated[int, Field(ge=1, le=9)]


def _zone(value: str) -> str:
    if value != "customer" and value not in available_timezones():
        raise ValueError('must be a time zone such as "Europe/Berlin", or "customer"')
    return value


def _hours(value: list[str]) -> list[str]:
    parse_weekly(value)
    return value


def _target(value: str) -> str:
    parse_target(value)
    return value


def _span(value: str) -> str:
    if parse_target(value).due is None:
        raise ValueError('must be a time such as "2 business days" or "4 hours"')
    return value


def _rule(value: str) -> str:
    parse_rule(value)
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Span = Annotated[str, AfterValidator(_span)]
TargetSentence = Annotated[str, AfterValidator(_target)]
Words = dict[str, str]


class Part(BaseModel):
    """A table of the file: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CountryHolidays(Part):
    """The public holidays of a country, or of a part of it, by ISO 3166 codes."""

    country: str
    subdivision: str | None = None


class NamedHoliday(Part):
    """One holiday by a rule such as "first Monday of September", "4 July" or "Easter - 2 days"."""

    name: str
    rule: Annotated[str, AfterValidator(_rule)]
    nearest_weekday: bool = False


class CalendarPart(Part):
    """Open hours of a week in a zone, minus holidays."""

    hours: Annotated[list[str], AfterValidator(_hours)]
    zone: Zone
    holidays: list[CountryHolidays | NamedHoliday] = []
    clause: str


class SeverityPart(Part):
    """A severity level and what it means."""

    level: Severity
    title: str
    title_in: Words = {}
    definition: str
    definition_in: Words = {}
    clause: str


class AllowedValue(Part):
    """A value of a fixed list with other spellings of it."""

    value: str
    also: list[str] = []


class FieldPart(Part):
    """A field that the form asks for."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    kind: FieldKind
    help: str = ""
    aliases: list[str] = []
    allowed: list[AllowedValue] = []
    required: bool = True
    clause: str

    @model_validator(mode="after")
    def _list_where_needed(self) -> "FieldPart":
        needs = self.kind in ("choice", "choices", "number")
        if needs and not self.allowed:
            raise ValueError(f'a field of kind "{self.kind}" needs the list `allowed`')
        if not needs and self.allowed:
            raise ValueError(f'a field of kind "{self.kind}" takes no list `allowed`')
        return self


class When(Part):
    """What must hold for a rule; whatever is not named does not matter."""

    given: bool | None = None
    channel: Literal["email", "phone", "portal"] | None = None
    plans: list[str] = []
    words: list[str] = []


class SeverityRule(Part):
    """A severity rule. Rules are tried in order; the first that applies decides."""

    when: When = When()
    severity: Severity | Literal["given"]
    marks: list[str] = []
    because: str
    because_in: Words = {}
    clause: str


class TargetPart(Part):
    """Targets of one clock by severity, for one plan or for all."""

    clock: ClockKind
    plan: str | None = None
    severity: dict[Severity, TargetSentence]
    because: str = ""
    because_in: Words = {}
    clause: str


class EntitlementPart(Part):
    """Why a sender whom nobody knows is not entitled."""

    because: str
    because_in: Words = {}
    clause: str


class InformationPart(Part):
    """How long a customer has to send what is missing, and when reminders go out."""

    due: Span
    reminders: list[Span] = []
    clause: str


class ChasingPart(Part):
    """Roles that are told of a target that nears (at its aim, or at a share of its time) and of one missed."""

    remind_at_percent: int = Field(75, ge=1, le=99)
    remind: str
    missed: str
    clause: str


class LadderStep(Part):
    """A step of escalation: how long after a miss which role is told."""

    after: Span
    role: str
    clause: str


class ReopeningPart(Part):
    """For how many days after its closing a reply reopens a case."""

    within_days: int = Field(ge=0)
    clause: str


class PolicyFile(Part):
    """A support policy."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    source: str
    prefix: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")
    zone: Zone
    calendar: str
    languages: list[str] = ["en"]
    plans: list[str] = []
    fallback_plan: str | None = None
    clauses: dict[str, str]
    calendars: dict[str, CalendarPart]
    severities: list[SeverityPart] = Field(min_length=1)
    fields: list[FieldPart] = []
    severity_rules: list[SeverityRule] = Field(min_length=1)
    targets: list[TargetPart] = []
    entitlement: EntitlementPart
    information: InformationPart | None = None
    chasing: ChasingPart
    ladder: list[LadderStep] = []
    reopening: ReopeningPart
