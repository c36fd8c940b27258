"""Header lines: one header each whatever they hold, folded, and read back as they were meant."""

import email
import email.policy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.message import Address
from intake.outbound import headers
from intake.outbound.filters import line
from intake.outbound.headers import BadAddress, safe_address

ANY = st.text(st.characters(), max_size=200)


@given(value=ANY)
def test_free_text_stays_one_header_and_reads_back(value: str) -> None:
    made = headers.unstructured("Subject", value)
    assert made.endswith("\r\n")
    assert all(each.startswith(" ") and len(each) <= 76 for each in made.split("\r\n")[1:-1])
    message = email.message_from_string(made, policy=email.policy.default)
    assert message.keys() == ["Subject"]
    assert "".join(message["Subject"].split()) == "".join(line(value).split())


@given(name=ANY)
def test_a_name_never_changes_the_address(name: str) -> None:
    made = headers.mailboxes([Address(name, "kim@hosting.example"), Address(name, "lee@hosting.example")])
    message = email.message_from_string(f"To: {made}\r\n\r\n", policy=email.policy.default)
    assert message.keys() == ["To"]
    assert [each.addr_spec for each in message["To"].addresses] == ["kim@hosting.example", "lee@hosting.example"]
    assert all(each.startswith(" ") for each in made.split("\r\n")[1:])


@given(address=ANY | st.from_regex(r"[^@]{1,20}@[^@]{1,30}"))
def test_an_address_that_is_let_in_is_one_word(address: str) -> None:
    try:
        safe = safe_address(address)
    except BadAddress:
        return
    assert re.fullmatch(r"[^\s<>@]+@[a-z0-9_.-]+", safe)
    assert safe_address(safe) == safe


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("Kim.O'Hara+x=1@Hosting.Example", "Kim.O'Hara+x=1@hosting.example"),
        ("kim@bücher.example", "kim@xn--bcher-kva.example"),
        ("kim@BÜCHER.example", "kim@xn--bcher-kva.example"),
        ("kim@faß.example", "kim@xn--fa-hia.example"),
        ("kim@localhost", "kim@localhost"),
    ],
)
def test_a_domain_is_written_in_ascii_and_a_local_part_left_alone(address: str, safe: str) -> None:
    assert safe_address(address) == safe


@pytest.mark.parametrize(
    "address",
    [
        '"a b"@h.example',
        "a@[127.0.0.1]",
        ".a@h.example",
        "a..b@h.example",
        "a@h_\u2024example",
        "x" * 65 + "@h.example",
    ],
)
def test_an_address_that_only_an_attacker_writes_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        safe_address(address)
