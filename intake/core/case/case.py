"""A case as a value: what is true of it now. Every change makes a new value and says what happened."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.core.sentences import NOTHING, Sentence

State = Literal["new", "open", "waiting", "resolved", "closed"]
ClockKind = Literal["response", "update", "resolution", "escalation", "information"]
ClockState = Literal["running", "paused", "ended"]
# how a case stood when a target of it was missed; "unknown" of misses from before that was kept
MissedWhile = Literal["triage", "unverified", "unassigned", "assigned", "unknown"]
StepKind = Literal["remind-desk", "triage", "missed", "escalate", "remind-customer", "close"]
Role = Literal["customer", "cc", "partner", "agent", "off"]
WishKind = Literal[
    "acknowledgment",
    "missing-information",
    "not-entitled",
    "unverified",
    "reminder",
    "closed-for-silence",
    "reply",
    "too-big",
    "escalated",
    "escalation-early",
    "escalation-top",
    "resolved",
    "severity-wish",
    "severity-set",
    "closing-asked",
]
NoticeKind = Literal[
    "desk-receipt",
    "desk-new-case",
    "desk-assigned",
    "desk-due-soon",
    "desk-missed",
    "desk-escalated",
    "desk-reply",
    "desk-alert",
    "desk-undeliverable",
]

SYSTEM = "intake"
# the tag of a case whose customer wrote after we had asked for what is missing
WROTE_SINCE = "wrote-since"
# what stands where a person's name and words were, once they are erased
ERASED = "erased on request"
# ticket numbers of the other side's own that a case remembers
NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer on record. `targets` and `hours` are the contract's own: clock to severity to a target sentence, and

    severity to a calendar.
    """

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
    hours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """What the customer's other cases say: how many it opened since its first day, how many with the flood's tag

    within the flood's window, and whether the flood was told within it.
    """

    requests: int = 0
    tagged: int = 0
    flood_told: bool = False


NONE_YET = Record()


@dataclass(frozen=True, slots=True)
class Participant:
    """Someone who takes part in a case. `number` names them in reply tokens."""

    number: int
    address: str
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Step:
    """Something still to be done about a clock. `number` counts reminders and levels of the ladder from 1.

    `tells_customer`: the customer hears of this level of the ladder, too.
    """

    at: datetime
    what: StepKind
    role: str = ""
    number: int = 0
    tells_customer: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which a clock stood still, with the cause; `end` is None while it does."""

    start: datetime
    end: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise that runs. `aim_at` and `due_at` are None where there is no target, with the reason kept.

    A clock that starts later (`started_at` ahead of now) shows a provisional due time. While it is paused, `due_at` is
    the one that held when the pause began. `missed_at` is the due time that was missed, `missed_calendar` its calendar,
    `missed_while` how the case stood when that was noted.
    """

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
    missed_calendar: str | None = None
    missed_while: MissedWhile | None = None
    pauses: tuple[Pause, ...] = ()
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
        noted = self.noted(now)
        pauses = tuple(pause if pause.end else replace(pause, end=now) for pause in self.pauses)
        return replace(noted, state="ended", ended_at=now, pauses=pauses, steps=())

    def noted(self, now: datetime) -> "Clock":
        """The clock with a miss that nobody noticed yet; a paused one misses nothing, nor does the customer's own."""
        ours = self.state == "running" and self.kind != "information"
        late = ours and self.due_at is not None and now > self.due_at
        return self.missed(self.due_at) if late and self.missed_at is None else self

    def missed(self, at: datetime | None) -> "Clock":
        """The clock with its target missed at that due time, in the calendar in force."""
        return replace(self, missed_at=at, missed_calendar=self.calendar)

    @property
    def paused_since(self) -> datetime | None:
        """Since when the clock stands still."""
        return self.pauses[-1].start if self.state == "paused" and self.pauses else None


