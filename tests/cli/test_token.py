"""Tokens from the command line: made once, listed without secrets, revoked; and words searched for from there."""

from pathlib import Path
from typing import Any

from house import home, mail

from intake.store import accounts, people
from intake.store.people import Agent

ADA = "ada@desk.example"


def test_a_token_is_made_listed_and_revoked(tmp_path: Path, commands: Any) -> None:
    with home(tmp_path) as desk:
        desk.take(mail("The lüfter rattles."))
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada"), Agent("bo@desk.example", "Bo")])
            accounts.set_role(connection, ADA, "viewer")
    end = ("--as", ADA, "--config", "config.toml")
    make = ("token", "create", ADA, "--name", "dashboard", "--scope")
    done = commands(
        (*make, "cases:read", *end, "--json"),
        ("token", "create", "bo@desk.example", "--name", "x", "--scope", "cases:read", *end),
        (*make, "cases:write", *end),
        (*make, "case:read", *end),
        (*make, "cases:read", "--days", "9", *end),
        ("token", "list", "--config", "config.toml"),
        ("token", "revoke", "1", *end),
        ("token", "revoke", "1", *end),
        ("token", "list", "--json", "--config", "config.toml"),
        ("case", "list", "--search", "lüfter", "--config", "config.toml"),
        ("case", "list", "--search", 'NEAR( "', "--config", "config.toml"),
    )
    made, nobody, beyond, unknown, short, shown, revoked, again, listed, found, nothing = done
    secret = made.json["token"]
    assert secret.startswith("intake_")
    assert (made.json["address"], made.json["scopes"], made.json["state"]) == (ADA, ["cases:read"], "good")
    assert "bo@desk.example has no role in the console" in nobody.err
    assert "the role viewer may not do that" in beyond.err
    assert 'did you mean "cases:read"' in unknown.err
    assert short.out.splitlines()[-1].startswith("intake_")
    assert secret not in shown.out
    assert "dashboard" in shown.out
    assert "is good no more" in revoked.out
    assert (again.status, len(again.err.splitlines())) == (1, 1)
    assert [each["state"] for each in listed.json] == ["revoked", "good"]
    assert listed.json[1]["ends_at"] is not None
    assert "OX-1001" in found.out
    assert (nothing.status, nothing.out.strip()) == (0, "no case has all of these words")
