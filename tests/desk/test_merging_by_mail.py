"""Merging and splitting by mail: the agent's receipt, what goes out, and who may do it to which case."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, Home, home, mail

from intake.desk.trial import Tried, explain
from intake.store import people
from intake.store.audit import audit
from intake.store.engine import reading
from intake.store.people import Agent
from intake.store.spool import RoutedTo

ADA = "ada@desk.example"
SECURITY = "holes@support.example"
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"
SETTINGS: dict[str, Any] = {
    "reading.trusted_host": "mx.support.example",
    "reading.seconds": 60,
    "roles.triage": [ADA],
}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    """Kim has two cases; on the first one Lee wrote as well."""
    with home(tmp_path, SETTINGS) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        made.take(mail())
        made.take(mail(FORM, message_id="two@hosting.example", subject="Also empty"))
        more = {
            "In_Reply_To": "<one@hosting.example>",
            "message_id": "three@hosting.example",
            "Authentication_Results": VOUCHED.replace("desk", "hosting"),
        }
        made.take(mail("And the calendar is slow.\n", sender="Lee <lee@hosting.example>", subject="Calendar", **more))
        yield made


def write(desk: Home, text: str, case: str = "OX-1001", number: int = 1) -> dict[str, Any]:
    """A mail of Ada's in answer to a notice about the case; its outcome."""
    to = address(desk, case)
    (outcome,) = desk.take(written(text, to, number), NOW, recipient=to, envelope_from=ADA)
    return outcome


def written(text: str, to: str, number: int = 1) -> bytes:
    return mail(
        text, sender=f"Ada <{ADA}>", to=to, subject="Re:", message_id=f"{number}@desk.example",
        Authentication_Results=VOUCHED,
    )  # fmt: skip


def address(desk: Home, case: str) -> str:
    letters = [each for each in desk.outbox(desk=True) if each["to"] == ADA and each["case"] == case]
    made = message_from_bytes(desk.sent(letters[0]["id"]), policy=policy.default)
    return str(made["Reply-To"].addresses[0].addr_spec)


def receipt(desk: Home) -> str:
    letter = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-receipt"][-1]
    made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    body = made.get_body(("plain",))
    assert body is not None
    return f"{made['Subject']}\n{body.get_content()}"


def sound(desk: Home) -> bool:
    with reading(desk.databases.reading) as connection:
        return not any(each.broken for each in audit(connection)) and bool(desk.ledger()["balanced"])


def test_a_case_is_merged_by_mail_after_the_answer_in_the_same_mail_went_out(desk: Home) -> None:
    assert write(desk, "/merge OX-1001 because it is one outage\n\nWe look into it.\n", "OX-1002")["outcome"] == "reply"
    part, whole = desk.case("OX-1002"), desk.case("OX-1001")
    assert (part.state, part.merged_into) == ("closed", "OX-1001")
    assert "OX-1002" in whole.linked
    assert [each["kind"] for each in desk.outbox()][-1] == "reply"
    told = receipt(desk)
    assert "> We look into it." in told
    assert "/merge OX-1001 because it is one outage: done – it is a part of OX-1001 from now on: it is one" in told
    texts = [each["text"] for each in desk.shown("OX-1001")["messages"]]
    assert any("We look into it." in each for each in texts)
    assert sound(desk)


def test_a_note_that_comes_with_a_merge_is_kept(desk: Home) -> None:
    write(desk, "/note the same fault\n/merge ox-1001\n", "OX-1002")
    assert desk.case("OX-1002").merged_into == "OX-1001"
    assert any("the same fault" in each["text"] for each in desk.shown("OX-1001")["messages"])
    assert sound(desk)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("/merge OX-9999", 'no case has the reference "OX-9999"'),
        ("/merge", 'no case has the reference ""'),
        ("/merge OX-1001", "OX-1001 cannot become a part of itself"),
        ("/split", 'say which mail of OX-1001; it has 1 (kim@hosting.example, "The inbox stays empty"), 3 (lee@'),
        ("/split 2", "OX-1001 has no mail 2; it has 1"),
        ("/split 1 3", "OX-1001 would be left without a mail"),
    ],
)
def test_what_cannot_be_merged_or_split_is_refused_with_the_reason(desk: Home, command: str, why: str) -> None:
    before = [(case.reference, case.state, case.merged_into) for case in desk.cases()]
    write(desk, f"{command}\n")
    assert [(case.reference, case.state, case.merged_into) for case in desk.cases()] == before
    told = receipt(desk)
    assert f"{command}: refused" in told
    assert why in " ".join(told.split())
    assert sound(desk)


def test_a_mail_is_split_off_by_mail_and_the_receipt_names_the_new_case(desk: Home) -> None:
    write(desk, "/split 3 because it is another matter\n")
    new = desk.cases()[-1]
    assert (new.contact.address, new.subject) == ("lee@hosting.example", "Calendar")
    assert [each["from"]["address"] for each in desk.shown(new.reference)["messages"]] == ["lee@hosting.example"]
    assert new.reference in desk.case("OX-1001").linked
    told = receipt(desk)
    assert f"done – mail 3 became {new.reference}: it is another matter" in told
    assert "Not sent: the question for what is missing – there is no address that may be answered." in told
    assert [each["kind"] for each in desk.outbox(desk=True)].count("desk-receipt") == 1
    assert sound(desk)


def test_one_of_merging_and_splitting_is_done_for_a_mail(desk: Home) -> None:
    write(desk, "/split 3\n/merge OX-1002\n")
    assert desk.case("OX-1001").merged_into is None
    assert "one of /merge and /split is done for a mail" in receipt(desk)
    assert sound(desk)


def test_a_private_case_takes_none_in_from_an_agent_who_may_not_see_it(tmp_path: Path) -> None:
    private = f'[[route]]\naddress = "{SECURITY}"\npolicy = "open-xchange"\nprivate = true\nrole = "lead"\n'
    with home(tmp_path, SETTINGS, private) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        desk.take(mail())
        desk.take(mail(FORM, to=SECURITY, message_id="two@hosting.example", subject="A leak"), routes=(SECURITY,))
        write(desk, "/merge OX-1002\n")
        assert 'no case has the reference "OX-1002"' in receipt(desk)
        assert "A leak" not in receipt(desk)


def test_what_a_merge_or_split_by_mail_would_do_is_told_before_and_nothing_is_written(desk: Home) -> None:
    to = address(desk, "OX-1001")
    before = len(desk.cases())
    for text in ("/split 3\n", "/merge OX-1002\n"):
        tried = Tried("x.eml", written(text, to, 9), (RoutedTo("open-xchange@support.example", to),), NOW, ADA)
        with reading(desk.databases.reading) as connection:
            (told,) = explain(desk.house, connection, tried)
        assert told["letters"][-1]["template"] == "desk-receipt"
    assert len(desk.cases()) == before
    assert desk.case("OX-1001").merged_into is None
