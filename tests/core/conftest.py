"""What tests of policies, cases and answers share: a small policy of our own, an opening, a message."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.core.case.case import Customer
from intake.core.case.opening import Opening
from intake.core.mail.message import Address, Message
from intake.core.policy.policy import Policy, load_policy

HOUSE = Path(__file__).parent / "policy" / "house.toml"


@pytest.fixture(scope="session")
def house_text() -> str:
    """The small policy's file."""
    return HOUSE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def policy(house_text: str) -> Policy:
    """A policy with targets, plans, a form of three required fields and a ladder of two steps."""
    return load_policy(house_text, "house.toml")


@pytest.fixture(scope="session")
def monday() -> datetime:
    """Monday 23 November 2026, 10:00 in Berlin: an hour after opening, no holiday near."""
    return datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def customer() -> Customer:
    """A customer without a contract's own targets."""
    return Customer(7, "Beispiel Hosting", "house", domains=("hosting.example",), zone="Europe/Berlin")


@pytest.fixture
def opening(customer: Customer, monday: datetime) -> Callable[..., Opening]:
    """Makes an opening by a known customer on Monday morning; nothing is given in the form."""
    plain = Opening(
        reference="HS-1001",
        route="support@desk.example",
        queue="support",
        channel="email",
        customer=customer,
        contact=Address("Kim", "kim@hosting.example"),
        subject="Mail is down",
        text="Mail is down\nsince this morning",
        language="en",
        opened_at=monday,
        fields={},
    )

    def make(**changes: object) -> Opening:
        return replace(plain, **changes)  # type: ignore[arg-type]

    return make


@pytest.fixture
def message() -> Callable[..., Message]:
    """Makes the facts of an ordinary mail of a person."""
    plain = Message(
        message_id="one@hosting.example",
        subject="Mail is down",
        from_=Address("Kim", "kim@hosting.example"),
        sender_addresses=("kim@hosting.example",),
        reply_to=(),
        to=(Address("", "support@desk.example"),),
        cc=(),
        date=None,
        received=None,
        return_path=None,
        text="since this morning",
        new_text="since this morning",
        form_texts=("since this morning",),
        attachments=(),
        kind="person",
        kind_because="",
        automatic_because=None,
        bounce=None,
        in_reply_to=None,
        references=(),
        language="en",
        authentication="none",
        ambiguous_sender=False,
        junk_because=None,
        content_hash="0" * 64,
    )

    def make(**changes: object) -> Message:
        return replace(plain, **changes)  # type: ignore[arg-type]

    return make
