"""Who leaves the desk is obeyed no more and hears of nothing; their cases go on with somebody else."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import CUSTOMERS, NOW, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act
from intake.desk.leaving import leave, preview
from intake.errors import IntakeError
from intake.store import accounts, people, tokens
from intake.store.accounts import Welcome
from intake.store.engine import reading
from intake.store.people import Agent

ADA, BO, TRIAGE = "ada@desk.example", "bo@desk.example", "triage@desk.example"
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60}) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L."), Agent(BO, "Bo")])
        for number in (1, 2):
            made.take(mail(message_id=f"{number}@hosting.example", subject=f"Matter {number}"))
            act.perform(made.house, f"OX-100{number}", Act("assign", ADA, BO), NOW)
        act.perform(made.house, "OX-1002", Act("status", "closed", BO), NOW)
        yield made


def told(desk: Home, kind: str) -> list[dict[str, Any]]:
    return [each for each in desk.outbox(desk=True) if each["kind"] == kind]


def of_ada(desk: Home, text: str = "/close\n\nIt is your own fault.\n") -> dict[str, Any]:
    """Ada's reply to the notice of OX-1001, from her proven address; its outcome."""
    letter = next(each for each in desk.outbox(desk=True) if each["to"] == ADA and each["case"] == "OX-1001")
    notice = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    to = notice["Reply-To"].addresses[0].addr_spec
    raw = mail(text, sender=f"Ada <{ADA}>", to=to, subject="Re: it", message_id="a@d", Authentication_Results=VOUCHED)
    (outcome,) = desk.take(raw, NOW + HOUR, recipient=to, envelope_from=ADA)
    return outcome


def test_open_cases_go_to_the_role_that_is_reminded_and_it_is_told(desk: Home) -> None:
    left = leave(desk.house, ADA, "", BO, NOW)
    assert (left.open, left.over) == (("OX-1001",), 1)
    assert [desk.case(each).assignee for each in ("OX-1001", "OX-1002")] == ["triage", None]
    assert [(each["to"], each["case"]) for each in told(desk, "desk-assigned")][-1] == (TRIAGE, "OX-1001")
    assert desk.shown("OX-1002")["history"][-1]["text"] == f"assigned to nobody: {ADA} left"


def test_open_cases_go_to_whoever_is_named(desk: Home) -> None:
    leave(desk.house, ADA, BO, "lead@desk.example", NOW)
    assert desk.case("OX-1001").assignee == BO


def test_a_customer_who_writes_on_a_closed_case_is_heard_by_the_desk(desk: Home) -> None:
    leave(desk.house, ADA, "", BO, NOW)
    letter = next(each for each in desk.outbox() if each["case"] == "OX-1002")
    to = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)["Reply-To"].addresses[0].addr_spec
    desk.take(mail("Still broken.\n", message_id="more@hosting.example", subject="Re:"), NOW + HOUR, recipient=to)
    assert desk.case("OX-1002").state == "open"
    assert [each["to"] for each in told(desk, "desk-reply")] == [TRIAGE]


def test_their_reply_to_an_old_notice_does_nothing_and_the_desk_is_told_not_they(desk: Home) -> None:
    leave(desk.house, ADA, "", BO, NOW)
    before = [each["id"] for each in desk.outbox(desk=True) if each["to"] == ADA]
    assert of_ada(desk)["outcome"] == "reply"
    assert desk.case("OX-1001").state == "new"
    assert [each["kind"] for each in desk.outbox()] == ["acknowledgment"] * 2
    assert [each["id"] for each in desk.outbox(desk=True) if each["to"] == ADA] == before
    (alert,) = told(desk, "desk-alert")
    body = message_from_bytes(desk.sent(alert["id"]), policy=policy.default).get_body(("plain",))
    assert body is not None
    assert alert["to"] == TRIAGE
    assert f"it came from {ADA}, who is none of the desk's people" in " ".join(body.get_content().split())


