"""Who may call the API: tokens, scopes, roles, rates; what goes wrong is one clear JSON."""

from datetime import timedelta

import httpx
import pytest
from api import problem
from console import ADA, BO, Desk

from intake.errors import IntakeError
from intake.store import accounts, tables, tokens
from intake.store.engine import reading
from intake.web.api.door import PER_TOKEN, Rates
from intake.web.api.scopes import MEANING, SCOPES, checked


def test_without_a_good_token_nothing_is_told(here: Desk) -> None:
    here.case()
    with httpx.Client(base_url=f"{here.url}/api/v1/") as nobody:
        said = nobody.get("cases")
        assert problem(said, 401).startswith("a token is needed")
        assert said.headers["www-authenticate"].startswith("Bearer")
        for wrong in ("Bearer intake_wrong", "Basic YTpi", "Bearer", "Bearer \u00fc"):
            answer = nobody.get("cases", headers={b"authorization": wrong.encode()})
            assert "not good" in problem(answer, 401)


def test_the_cookie_of_a_browser_counts_for_nothing_here(here: Desk) -> None:
    ada = here.person(ADA, "admin")
    assert ada.get("/").status_code == 200
    assert problem(ada.client.get("/api/v1/cases"), 401)


def test_a_token_does_what_it_is_for_and_nothing_else(here: Desk) -> None:
    reference = here.case()
    program = here.program(scopes=["cases:read"])
    assert program.get(f"cases/{reference}").status_code == 200
    refused = program.post(f"cases/{reference}/acts", json={"act": "note", "value": "x"})
    assert problem(refused, 403) == "this token is not for cases:write"
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]
    for path in ("customers", "ledger", "outbox"):
        assert problem(program.get(path), 403)
    assert problem(program.post("due", json={"policy": "x", "severity": 1, "opened": "x"}), 403)


def test_a_token_never_does_more_than_its_owners_role_may_today(here: Desk) -> None:
    reference = here.case()
    program = here.program(BO, "agent")
    note = {"act": "note", "value": "Rang twice."}
    assert program.post(f"cases/{reference}/acts", json=note).status_code == 200
    with here.home.databases.desk.begin() as connection:
        accounts.set_role(connection, BO, "viewer")
    assert "the role viewer" in problem(program.post(f"cases/{reference}/acts", json=note), 403)
    assert program.get(f"cases/{reference}").status_code == 200
    with here.home.databases.desk.begin() as connection:
        accounts.set_role(connection, BO, None)
    assert problem(program.get(f"cases/{reference}"), 401)


def test_a_token_ends_when_it_is_revoked_and_at_its_time(fresh: Desk) -> None:
    revoked = fresh.program()
    with fresh.home.databases.desk.begin() as connection:
        made = tokens.listed(connection)[-1]
        _, secret = tokens.create(
            connection, ADA, "a week", ["cases:read"], ADA, fresh.now, fresh.now + timedelta(days=7)
        )
    assert revoked.get("cases").status_code == 200
    with fresh.home.databases.desk.begin() as connection:
        tokens.revoke(connection, made.id, BO, fresh.now)
    assert problem(revoked.get("cases"), 401)
    headers = {"authorization": f"Bearer {secret}"}
    assert revoked.get("cases", headers=headers).status_code == 200
    fresh.later(days=7)
    assert problem(revoked.get("cases", headers=headers), 401)
    with fresh.home.databases.desk.begin() as connection, pytest.raises(IntakeError, match="no token"):
        tokens.revoke(connection, made.id, BO, fresh.now)


def test_only_a_hash_of_a_token_is_kept(here: Desk) -> None:
    program = here.program()
    secret = program.headers["authorization"].removeprefix("Bearer ")
    with reading(here.home.databases.desk) as connection:
        rows = connection.execute(tables.token.select()).all()
    assert secret not in str(rows)
    assert accounts.hashed(secret) in str(rows)


def test_guessing_tokens_and_asking_without_end_is_stopped_for_a_while(fresh: Desk) -> None:
    program = fresh.program()
    wrong = {"authorization": "Bearer intake_guess"}
    seen = {program.get("cases", headers=wrong).status_code for _ in range(31)}
    assert seen == {401, 429}
    stopped = program.get("cases", headers=wrong)
    assert "try again in" in problem(stopped, 429)
    assert int(stopped.headers["retry-after"]) > 0
    # nobody is locked out by somebody else's guesses
    assert program.get("cases").status_code == 200
    fresh.later(minutes=6)
    assert program.get("cases", headers=wrong).status_code == 401


def test_a_token_that_asks_too_often_waits(fresh: Desk) -> None:
    one, other = fresh.program(), fresh.program(BO)
    rates = fresh.console.site.kept.setdefault("rates", Rates())
    for _ in range(PER_TOKEN.attempts - 1):
        rates.tokens.count("1", fresh.now)
    assert one.get("ledger").status_code == 200
    assert "with this token" in problem(one.get("ledger"), 429)
    assert other.get("ledger").status_code == 200
    fresh.later(minutes=1)
    assert one.get("ledger").status_code == 200


def test_new_tokens_get_known_scopes_within_the_role() -> None:
    assert checked(["cases:read", "cases:read"], "viewer") == ("cases:read",)
    for wanted, role, said in (
        (["cases:reed"], "admin", "did you mean"),
        (["cases:write"], "viewer", "the role viewer may not"),
        (["cases:read"], None, "may not"),
        ([], "admin", "needs a scope"),
    ):
        with pytest.raises(IntakeError, match=said):
            checked(wanted, role)
    assert MEANING.keys() == SCOPES.keys()


def test_openapi_is_there_for_everybody_and_names_every_address(here: Desk) -> None:
    described = httpx.get(f"{here.url}/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert {"/cases", "/cases/{reference}", "/cases/{reference}/acts", "/explain", "/due"} <= described["paths"].keys()
    assert described["servers"] == [{"url": "/api/v1"}]


def test_what_does_not_exist_or_is_misused_is_a_problem_too(here: Desk) -> None:
    program = here.program()
    assert problem(program.get("nothing"), 404)
    assert problem(program.delete("cases"), 405)
    assert "sevrity" in problem(program.get("cases", params={"sevrity": 1}), 422)
    assert problem(program.post("due", content=b"{", headers={"content-type": "application/json"}), 422)
    assert problem(program.post("due", content=b"x" * 1_048_577), 413)
    assert problem(program.post("due", content=iter([b"{}"])), 413)
    assert problem(program.get("cases/OX-1%0A"), 404)
