"""A person's act as a value, where it happens, and the word for one that cannot be done."""

from dataclasses import dataclass
from datetime import datetime

from intake.core.case.case import Case, Customer
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence, sentence


class Refused(Exception):  # noqa: N818  (the field's word for it)
    """An act that cannot be done; `text` says why and what would be right."""

    def __init__(self, text: Sentence) -> None:
        super().__init__(text)
        self.text = text


def not_of_erased(case: Case) -> None:
    """Raises `Refused` for a case whose data were erased: nothing brings it back to life."""
    if case.erased:
        said = sentence(
            "{case} was erased on request and takes notes alone; a new matter is a new case", case=case.reference
        )
        raise Refused(said)


@dataclass(frozen=True, slots=True)
class Act:
    """An act by name, with its one argument and the person's reason, which letters may show to the customer.

    `reply`, `ask` (a reply after which the customer has the next turn), `answered` (a reply that the customer has
    already), `note`, `agreed`: the text. `assign`: an address or a role. `cc`, `uncc`: addresses. `customer`: an
    address. `severity`: the number. `status`: the state. `waive`: a field's key or label. `consent`: who gave it.
    `critical`, `exempt`: "yes" or "no". `correct`: the clock's kind. `done`: the follow-up's name. Others take nothing.
    `roles` are those that the person answers for.
    """

    what: str
    value: str
    by: str
    because: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an act happens: under which policy, to whose case, when (aware).

    For `customer` it is the customer of the address that the act names.
    """

    policy: Policy
    customer: Customer | None
    now: datetime