def test_their_answer_to_an_old_digest_brings_them_no_list_of_cases(desk: Home) -> None:
    for number in range(3, 6):
        desk.keep(mail(message_id=f"{number}@hosting.example", subject=f"Matter {number}"))
        act_at = NOW + number * timedelta(minutes=1)
        desk.receive(act_at)
    with desk.databases.desk.begin() as connection:
        people.save_agents(connection, [Agent(TRIAGE, "Triage")])
    for number in range(3, 6):
        act.perform(desk.house, f"OX-100{number}", Act("assign", ADA, BO), NOW + HOUR)
    leave(desk.house, ADA, BO, BO, NOW + HOUR)
    digest = [each for each in desk.outbox(desk=True) if each["to"] == ADA][-1]
    made = message_from_bytes(desk.sent(digest["id"]), policy=policy.default)
    to = made["Reply-To"].addresses[0].addr_spec
    raw = mail("Which?\n", sender=ADA, to=to, message_id="d@d", subject="Re: it", Authentication_Results=VOUCHED)
    desk.take(raw, NOW + 2 * HOUR, recipient=to, envelope_from=ADA)
    assert not [each for each in desk.outbox(desk=True) if each["to"] == ADA and each["id"] > digest["id"]]


def test_what_waited_to_be_told_to_them_is_told_to_nobody_and_the_history_says_so(tmp_path: Path) -> None:
    with home(tmp_path, {"notices.hours": ["Mon-Fri 16:00-17:00"]}) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L."), Agent(BO, "Bo")])
        desk.take(mail())
        act.perform(desk.house, "OX-1001", Act("assign", ADA, BO), NOW)
        leave(desk.house, ADA, "", BO, NOW)
        desk.tick(NOW + 8 * HOUR)
        assert ADA not in [each["to"] for each in desk.outbox(desk=True)]
        history = [each["text"] for each in desk.shown("OX-1001")["history"] if each["event"] == "not-told"]
        assert history == [f"desk-assigned to {ADA}, who left"]


def test_sessions_links_and_tokens_end(desk: Home) -> None:
    with desk.databases.desk.begin() as connection:
        accounts.set_role(connection, ADA, "agent")
        accounts.open_session(connection, "browser", ADA, "a browser", NOW)
        accounts.add_welcome(connection, "link", Welcome(ADA, "agent"), NOW)
        _, secret = tokens.create(connection, ADA, "script", ["cases:read"], BO, NOW)
    leave(desk.house, ADA, "", BO, NOW)
    with reading(desk.databases.reading) as connection:
        assert accounts.session_of(connection, "browser", NOW) is None
        assert accounts.welcome_of(connection, "link", NOW) is None
        assert tokens.of_secret(connection, secret, NOW) is None
        assert people.agent(connection, ADA) is None


def test_what_they_did_stays_in_the_history_under_their_address(desk: Home) -> None:
    act.perform(desk.house, "OX-1001", Act("note", "Rang twice.", ADA), NOW)
    leave(desk.house, ADA, "", BO, NOW)
    assert [each["actor"] for each in desk.shown("OX-1001")["history"] if each["event"] == "note"] == [ADA]


def test_a_preview_changes_nothing(desk: Home) -> None:
    assert preview(desk.house, ADA).json() == {"address": ADA, "open_cases": ["OX-1001"], "cases_that_are_over": 1}
    assert desk.case("OX-1001").assignee == ADA


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("eve@desk.example", "no agent has the address eve@desk.example"),
        (TRIAGE, "stands behind triage in config.toml; take the address out there first"),
        ("lead-engineer@desk.example", "serves Beispiel Hosting as engineer or account manager"),
    ],
)
def test_nobody_leaves_who_would_still_be_told_of_cases(tmp_path: Path, address: str, said: str) -> None:
    named = CUSTOMERS.replace('language = "en"', 'language = "en"\nengineer = "lead-engineer@desk.example"')
    with home(tmp_path, customers=named) as desk:
        with desk.databases.desk.begin() as connection:
            known = [Agent(TRIAGE, "Triage"), Agent("lead-engineer@desk.example", "Lee")]
            people.save_agents(connection, known)
        with pytest.raises(IntakeError, match=said):
            leave(desk.house, address, "", BO, NOW)


def test_nobody_hands_their_cases_to_themselves(desk: Home) -> None:
    with pytest.raises(IntakeError, match="leaves; name another agent, or a role"):
        leave(desk.house, ADA, ADA, BO, NOW)