@dataclass(frozen=True, slots=True)
class Escalation:
    """How far up the ladder a case is, since when, and who owns it there.

    `asked`: the customer wanted it; `by_hand`: a person of the desk did it. Neither: a promise was not kept.
    """

    level: int
    at: datetime
    owner: str
    asked: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A follow-up that somebody owes the customer, by the policy's name for it."""

    number: int
    name: str
    title: str
    owner: str
    opened_at: datetime
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case. `id` is 0 and `version` 0 until it is stored. `fields` are what the form gave, by key.

    `answer_to` is the address that automatic letters may go to: not always From, which anybody can forge.
    `because` has the severity's reason first, then others. `answered` are the kinds of letters that the case had.
    `tags` are what the policy's rules found besides marks. `held` is why nobody raises the severity. `worst` is the
    gravest severity that the case ever had. `merged_into` is the case that it became a part of.
    `their_numbers` are ticket numbers that the other side's own system gave it. `taken_off` are people whose copies
    somebody ended: they take no part, and no mail's Cc brings them back.
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
    channel: str = "email"
    region: str | None = None
    country: str | None = None
    tags: frozenset[str] = frozenset()
    held: Because | None = None
    worst: int = 0
    escalation: Escalation | None = None
    tasks: tuple[Task, ...] = ()
    merged_into: str | None = None
    their_numbers: tuple[str, ...] = ()
    taken_off: tuple[Participant, ...] = ()

    @property
    def erased(self) -> bool:
        """Whether what it held was erased on request, and nobody has it any more."""
        return self.contact == Address(ERASED, "") and self.subject == ERASED and self.state in ("resolved", "closed")

    @property
    def private(self) -> bool:
        """Whether it came by a private route, and is for the people of that route's role alone."""
        return "security" in self.marks

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

    def was_taken_off(self, address: str) -> bool:
        return any(each.address.lower() == address.lower() for each in self.taken_off)

    def joined(self, person: Address, role: Role) -> "Case":
        """The case with somebody who takes part from now on. No number is given twice: tokens name them."""
        number = max((each.number for each in (*self.participants, *self.taken_off)), default=0) + 1
        people = (*self.participants, Participant(number, person.address, person.name, role))
        off = tuple(each for each in self.taken_off if each.address.lower() != person.address.lower())
        return replace(self, participants=people, taken_off=off)

    def without(self, addresses: Collection[str]) -> "Case":
        """The case with these people, named in lower case, taken off."""
        off = tuple(replace(each, role="off") for each in self.participants if each.address.lower() in addresses)
        left = tuple(each for each in self.participants if each.address.lower() not in addresses)
        return replace(self, participants=left, taken_off=(*self.taken_off, *off))

    def with_clock(self, clock: Clock) -> "Case":
        """The case with a clock put in the place of the one with its number, or added; a miss keeps how it stands."""
        if clock.missed_at is not None and clock.missed_while is None:
            clock = replace(clock, missed_while=self.stands)
        if all(each.number != clock.number for each in self.clocks):
            return replace(self, clocks=(*self.clocks, clock))
        return replace(self, clocks=tuple(clock if each.number == clock.number else each for each in self.clocks))

    @property
    def first_answered_at(self) -> datetime | None:
        """When a person first answered; a clock that ended without an answer gives none."""
        response = self.latest("response")
        return response.ended_at if response and "reply" in self.answered else None

    @property
    def stands(self) -> MissedWhile:
        """Who would have to do something about it now."""
        if "triage" in self.marks:
            return "triage"
        if "unverified" in self.marks:
            return "unverified"
        return "assigned" if self.assignee else "unassigned"

    @property
    def next_clock(self) -> int:
        """The number of the next clock: none that was ever given."""
        return max((clock.number for clock in self.clocks), default=0) + 1

    def knowing(self, numbers: Iterable[str]) -> "Case":
        """The case with ticket numbers of the other side's own, the first few that it gave."""
        known = tuple(dict.fromkeys((*self.their_numbers, *numbers)))[:NUMBERS]
        return replace(self, their_numbers=known) if known != self.their_numbers else self

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
class Contract:
    """What a sender without a contract under the route's policy has under another one: the customer on record, that

    policy's title, and the address to write to under it, "" where no route has one.
    """

    customer: Customer
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A closed case that a new one follows, since a reply came too late to reopen it.

    Its number is told to `people` alone: addresses in lower case, of who takes part in it and of who wrote for it.
    """

    reference: str
    people: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A letter to the customer that a decision asks for; whether it may go out is judged elsewhere.

    `number` counts reminders, or is a severity that was set; `text` is a person's own words; `at` is an instant that
    the letter is about, `because` what it rests on; `contract` is what its reader has under another policy, `follows`
    the case that a new one follows.
    """

    kind: WishKind
    number: int = 0
    text: str = ""
    scheduled: bool = False
    at: datetime | None = None
    because: tuple[Because, ...] = ()
    contract: Contract | None = None
    follows: Followed | None = None

    @property
    def key(self) -> str:
        """The kind of letter that a case has once: each reminder counts for itself."""
        return f"{self.kind}-{self.number}" if self.number else self.kind


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to the desk that a decision asks for. `role` is mapped to addresses by the configuration.

    `at_once`: at whatever hour; other notices wait for the reader's own hours. `but` is the address of who did it
    themselves, and needs not be told.
    """

    kind: NoticeKind
    role: str
    text: Sentence = NOTHING
    clock: int | None = None
    number: int = 0
    at_once: bool = False
    but: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The case as it is to be, what happened, and which letters it asks for."""

    case: Case
    entries: tuple[Entry, ...] = ()
    wishes: tuple[Wish, ...] = ()
    notices: tuple[Notice, ...] = ()

    def then(
        self,
        *entries: Entry,
        case: Case | None = None,
        wishes: tuple[Wish, ...] = (),
        notices: tuple[Notice, ...] = (),
    ) -> "Decision":
        """The decision with more entries, wishes and notices, and the case as it is after them where it changes."""
        return Decision(
            case or self.case,
            (*self.entries, *entries),
            (*self.wishes, *wishes),
            (*self.notices, *notices),
        )
