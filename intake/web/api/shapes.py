"""What is sent and answered, as OpenAPI tells it. Answers may have further keys; instants are ISO 8601 in UTC."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from intake.core.case.acts import ACTS
from intake.core.case.people_acts import ADDRESS

LONGEST_TEXT = 100_000
LARGEST_PAGE = 200
BIGGEST = 2**63 - 1


def _plain(value: str) -> str:
    if "\0" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise ValueError("has a character that no text has (NUL, or half of a pair)")
    return value.replace("\r\n", "\n")


def _address(value: str) -> str:
    if not ADDRESS.fullmatch(value):
        raise ValueError("must be one mail address such as kim@hosting.example")
    return value


def _act(value: str) -> str:
    if value not in ACTS:
        raise ValueError(f"must be one of {', '.join(ACTS)}")
    return value


def _zoned(value: datetime) -> datetime:
    if not 1970 <= value.year < 9000:
        raise ValueError("must be between 1970 and 9000")
    return value


def _decoded(value: object) -> bytes:
    try:
        return b64decode(value if isinstance(value, str) else "%", validate=True)
    except ValueError:
        raise ValueError("must be base64 (RFC 4648 4)") from None


Base64 = Annotated[bytes, BeforeValidator(_decoded), WithJsonSchema({"type": "string", "contentEncoding": "base64"})]
Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_plain)]
Line = Annotated[str, Field(max_length=2_000), AfterValidator(_plain)]
Address = Annotated[str, Field(max_length=320), AfterValidator(_address)]
ActName = Annotated[str, AfterValidator(_act), Field(json_schema_extra={"enum": list(ACTS)})]
Instant = Annotated[AwareDatetime, AfterValidator(_zoned)]
Number = Annotated[int, Field(ge=1, le=BIGGEST)]


class Asked(BaseModel):
    """What is sent: a key that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Answered(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="allow")


class Page(Asked):
    """Which part of a list: at most `limit` of what comes after `after`, the `next` of the part before."""

    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    after: Annotated[str, Field(max_length=32, pattern="^[a-z]?[0-9]{1,18}$|^$")] = ""


class CasesAsked(Page):
    """Which cases: without anything the work list, then those that are over, the newest first."""

    state: Literal["new", "open", "waiting", "resolved", "closed"] | None = None
    search: Annotated[str, Field(max_length=500), AfterValidator(_plain)] = ""
    queue: Line | None = None
    policy: Line | None = None
    severity: Annotated[int, Field(ge=1, le=9)] | None = None
    customer: Annotated[Line | None, Field(description="The customer's name.")] = None
    assignee: Annotated[Line | None, Field(description="An address, a role, `me`, or `nobody`.")] = None
    mark: Line | None = None
    due_before: Instant | None = None


class MailsAsked(Page):
    """Which mails that need a person."""

    outcome: Literal["parked", "junk", "automatic"] = "parked"


class Who(Answered):
    """Somebody's name and address."""

    name: str
    address: str


class Summary(Answered):
    """A case in a list."""

    reference: str
    state: str
    severity: int
    subject: str
    from_: Who = Field(alias="from")
    policy: str
    plan: str | None
    route: str
    queue: str
    marks: list[str]
    assignee: str | None
    opened: str
    zone: str
    due: str | None


class Listed(Summary):
    """A case in a list, with the reason why it stands where it does; null for one that is over."""

    place_because: str | None


class Cases(BaseModel):
    """A part of a list. There may be fewer than the limit; the list ends where `next` is null."""

    items: list[Listed]
    next: str | None


class Shown(Summary):
    """A case with everything."""

    policy_version: str
    customer: str | None
    language: str
    fields: dict[str, Any]
    missing: list[str]
    clocks: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    outgoing: list[dict[str, Any]]
    history: list[dict[str, Any]]


class Done(Summary):
    """A case as it is after an act, and what the policy warns of."""

    warnings: list[str]


class Opened(Asked):
    """A case to be opened by hand. `from` is the caller's address, `route` one of ours, without one the first."""

    from_: Address = Field(alias="from")
    name: Line = ""
    subject: Line
    text: Text = ""
    route: Line | None = None
    channel: Literal["phone", "portal"] = "portal"


class Attached(Asked):
    """A file that goes along with an answer, its bytes in base64."""

    filename: Line
    content_type: Line = ""
    data: Base64


class Acted(Asked):
    """An act by its name, as on the command line: `value` is its argument (a text, an address, a state, …).

    `attachments` go along with a `reply` or an `ask`.
    """

    act: ActName
    value: Text = ""
    because: Line = ""
    attachments: Annotated[list[Attached], Field(max_length=100)] = []


class Merged(Asked):
    """The case that goes on."""

    into: Line
    because: Line = ""


class Split(Asked):
    """The numbers of the mails that become a case of their own."""

    mails: Annotated[list[Number], Field(min_length=1, max_length=1_000)]
    because: Line = ""


class DueAsked(BaseModel):
    """A case that nobody stored, as `intake due` takes it; keys that it does not know are passed over."""

    id: Any = None
    policy: Line
    plan: Line | None = None
    severity: int
    opened: Line
    zone: Line | None = None
    tags: list[Line] | None = None
    targets: dict[str, dict[str, Line]] | None = None
    hours: dict[str, Line] | None = None


class DueAnswer(Answered):
    """When it is due; null where there is no target or a clock starts later, with the reason."""

    id: Any
    response: dict[str, Any] | None
    update: dict[str, Any] | None
    resolution: dict[str, Any] | None
    because: list[dict[str, str]]


class Explained(Answered):
    """What would become of a mail on a route, and why."""

    route: str
    policy: str
    outcome: str
    case: str | None


class Ledger(Answered):
    """Mails by outcome, counted by (mail, route)."""

    received: int
    waiting: int
    balanced: bool


class ParkedMail(Answered):
    """A mail that needs a person, on one of its routes."""

    id: int
    route: str
    reason: str
    source: str
    envelope_from: str | None
    size: int
    received_at: datetime
    parked_at: datetime


class Mails(BaseModel):
    """A part of the mails that need a person, the newest first."""

    items: list[ParkedMail]
    next: str | None


class Decision(Answered):
    """What became of a mail on a route."""

    route: str
    outcome: str
    because: str
    decided_at: datetime


class Decided(BaseModel):
    """What became of a mail on each of its routes that the caller sees."""

    id: int
    outcomes: list[Decision]


class Customer(Answered):
    """A customer's record."""

    name: str
    policy: str


class Customers(BaseModel):
    """A part of the list of customers, by name."""

    items: list[Customer]
    next: str | None


class OutgoingMail(Answered):
    """An outgoing mail."""

    id: int
    case: str | None
    kind: str
    to: str
    subject: str
    state: str
    message_id: str
    queued_at: str | None
    sent_at: str | None
    reason: str | None


class Outbox(BaseModel):
    """A part of the outbox, the newest first."""

    items: list[OutgoingMail]
    next: str | None
