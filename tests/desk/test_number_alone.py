"""A reply that has nothing but the case's number in its subject: whom it brings to the case, under every policy."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from house import NOW, Home, home, mail
from matter import shipped

LATER = NOW + timedelta(hours=1)
TRUSTED = {"reading.trusted_host": "mx.support.example"}
POLICIES = ["open-xchange", "zimbra", "zerto", "zitadel", "zoho"]
REGISTRATION = shipped("zoho").file.registration
GENERIC = f"pat@{REGISTRATION.generic_domains[0]}" if REGISTRATION else ""
CONTACTS = ["pat@elsewhere.example", GENERIC]


def customers(policy: str) -> str:
    return f"""
[[customer]]
name = "Sample Customer"
domains = ["customer.example"]
contacts = {json.dumps(CONTACTS)}
policy = "{policy}"
zone = "Europe/Berlin"
"""


def write(desk: Home, policy: str, sender: str, number: int, subject: str, verdict: str, text: str = "More.\n") -> str:
    """A mail without token and thread; its outcome."""
    route = f"{policy}@support.example"
    vouched = f"mx.support.example; dmarc={verdict} header.from={sender.rpartition('@')[2]}"
    raw = mail(
        text, sender=sender, to=route, subject=subject, message_id=f"{number}@x.example",
        Authentication_Results=vouched,
    )  # fmt: skip
    (outcome,) = desk.take(raw, LATER, routes=[route], envelope_from=sender)
    return str(outcome["outcome"])


@pytest.mark.parametrize("policy", POLICIES)
def test_the_number_counts_from_who_takes_part_or_is_proven_to_be_the_customers(tmp_path: Path, policy: str) -> None:
    with home(tmp_path, TRUSTED, customers=customers(policy)) as desk:
        write(desk, policy, "lee@customer.example", 1, "Import fails", "pass")
        (case,) = desk.cases()
        senders = [
            ("lee@customer.example", "pass", "reply"),
            ("lee@customer.example", "none", "reply"),
            ("sam@customer.example", "pass", "reply"),
            ("kit@customer.example", "none", "new_case"),
            ("pat@elsewhere.example", "none", "new_case"),
            ("pat@elsewhere.example", "pass", "reply"),
            # a policy that asks for the registered domain takes no contact at a generic one for the customer
            (GENERIC, "pass", "new_case" if policy == "zoho" else "reply"),
            ("kit@elsewhere.example", "pass", "new_case"),
            ("mallory@evil.example", "pass", "new_case"),
        ]
        for number, (sender, verdict, outcome) in enumerate(senders, 2):
            subject = f"Re: [{case.reference}] Import fails"
            assert (sender, verdict, write(desk, policy, sender, number, subject, verdict)) == (
                sender, verdict, outcome,
            )  # fmt: skip


CHANGE = "Severity: 3\nEnd customer: client.example\nPlease change the super admin of our client's organisation.\n"


@pytest.mark.parametrize(
    ("sender", "verdict", "text", "outcome", "consents"),
    [
        ("boss@client.example", "pass", "We consent.\n", "reply", True),
        ("boss@client.example", "pass", "What is this about?\n", "reply", False),
        ("boss@client.example", "none", "We consent.\n", "new_case", False),
        ("boss@client.example", "fail", "We consent.\n", "new_case", False),
        ("boss@notclient.example", "pass", "We consent.\n", "new_case", False),
    ],
)
def test_zoh_7_the_number_counts_from_the_proven_end_customer_whose_consent_is_awaited(
    tmp_path: Path, sender: str, verdict: str, text: str, outcome: str, consents: bool
) -> None:
    with home(tmp_path, TRUSTED, customers=customers("zoho")) as desk:
        write(desk, "zoho", "lee@customer.example", 1, "Transfer", "pass", CHANGE)
        letters = len(desk.outbox())
        assert write(desk, "zoho", sender, 2, "Re: [ZOH-1001]", verdict, text) == outcome
        case = desk.case("ZOH-1001")
        assert ("awaiting-consent" not in case.marks) == consents
        assert case.participant(sender) is None
        if outcome == "reply":
            assert len(desk.outbox()) == letters
            told = [each["text"] for each in desk.shown("ZOH-1001")["history"] if each["event"] == "third-party"]
            assert told[0].endswith("which waits for a consent from the writer's domain")
            assert desk.outbox(desk=True)[-1]["kind"] == "desk-alert"


def test_zoh_7_an_end_customer_whose_consent_nobody_awaits_opens_a_case_of_their_own(tmp_path: Path) -> None:
    with home(tmp_path, TRUSTED, customers=customers("zoho")) as desk:
        write(desk, "zoho", "lee@customer.example", 1, "Import fails", "pass", "End customer: client.example\nHelp.\n")
        assert write(desk, "zoho", "boss@client.example", 2, "Re: [ZOH-1001]", "pass") == "new_case"
