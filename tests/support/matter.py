"""A case under a shipped policy as it goes on: opened, written to, worked on, left alone. Nothing is stored."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from intake.core.case.act import Act
from intake.core.case.acts import act
from intake.core.case.case import NONE_YET, Case, ClockKind, Customer, Decision, Entry, Notice, Record, Wish
from intake.core.case.chasing import chase
from intake.core.case.opening import Opening, open_case
from intake.core.case.replies import Reply, take_reply
from intake.core.mail.fields import read_fields
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy, load_policy

POLICIES = Path(__file__).parents[2] / "policies"
KIM = "kim@customer.example"
ADA = "ada@desk.example"


@cache
def shipped(name: str) -> Policy:
    """A shipped policy."""
    file = POLICIES / f"{name}.toml"
    return load_policy(file.read_text(encoding="utf-8"), file.name)


def known(policy: str, **record: Any) -> Customer:
    """A customer on record, whose domain is customer.example."""
    return Customer(1, "Customer", policy, **{"domains": ("customer.example",), **record})


@dataclass
class Matter:
    """A case with all that was decided about it, in order."""

    policy: Policy
    customer: Customer | None
    case: Case
    text: str
    entries: list[Entry] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def take(self, decision: Decision) -> "Matter":
        """Goes on with what was decided; letters count as sent."""
        kinds = {f"{wish.kind}-{wish.number}" if wish.number else wish.kind for wish in decision.wishes}
        self.case = replace(decision.case, id=1, version=1, answered=decision.case.answered | kinds)
        self.entries += decision.entries
        self.wishes += decision.wishes
        self.notices += decision.notices
        return self

    def writes(
        self, at: datetime, text: str, *, sender: str = KIM, subject: str = "", third_party: bool = False, **more: Any
    ) -> "Matter":
        """A mail on the case; without a subject it repeats the case's."""
        reply = Reply(
            writer=Address("", sender),
            fields=read_fields(self.policy.specs, [text]),
            text=f"{subject or f'Re: [{self.case.reference}] {self.case.subject}'}\n{text}",
            customer=self.customer,
            because="its token",
            received_at=at,
            third_party=third_party,
            case_text=self.text,
            **more,
        )
        return self.take(take_reply(self.policy, self.case, reply, at))

    def does(
        self, at: datetime, what: str, value: str = "", because: str = "", by: str = ADA, roles: Iterable[str] = ()
    ) -> "Matter":
        """A person's act. Raises `Refused`."""
        said = value or ("an answer" if what in ("reply", "ask") else "")
        return self.take(act(self.policy, self.case, Act(what, said, by, because, frozenset(roles)), self.customer, at))

    def waits(self, at: datetime) -> "Matter":
        """Time goes by until then."""
        return self.take(chase(self.case, at))

    def due(self, kind: ClockKind) -> datetime | None:
        """When the running clock of that kind is due; None without one, or without a due time."""
        clock = self.case.running(kind)
        return clock.due_at if clock else None

    def aim(self, kind: ClockKind) -> datetime | None:
        """From when people are reminded of it."""
        clock = self.case.running(kind)
        return clock.aim_at if clock else None

    @property
    def letters(self) -> list[str]:
        """The letters to the customer, by kind."""
        return [wish.kind for wish in self.wishes]

    @property
    def at_once(self) -> list[str]:
        """The roles that were told at whatever hour."""
        return [notice.role for notice in self.notices if notice.at_once]

    @property
    def clauses(self) -> list[str]:
        """The clauses of the case's reasons; the severity's own first."""
        return [reason.clause for reason in self.case.because]

    def events(self, event: str) -> list[str]:
        """What the history says of an event."""
        return [entry.text for entry in self.entries if entry.event == event]


def opened(
    policy: str,
    at: datetime,
    text: str = "",
    customer: Customer | None = None,
    *,
    subject: str = "A request",
    channel: str = "email",
    severity: int | None = None,
    sender: str = KIM,
    language: str = "en",
    record: Record = NONE_YET,
    **more: Any,
) -> Matter:
    """A case opened by a mail, or by hand with a severity; without a customer the sender is a stranger."""
    rules = shipped(policy)
    fields: dict[str, FieldValue] = dict(read_fields(rules.specs, [text]))
    if severity is not None:
        fields["severity"] = FieldValue(str(severity), str(severity), True)
    opening = Opening(
        reference=f"{rules.file.prefix}-1001",
        route=f"{policy}@support.example",
        queue="support",
        channel=channel,
        customer=customer,
        contact=Address("", sender),
        subject=subject,
        text=f"{subject}\n{text}",
        language=language,
        opened_at=at,
        fields=fields,
        record=record,
        **more,
    )
    decision = open_case(rules, opening, at)
    return Matter(rules, customer, decision.case, opening.text).take(decision)
