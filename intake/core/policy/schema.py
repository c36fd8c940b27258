"""The form of a policy file. One TOML file a support policy: everything that is a vendor's stands there."""

from typing import Annotated, Any, Literal

from babel import Locale, UnknownLocaleError
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    ValidationInfo,
    model_validator,
)

from intake.core.hours import parse_rule, parse_target, parse_weekly, zone_named
from intake.core.mail.form import FieldKind
from intake.tomlfile import suggestion

ClockKind = Literal["response", "update", "resolution", "escalation"]
Level = Annotated[int, Field(ge=1, le=9)]
Names = dict[str, list[str]]


def _zone(value: str) -> str:
    if value != "customer":
        zone_named(value)
    return value


def _hours(value: list[str]) -> list[str]:
    parse_weekly(value)
    return value


def _known(kind: str, name: str, info: ValidationInfo) -> None:
    """Refuses a name that the file defines nowhere. The context holds the names that it defines, by their kind."""
    names: Names = info.context or {}
    if kind in names and name not in names[kind]:
        raise ValueError(f'no {kind} is named "{name}"' + suggestion(name, names[kind]))


def _named(kind: str) -> AfterValidator:
    def known(value: Any, info: ValidationInfo) -> Any:
        _known(kind, str(value), info)
        return value

    return AfterValidator(known)


def _target(value: str, info: ValidationInfo) -> str:
    calendar = parse_target(value).calendar
    if calendar is not None:
        _known("calendar", calendar, info)
    return value


def _span(value: str, info: ValidationInfo) -> str:
    if parse_target(value).due is None:
        raise ValueError('must be a time such as "2 business days" or "4 hours"')
    return _target(value, info)


def _severity_of_rule(value: object, info: ValidationInfo) -> object:
    if value != "given" and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError('must be a severity\'s number, or "given"')
    if value != "given":
        _known("severity", str(value), info)
    return value


def _language(value: str) -> str:
    try:
        Locale.parse(value)
    except (UnknownLocaleError, ValueError):
        raise ValueError('must be a language such as "en" or "de"') from None
    return value


def _rule(value: str) -> str:
    parse_rule(value)
    return value


Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Clause = Annotated[str, _named("clause")]
CalendarName = Annotated[str, _named("calendar")]
Plan = Annotated[str, _named("plan")]
KnownLevel = Annotated[Level, _named("severity")]
Span = Annotated[str, AfterValidator(_span)]
TargetSentence = Annotated[str, AfterValidator(_target)]
Words = dict[str, str]


class Part(BaseModel):
    """A table of the file: unknown keys are mistakes, and so are names that the file defines nowhere.

    Validation takes `Names` as its context: the names that the file defines.
    """

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


def _holiday_form(value: Any) -> str:
    if isinstance(value, NamedHoliday):
        return "[named]"
    return "[named]" if isinstance(value, dict) and {"name", "rule"} & value.keys() else "[country]"


Holiday = Annotated[
    Annotated[CountryHolidays, Tag("[country]")] | Annotated[NamedHoliday, Tag("[named]")],
    Discriminator(_holiday_form),
]


class CalendarPart(Part):
    """Open hours of a week in a zone, minus holidays."""

    hours: Annotated[list[str], AfterValidator(_hours)]
    zone: Zone
    holidays: list[Holiday] = []
    clause: Clause


class SeverityPart(Part):
    """A severity level and what it means."""

    level: Level
    title: str
    title_in: Words = {}
    definition: str
    definition_in: Words = {}
    clause: Clause


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
    clause: Clause

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
    plans: list[Plan] = []
    words: list[str] = []


class SeverityRule(Part):
    """A severity rule. Rules are tried in order; the first that applies decides."""

    when: When = When()
    severity: Annotated[int | Literal["given"], PlainValidator(_severity_of_rule)]
    marks: list[str] = []
    because: str
    because_in: Words = {}
    clause: Clause


class TargetPart(Part):
    """Targets of one clock by severity, for one plan or for all."""

    clock: ClockKind
    plan: Plan | None = None
    severity: dict[KnownLevel, TargetSentence]
    because: str = ""
    because_in: Words = {}
    clause: Clause


class EntitlementPart(Part):
    """Why a sender whom nobody knows is not entitled."""

    because: str
    because_in: Words = {}
    clause: Clause


class InformationPart(Part):
    """How long a customer has to send what is missing, and when reminders go out."""

    due: Span
    reminders: list[Span] = []
    clause: Clause


class ChasingPart(Part):
    """Roles that are told of a target that nears (at its aim, or at a share of its time) and of one missed."""

    remind_at_percent: int = Field(75, ge=1, le=99)
    remind: str
    missed: str
    clause: Clause


class LadderStep(Part):
    """A step of escalation: how long after a miss which role is told."""

    after: Span
    role: str
    clause: Clause


class ReopeningPart(Part):
    """For how many days after its closing a reply reopens a case."""

    within_days: int = Field(ge=0, le=36_500)
    clause: Clause


class PolicyFile(Part):
    """A support policy."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    title: str
    source: str
    prefix: str = Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$")
    zone: Zone
    calendar: CalendarName
    languages: list[Language] = ["en"]
    plans: list[str] = []
    fallback_plan: Plan | None = None
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
