"""The form of a policy file. One TOML file a support policy: everything that is a vendor's stands there."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from intake.core.mail.form import FieldKind
from intake.core.policy.because import Because
from intake.core.policy.schema_examples import ExamplePart
from intake.core.policy.schema_rules import (
    AlertRule,
    AllowancePart,
    ConsentPart,
    ContractHoursPart,
    CreditsPart,
    EngineerPart,
    EscalationPart,
    FloodPart,
    LadderStep,
    LoweringPart,
    MarkRule,
    RegistrationPart,
    SeverityRule,
    TaskPart,
    WarningPart,
    WorkListPart,
)
from intake.core.policy.schema_types import (
    CalendarName,
    Clause,
    ClockKind,
    CountryCode,
    HolidayRule,
    Hours,
    KnownLevel,
    Language,
    Level,
    Name,
    Part,
    Phrase,
    Place,
    Plan,
    Reasoned,
    Span,
    TargetSentence,
    Times,
    Words,
    Zone,
)
from intake.tomlfile import Shaped


class CountryHolidays(Part):
    """The public holidays of a country, or of a part of it, by ISO 3166 codes."""

    country: str
    subdivision: str | None = None


class NamedHoliday(Part):
    """One holiday by a rule such as "first Monday of September", "4 July" or "Easter - 2 days".

    `closed` is what is closed of a half-day, such as "12:00-24:00".
    """

    name: str
    rule: HolidayRule
    nearest_weekday: bool = False
    closed: Times | None = None


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

    hours: Hours
    zone: Zone
    holidays: list[Holiday] = []
    clause: Clause


class RegionPart(Part):
    """A region of customers: its zone, its countries, and the zones of those that have one of their own."""

    name: str
    zone: Place | None = None
    countries: list[CountryCode] = []
    zones: dict[CountryCode, Place] = {}
    clause: Clause


class SeverityExample(Part):
    """An example of a severity, and the words by which it is known in a mail."""

    text: str
    words: list[Phrase] = Field(min_length=1)


class SeverityPart(Part):
    """A severity level and what it means."""

    level: Level
    title: str
    title_in: Words = {}
    definition: str
    definition_in: Words = {}
    examples: list[SeverityExample] = []
    clause: Clause


class AllowedValue(Part):
    """A value of a fixed list with other spellings of it."""

    value: str
    also: list[str] = []


class FieldPart(Part):
    """A field that the form asks for."""

    key: Annotated[str, Shaped("[a-z][a-z0-9_]*", 'a key in lower case such as "track_id"')]
    label: str
    label_in: Words = {}
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


class TargetPart(Part):
    """Targets of one clock by severity, for some plans or for all, and only for cases with these marks or tags.

    `starts`: a clock that counts from the first response, or from its due time where that comes first.
    `contract_because`: why there is none for a customer whose contract has figures, but not this one.
    """

    clock: ClockKind
    plans: list[Plan] = []
    tags: list[str] = []
    severity: dict[KnownLevel, TargetSentence]
    starts: Literal["opening", "response"] = "opening"
    because: str = ""
    because_in: Words = {}
    contract_because: str = ""
    contract_because_in: Words = {}
    clause: Clause

    @cached_property
    def absence(self) -> Because | None:
        """Why there is none, where the file says so."""
        return Because(self.clause, self.because, tuple(self.because_in.items())) if self.because else None

    @cached_property
    def contract_absence(self) -> Because | None:
        """The same for a customer whose contract has figures, but not this one."""
        if not self.contract_because:
            return self.absence
        return Because(self.clause, self.contract_because, tuple(self.contract_because_in.items()))


class InformationPart(Part):
    """How long a customer has to send what is missing, and when reminders go out."""

    due: Span
    reminders: list[Span] = []
    because: str = ""
    because_in: Words = {}
    clause: Clause


class ChasingPart(Part):
    """Roles that are told of a target that nears (at its aim, or at a share of its time) and of one missed."""

    remind_at_percent: int = Field(75, ge=1, le=99)
    remind: str
    missed: str
    clause: Clause


class TriagePart(Part):
    """How soon a person looks at a case marked for triage."""

    due: Span
    clause: Clause


class ReopeningPart(Part):
    """For how many days after its closing a reply reopens a case."""

    within_days: int = Field(ge=0, le=36_500)
    clause: Clause


class PolicyFile(Part):
    """A support policy."""

    name: Name
    title: str
    source: str
    prefix: Annotated[str, Shaped("[A-Z][A-Z0-9]{0,7}", 'one to eight capital letters or digits such as "OX"')]
    zone: Place
    calendar: CalendarName
    languages: list[Language] = ["en"]
    language_for: dict[str, Language] = {}
    plans: list[str] = []
    fallback_plan: Plan | None = None
    passed_over: list[Phrase] = []
    writers: Literal["customer", "partner"] = "customer"
    copies: Literal["desk", "registered"] = "desk"
    clauses: dict[str, str]
    calendars: dict[str, CalendarPart]
    regions: list[RegionPart] = []
    severities: list[SeverityPart] = Field(min_length=1)
    fields: list[FieldPart] = []
    severity_rules: list[SeverityRule] = Field(min_length=1)
    mark_rules: list[MarkRule] = []
    alerts: list[AlertRule] = []
    targets: list[TargetPart] = []
    lowering: list[LoweringPart] = []
    warnings: list[WarningPart] = []
    entitlement: Reasoned
    registration: RegistrationPart | None = None
    consent: ConsentPart | None = None
    allowance: list[AllowancePart] = []
    flood: FloodPart | None = None
    credits: CreditsPart | None = None
    engineer: EngineerPart | None = None
    tasks: list[TaskPart] = []
    contract_hours: list[ContractHoursPart] = []
    information: InformationPart | None = None
    triage: TriagePart | None = None
    chasing: ChasingPart
    escalation: EscalationPart | None = None
    ladder: list[LadderStep] = []
    work_list: WorkListPart | None = None
    reopening: ReopeningPart
    examples: list[ExamplePart] = []
