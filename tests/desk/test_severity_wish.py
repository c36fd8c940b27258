"""A customer asks for another severity: what the policy says to it, who hears of it when, and what is answered."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import NOW, Home, home, mail

ZIMBRA = "zimbra@support.example"
CUSTOMERS = """
[[customer]]
name = "Beispiel Hosting"
domains = ["hosting.example"]
policy = "zimbra"
plan = "premier"
language = "en"

[[customer]]
name = "Probe"
domains = ["probe.example"]
policy = "zimbra"
plan = "trial"
since = 2026-11-01
language = "de"
"""
NIGHT = NOW + timedelta(hours=14)


@pytest.fixture
def zimbra(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, customers=CUSTOMERS) as desk:
        yield desk


def ask(desk: Home, text: str, number: int, sender: str = "kim@hosting.example", **more: str) -> None:
    raw = mail(text, sender=sender, to=ZIMBRA, message_id=f"{number}@x.example", **more)
    desk.take(raw, NIGHT, routes=[ZIMBRA], envelope_from=sender)


def text_of(desk: Home, kind: str) -> str:
    (row,) = [each for each in desk.outbox() if each["kind"] == kind]
    part = message_from_bytes(desk.sent(row["id"]), policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def test_zim_5_a_wish_in_a_reply_is_answered_once_with_the_clause_and_the_on_call_role_hears_of_it_at_once(
    zimbra: Home,
) -> None:
    ask(zimbra, "Mails arrive late.\n", 1)
    ask(zimbra, "Severity: 1\n", 2, In_Reply_To="<1@x.example>")
    case = zimbra.case()
    assert (case.severity, case.wished_severity) == (4, 1)
    said = text_of(zimbra, "severity-wish")
    assert "you asked for severity 1" in said
    assert "until a person of our team has looked at your wish" in said
    assert "(ZIM-5)" in said
    assert "Our on-call engineer has been told at once" in said
    alerts = [each for each in zimbra.outbox(desk=True) if each["kind"] == "desk-alert"]
    assert "on-call@desk.example" in {each["to"] for each in alerts}
    (alarm,) = [each for each in alerts if each["to"] == "on-call@desk.example"]
    part = message_from_bytes(zimbra.sent(alarm["id"]), policy=policy.default).get_body(("plain",))
    assert part is not None
    told = part.get_content()
    assert told.startswith("kim@hosting.example asks for Severity 1 on ZIM-1001, which has Severity 4")
    assert "(ZIM-5)" in told
    assert "support telephone" not in told
    assert "> Severity: 1" in told
    assert "First answer due" in told
    ask(zimbra, "Severity: 2\n", 3, In_Reply_To="<1@x.example>")
    assert [each["kind"] for each in zimbra.outbox()].count("severity-wish") == 1
    assert zimbra.case().wished_severity == 2


def test_zim_8_a_wish_where_the_policy_holds_the_severity_is_refused_with_the_clause_in_the_customers_language(
    zimbra: Home,
) -> None:
    ask(zimbra, "Mails kommen zu spät an.\n", 1, "kim@probe.example")
    ask(zimbra, "Severity: 1\n", 2, "kim@probe.example", In_Reply_To="<1@x.example>")
    said = text_of(zimbra, "severity-wish")
    assert "Unsere Regeln lassen die Änderung nicht zu" in said
    assert "(ZIM-8)" in said
    assert zimbra.case().severity == 4
    (entry,) = [each for each in zimbra.shown("ZIM-1001")["history"] if each["event"] == "severity-wish"]
    assert entry["because"][0]["clause"] == "ZIM-8"


def test_a_wish_for_the_severity_that_the_case_has_is_kept_and_answered_with_nothing(zimbra: Home) -> None:
    ask(zimbra, "Mails arrive late.\n", 1)
    before = len(zimbra.outbox(desk=True))
    ask(zimbra, "Severity: 4\n", 2, In_Reply_To="<1@x.example>")
    assert len(zimbra.outbox()) == 1
    assert zimbra.case().wished_severity == 4
    assert [each["kind"] for each in zimbra.outbox(desk=True)][before:] == ["desk-reply"]


@pytest.mark.parametrize("roles", [{}, {"roles.on-call": ["triage@desk.example"]}])
def test_a_mail_with_a_wish_is_told_to_each_person_once(tmp_path: Path, roles: dict[str, list[str]]) -> None:
    with home(tmp_path, roles, customers=CUSTOMERS) as desk:
        ask(desk, "Mails arrive late.\n", 1)
        before = len(desk.outbox(desk=True))
        ask(desk, "Severity: 1\n", 2, In_Reply_To="<1@x.example>")
        told = desk.outbox(desk=True)[before:]
        assert sorted(each["to"] for each in told) == sorted({each["to"] for each in told})
        assert {each["kind"] for each in told} == {"desk-alert"}
        (alert,) = [each for each in told if each["to"] == "triage@desk.example"]
        part = message_from_bytes(desk.sent(alert["id"]), policy=policy.default).get_body(("plain",))
        assert part is not None
        text = part.get_content()
        assert text.count("asks for Severity 1") == 1
        assert "> Severity: 1" in text


def test_a_sentence_that_asks_for_a_severity_is_a_wish_as_the_line_of_the_form_is(zimbra: Home) -> None:
    ask(zimbra, "Mails arrive late.\n", 1)
    ask(zimbra, "Nobody can log in any more.\nPlease raise this to severity 1.\n", 2, In_Reply_To="<1@x.example>")
    case = zimbra.case()
    assert (case.severity, case.wished_severity) == (4, 1)
    assert "you asked for severity 1" in text_of(zimbra, "severity-wish")


def test_a_sentence_about_a_severity_in_a_quote_or_a_signature_is_no_wish(zimbra: Home) -> None:
    ask(zimbra, "Mails arrive late.\n", 1)
    text = "It goes on.\n\n-- \nKim\nSeverity is now 1\n\n"
    text += "On 23 Nov 2026, Lee <lee@x.example> wrote:\n> Severity is now 1.\n"
    ask(zimbra, text, 2, In_Reply_To="<1@x.example>")
    assert zimbra.case().wished_severity is None
