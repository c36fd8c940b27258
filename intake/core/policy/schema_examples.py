"""Examples in a policy file: a mail or a case, an instant, and what must come out. `intake check` runs them."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from intake.core.policy.schema_types import Clause, CountryCode, KnownLevel, Part, Place, Plan, RegionName


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("must carry an offset, such as 2026-11-23T09:00:00+01:00")
    return value


Moment = Annotated[datetime, AfterValidator(_aware)]
Act = Literal[
    "customer", "partner", "reply", "ask", "severity", "workaround", "cannot-go-on", "restored", "not-ours",
    "resolve", "consent", "critical", "exempt", "tick",
]  # fmt: skip


class ExampleCustomer(Part):
    """Who writes. Without it the sender is unknown."""

    plan: Plan | None = None
    zone: Place | None = None
    country: CountryCode | None = None
    region: RegionName | None = None
    language: str | None = None
    engineer: str | None = None
    since: date | None = None
    domains: list[str] = ["customer.example"]
    contacts: list[str] = []
    targets: dict[str, dict[str, str]] = {}
    hours: dict[str, str] = {}
    earlier_cases: int = 0
    earlier_tagged: int = 0


class ExampleStep(Part):
    """What happens to the case afterwards: a person's act, a mail of the customer, or time that goes by (`tick`)."""

    at: Moment
    do: Act
    text: str = ""
    severity: KnownLevel | None = None
    sender: str = ""
    by: str = "agent"


class Expected(Part):
    """What must come out; whatever is not named does not matter. Instants are due times of the clocks."""

    severity: KnownLevel | None = None
    clause: Clause | None = None
    marks: list[str] | None = None
    without_marks: list[str] = []
    tags: list[str] | None = None
    missing: list[str] | None = None
    response: Moment | Literal["none"] | None = None
    aim: Moment | None = None
    update: Moment | Literal["none", "paused"] | None = None
    resolution: Moment | Literal["none", "paused"] | None = None
    escalation: Moment | Literal["none"] | None = None
    assignee: str | None = None
    alerts: list[str] | None = None
    told: list[str] | None = None
    letter: str | None = None
    language: str | None = None
    credits: int | None = None
    level: int | None = None
    state: str | None = None
    refused: str | None = None
    tasks: list[str] | None = None


class ExamplePart(Part):
    """One example. `mail` is a whole mail, or `text` its body alone; `channel` and `severity` open it by hand."""

    clause: Clause
    says: str
    opened: Moment
    customer: ExampleCustomer = ExampleCustomer()
    sender: str = "someone@customer.example"
    subject: str = "A request"
    text: str = ""
    mail: str = ""
    channel: Literal["email", "phone", "portal"] = "email"
    severity: KnownLevel | None = Field(None, description="what the customer gave, as in the form's field")
    tags: list[str] = []
    stranger: bool = False
    at_escalation: bool = False
    then: list[ExampleStep] = []
    expect: Expected

    @model_validator(mode="after")
    def _one_source(self) -> "ExamplePart":
        if self.mail and self.text:
            raise ValueError("takes either `mail` or `text`")
        return self
