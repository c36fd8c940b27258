"""A case as a value: what is true of it now. Every change makes a new value and says what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because

State = Literal["new", "open", "waiting", "resolved", "closed"]
ClockKind = Literal["response", "update", "resolution", "escalation", "information"]
ClockState = Literal["running", "paused", "ended"]
StepKind = Literal["remind-desk", "missed", "escalate", "remind-customer", "close"]
Role = Literal["customer", "cc", "partner", "agent"]
WishKind = Literal[
    "acknowledgment", "missing-information", "not-entitled", "reminder", "closed-for-silence", "reply", "too-big"
]
NoticeKind = Literal[
    "desk-new-case", "desk-due-soon", "desk-missed", "desk-escalated", "desk-reply", "desk-alert", "desk-undeliverable"
]

SYSTEM = "intake"


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer on record. `targets` are the contract's own: clock to severity to a target sentence."""

    id: int
    name: str
    policy: str
    plan: str | None = None
    since: date | None = None
    zone: str | None = None
    country: str | None = None
    region: str | None = None
    language: str | None = None
    engineer: str | None = None
    account_manager: str | None = None
    support_keys: tuple[str, ...] = ()
    targets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    domains: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone who takes part in a case. `number` names them in reply tokens."""

    number: int
    address: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Step:
    """Something still to be done about a clock. `number` counts reminders and levels of the ladder from 1."""

    at: datetime
    what: StepKind
    role: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise that runs. `aim_at` and `due_at` are None where there is no target, with the reason kept."""

    number: int
    kind: ClockKind
    severity: int | None
    target: str
    calendar: str | None
    started_at: datetime
    aim_at: datetime | None
    due_at: datetime | None
    because: tuple[Because, ...]
    state: ClockState = "running"
    ended_at: datetime | None = None
    missed_at: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def next_at(self) -> datetime | None:
        """When the clock next asks for something."""
        return self.steps[0].at if self.state == "running" and self.steps else None

    @property
    def closes_at(self) -> datetime | None:
        """When the case closes for silence: after the due time where nothing had run for a while."""
        return next((step.at for step in self.steps if step.what == "close"), self.due_at)

    def ended(self, now: datetime) -> "Clock":
        """The clock stopped at `now`; a miss that nobody noticed yet is noted with the due time."""
        late = self.due_at is not None and now > self.due_at
        missed = self.missed_at or (self.due_at if late else None)
        return replace(self, state="ended", ended_at=now, missed_at=missed, steps=())


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `id` is 0 and `version` 0 until it is stored. `fields` are what the form gave, by key.

    `answer_to` is the address that automatic letters may go to: not always From, which anybody can forge.
    `because` has the severity's reason first, then others. `answered` are the kinds of letters that the case had.
    """

    id: int
    reference: str
    version: int
    policy: str
    policy_version: str
    plan: str | None
    route: str
    queue: str
    customer_id: int | None
    contact: Address
    answer_to: str | None
    subject: str
    language: str
    zone: str
    state: State
    severity: int
    wished_severity: int | None
    because: tuple[Because, ...]
    marks: frozenset[str]
    fields: Mapping[str, FieldValue]
    waived: frozenset[str]
    linked: tuple[str, ...]
    assignee: str | None
    opened_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    answered: frozenset[str]
    participants: tuple[Participant, ...]
    clocks: tuple[Clock, ...]

    def running(self, kind: ClockKind) -> Clock | None:
        """The clock of that kind that has not ended."""
        return next((clock for clock in self.clocks if clock.kind == kind and clock.state != "ended"), None)

    def latest(self, kind: ClockKind) -> Clock | None:
        """The clock of that kind that started last, ended or not."""
        return next((clock for clock in reversed(self.clocks) if clock.kind == kind), None)

    def participant(self, address: str) -> Participant | None:
        """Who takes part under that address, compared without case."""
        wanted = address.lower()
        return next((person for person in self.participants if person.address.lower() == wanted), None)

    def with_clock(self, clock: Clock) -> "Case":
        """The case with a clock put in the place of the one with its number, or added."""
        if all(each.number != clock.number for each in self.clocks):
            return replace(self, clocks=(*self.clocks, clock))
        return replace(self, clocks=tuple(clock if each.number == clock.number else each for each in self.clocks))

    @property
    def next_clock(self) -> int:
        """The number of the next clock: none that was ever given."""
        return max((clock.number for clock in self.clocks), default=0) + 1

    def marked(self, *marks: str) -> "Case":
        """The case with marks added."""
        return replace(self, marks=self.marks | set(marks))

    def unmarked(self, *marks: str) -> "Case":
        """The case with marks taken away."""
        return replace(self, marks=self.marks - set(marks))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of history: what happened, who did it, and why."""

    event: str
    text: str
    actor: str = SYSTEM
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """A letter to the customer that a decision asks for; whether it may go out is judged elsewhere.

    `number` counts reminders; `text` is a person's own words.
    """

    kind: WishKind
    number: int = 0
    text: str = ""
    scheduled: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to the desk that a decision asks for. `role` is mapped to addresses by the configuration."""

    kind: NoticeKind
    role: str
    text: str = ""
    clock: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Decision:
    """The case as it is to be, what happened, and which letters it asks for."""

    case: Case
    entries: tuple[Entry, ...] = ()
    wishes: tuple[Wish, ...] = ()
    notices: tuple[Notice, ...] = ()

    def then(self, *entries: Entry, wishes: tuple[Wish, ...] = (), notices: tuple[Notice, ...] = ()) -> "Decision":
        """The decision with more entries, wishes and notices."""
        return replace(
            self,
            entries=(*self.entries, *entries),
            wishes=(*self.wishes, *wishes),
            notices=(*self.notices, *notices),
        )
