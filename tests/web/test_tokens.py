"""Tokens in the console: an admin alone makes them, a secret is shown once, and revoking ends it."""

import re

import httpx
from console import ADA, BO, Desk


def test_a_token_is_shown_once_works_and_is_revoked(fresh: Desk) -> None:
    ada = fresh.person(ADA, "admin")
    fresh.secret_of(BO, "viewer")
    made = ada.send("/tokens", address=BO, name="dashboard", scope=["cases:read"], days="30")
    secret = re.search(r"intake_[\w-]{40,}", made.text)
    assert secret
    assert secret[0] not in ada.get("/tokens").text
    assert "dashboard" in ada.get("/tokens").text
    headers = {"authorization": f"Bearer {secret[0]}"}
    assert httpx.get(f"{fresh.url}/api/v1/cases", headers=headers).status_code == 200
    number = re.search(r'name="token" value="(\d+)"', ada.get("/tokens").text)
    assert number
    assert "revoked" in ada.send("/tokens/revoke", token=number[1]).text
    assert httpx.get(f"{fresh.url}/api/v1/cases", headers=headers).status_code == 401


def test_what_cannot_be_made_is_one_line(fresh: Desk) -> None:
    ada = fresh.person(ADA, "admin")
    fresh.secret_of(BO, "viewer")
    for scope, name, said in (
        (["cases:write"], "x", "the role viewer may not do that"),
        ([], "x", "a token needs a scope"),
        (["cases:read"], " ", "say what the token is for"),
    ):
        refused = ada.send("/tokens", address=BO, name=name, scope=scope)
        assert (refused.status_code, said in refused.text) == (400, True)
    assert "has no role" in ada.send("/tokens", address="nobody@desk.example", name="x", scope=["cases:read"]).text


def test_nobody_else_makes_or_sees_tokens(fresh: Desk) -> None:
    for role in ("viewer", "agent", "manager"):
        someone = fresh.person(BO, role)
        assert someone.get("/tokens").status_code == 403
        assert someone.send("/tokens", address=BO, name="x", scope=["cases:read"]).status_code == 403
    ada = fresh.person(ADA, "admin")
    assert ada.client.post("/tokens", data={"address": ADA, "name": "x", "scope": "cases:read"}).status_code == 403
