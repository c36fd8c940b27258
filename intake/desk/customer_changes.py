"""What storing customers would change, before it does; and storing them only if that is still so."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from sqlalchemy import Connection

from intake.core.case.case import Customer
from intake.desk.show import customer_json, plain
from intake.errors import Overtaken
from intake.store import people


@dataclass(frozen=True, slots=True)
class Change:
    """A customer as it would be stored: new, changed in some fields (key, before, after), or the same."""

    name: str
    state: Literal["new", "changed", "same"]
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """All of them; `seal` tells these changes from any others."""

    each: tuple[Change, ...]

    @property
    def seal(self) -> str:
        """The same for the same changes of the same records, and for nothing else."""
        return sha256(repr(self.each).encode()).hexdigest()[:32]


def changes(connection: Connection, wanted: Sequence[Customer]) -> Changes:
    """What storing these customers would change now."""
    known = people.customers_named(connection, (each.name for each in wanted))
    return Changes(tuple(_change(known.get(each.name), each) for each in wanted))


def store(connection: Connection, wanted: Sequence[Customer], seal: str) -> tuple[int, int]:
    """Stores them, and gives back how many were new and changed. Raises `Overtaken` where the changes are others."""
    found = changes(connection, wanted)
    if found.seal != seal:
        raise Overtaken("customers were changed in the meantime, so nothing was stored; look at the changes anew")
    states = {each.name: each.state for each in found.each}
    return people.save(connection, [each for each in wanted if states[each.name] != "same"])


def seal_of(customer: Customer | None) -> str:
    """The same for the same record of a customer; empty for none."""
    return sha256(repr(customer_json(customer)).encode()).hexdigest()[:32] if customer else ""


def store_one(connection: Connection, wanted: Customer, seal: str) -> int:
    """Stores one record, and gives back its id. Raises `Overtaken` where the one before has another seal."""
    before = people.customers_named(connection, [wanted.name]).get(wanted.name)
    if seal_of(before) != seal:
        said = "was changed by somebody else in the meantime" if seal else "is a customer already"
        raise Overtaken(f"{wanted.name} {said}, so nothing was stored")
    people.save(connection, [wanted])
    return people.customers_named(connection, [wanted.name])[wanted.name].id


def _change(before: Customer | None, after: Customer) -> Change:
    becomes = {key: plain(value) for key, value in customer_json(after).items()}
    if before is None:
        return Change(
            after.name, "new", tuple((key, "", text) for key, text in becomes.items() if text and key != "name")
        )
    was = {key: plain(value) for key, value in customer_json(before).items()}
    fields = tuple((key, was[key], text) for key, text in becomes.items() if text != was[key])
    return Change(after.name, "changed" if fields else "same", fields)
