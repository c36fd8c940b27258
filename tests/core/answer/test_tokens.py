"""Tokens: what we signed is read back, anything else is nothing, and the addresses stay legal."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.answer.tokens import Keys, Purpose, Token, tag_of, tagged

KEYS = Keys({1: "one secret", 2: "another secret"})
TOKEN = Token("reply", "HS-1001", 3)


@given(
    purpose=st.sampled_from(["reply", "bounce"]),
    prefix=st.from_regex(r"[A-Z][A-Z0-9]{0,7}", fullmatch=True),
    number=st.integers(0, 10**12 - 1),
    participant=st.integers(0, 999_999),
)
def test_what_was_signed_is_read_back(purpose: Purpose, prefix: str, number: int, participant: int) -> None:
    token = Token(purpose, f"{prefix}-{number}", participant)
    signed = KEYS.sign(token)
    assert KEYS.read(signed) == KEYS.read(signed.upper()) == token
    assert len(signed) <= 53
    assert re.fullmatch(r"[a-z0-9.-]+", signed)


def test_a_token_of_a_key_that_we_do_not_have_is_nothing() -> None:
    signed = KEYS.sign(TOKEN)
    assert Keys({2: "forged"}).read(signed) is None
    assert Keys({1: "one secret"}).read(signed) is None
    assert Keys({}).read(signed) is None


def test_keys_rotate_and_old_tokens_are_still_believed() -> None:
    old = Keys({1: "one secret"}).sign(TOKEN)
    assert KEYS.read(old) == TOKEN
    assert KEYS.sign(TOKEN).startswith("r2.")


def test_no_character_of_a_token_may_be_another() -> None:
    signed = KEYS.sign(TOKEN)
    for at, was in enumerate(signed):
        for other in "ab2.-r":
            if other != was:
                assert KEYS.read(signed[:at] + other + signed[at + 1 :]) is None


@given(st.text(max_size=80))
def test_any_other_text_is_nothing(text: str) -> None:
    assert KEYS.read(text) is None


@pytest.mark.parametrize("change", ["r02", "r002", "r٢"])
def test_numbers_written_otherwise_are_nothing(change: str) -> None:
    assert KEYS.read(KEYS.sign(TOKEN).replace("r2", change)) is None


def test_a_tag_stands_behind_the_separator_and_is_found_there() -> None:
    signed = KEYS.sign(TOKEN)
    address = tagged("open-xchange@support.example", "+", signed)
    assert address == f"open-xchange+{signed}@support.example"
    assert tag_of(address, "+") == signed
    assert tag_of("open-xchange@support.example", "+") == ""


def test_a_tagged_address_is_never_longer_than_a_local_part_may_be() -> None:
    longest = KEYS.sign(Token("bounce", "ABCDEFGH-999999999999", 999_999))
    for length in range(1, 65):
        local = tagged("s" * length + "@support.example", "+", longest).rpartition("@")[0]
        assert len(local) <= 64
    realistic = KEYS.sign(Token("reply", "OX-999999999", 99))
    assert tag_of(tagged("open-xchange-support@support.example", "+", realistic), "+") == realistic


ADA, BO = "ada@desk.example", "bo@desk.example"


def test_an_agents_token_names_its_case_and_says_something_to_its_holder_alone() -> None:
    signed = KEYS.sign_for("HS-1001", "Ada@Desk.example")
    assert KEYS.held(signed.upper(), [BO, ADA]) == ("HS-1001", ADA)
    assert KEYS.held(signed, [BO]) is None
    assert KEYS.held(signed, []) is None
    assert KEYS.read(signed) is None
    assert Keys({2: "forged"}).held(signed, [ADA]) is None
    assert len(signed) <= 64 - len("open-xchange+")


def test_no_character_of_an_agents_token_may_be_another() -> None:
    signed = KEYS.sign_for("HS-1001", ADA)
    for at, was in enumerate(signed):
        for other in "ab2.-r":
            if other != was:
                assert KEYS.held(signed[:at] + other + signed[at + 1 :], [ADA, BO]) is None


def test_a_customers_token_is_no_agents() -> None:
    assert KEYS.held(KEYS.sign(TOKEN), [ADA]) is None
    assert KEYS.held(KEYS.sign(TOKEN).replace("r", "a", 1), [ADA]) is None
