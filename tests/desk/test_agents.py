"""People of the desk who work by mail: what goes to the customer, what stays, and what the receipt says."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from house import FORM, NOW, ROUTE, Home, home, mail, opened

from intake.config import Config
from intake.config.settings import Notices
from intake.core.case.act import Act
from intake.core.case.commands import COMMANDS, Command
from intake.desk import act, erasing
from intake.desk.trial import Tried, explain
from intake.store import people
from intake.store.audit import audit
from intake.store.engine import reading
from intake.store.people import Agent
from intake.store.spool import RoutedTo

ADA, BO = "ada@desk.example", "bo@desk.example"
LATER = NOW + timedelta(hours=1)
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"
QUOTE = "\n\nOn Mon, 23 Nov 2026 at 10:00, Support <open-xchange@support.example> wrote:\n> - Case: OX-1001\n> secret\n"


def broken(desk: Home) -> list[str]:
    """The rules that the audit finds broken."""
    with reading(desk.databases.reading) as connection:
        return [each.rule for each in audit(connection) if each.broken]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(
        tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}
    ) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L."), Agent(BO, "Bo")])
        made.take(mail())
        yield made


def notice(desk: Home, to: str = ADA) -> Any:
    """The first notice that the address got, parsed."""
    letter = next(each for each in desk.outbox(desk=True) if each["to"] == to)
    return message_from_bytes(desk.sent(letter["id"]), policy=policy.default)


def answer_address(desk: Home, to: str = ADA) -> str:
    address = notice(desk, to)["Reply-To"].addresses[0]
    return f"{address.username}@{address.domain}"


def write(desk: Home, text: str, number: Any = 1, *, to: str = "", **headers: str) -> dict[str, Any]:
    """A mail of Ada's to the address of her notice; its outcome."""
    to = to or answer_address(desk)
    values: dict[str, Any] = {
        "sender": f"Ada <{ADA}>",
        "to": to,
        "subject": "Re: [OX-1001] New case, severity 2: The inbox stays empty",
        "message_id": f"{number}@desk.example",
        "Authentication_Results": VOUCHED,
    } | headers
    (outcome,) = desk.take(mail(text, **values), LATER, recipient=to, envelope_from=ADA)
    return outcome


def text_of(desk: Home, letter: dict[str, Any]) -> str:
    made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    body = made.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def letters(desk: Home) -> list[dict[str, Any]]:
    """What went to the customer besides the acknowledgment."""
    return [each for each in desk.outbox() if each["kind"] != "acknowledgment"]


def receipt(desk: Home) -> str:
    """What the agent was told last: a receipt, or else an alert."""
    told = [each for each in desk.outbox(desk=True) if each["kind"] in ("desk-receipt", "desk-alert")]
    letter = told[-1]
    return f"{letter['to']} {letter['kind']}\n{letter['subject']}\n{text_of(desk, letter)}"


def test_a_reply_to_a_notice_goes_to_the_customer_under_the_agents_name_and_stops_the_clock(desk: Home) -> None:
    text = "Hello Kim,\n\nplease restart the server.\n\n-- \nAda L.\nExample Desk\n" + QUOTE
    assert write(desk, text)["outcome"] == "reply"
    (reply,) = letters(desk)
    assert (reply["kind"], reply["to"], reply["state"]) == ("reply", "kim@hosting.example", "queued")
    sent = message_from_bytes(desk.sent(reply["id"]), policy=policy.default)
    assert sent["From"] == f'"Ada L. (Open-Xchange Support)" <{ROUTE}>'
    assert sent["In-Reply-To"] == "<one@hosting.example>"
    assert sent["Auto-Submitted"] is None
    body = text_of(desk, reply)
    assert "please restart the server." in body
    assert "secret" not in body
    assert ADA not in desk.sent(reply["id"]).decode()
    case = desk.case()
    assert (case.state, case.assignee) == ("open", ADA)
    assert case.latest("response").ended_at == LATER  # type: ignore[union-attr]
    shown = desk.shown("OX-1001")["messages"][-1]
    assert (shown["direction"], shown["role"], shown["from"]["name"]) == ("out", "agent", "Ada L.")
    told = receipt(desk)
    assert told.startswith(f"{ADA} desk-receipt\n[OX-1001] Sent to kim@hosting.example")
    assert "> please restart the server." in told
    assert desk.ledger()["balanced"]


def test_a_receipt_calls_the_first_answer_due_until_it_is_given_and_says_then_when_it_was(desk: Home) -> None:
    write(desk, "/note looks like the index\n", 1)
    assert "First answer due" in receipt(desk)
    write(desk, "Please restart the server.\n", 2)
    told = receipt(desk)
    assert "First answer due" not in told
    assert "First answer: given Monday, 23 November 2026" in told


def test_a_receipt_tells_times_in_the_desks_zone(desk: Home) -> None:
    settings = desk.config.settings.model_copy(update={"notices": Notices(zone="America/New_York")})
    with opened(Config(settings, desk.config.file, desk.config.text), desk.databases) as made:
        write(made, "/note\nThey rang twice.\n")
        assert "First answer due: Monday, 23 November 2026, 08:00 (America/New_York, EST)" in receipt(made)


def test_commands_in_the_first_lines_are_done_and_confirmed_and_do_not_reach_the_customer(desk: Home) -> None:
    write(desk, "/assign bo@desk.example\n/severity 3 because only one user\n/waiting\n\nDoes it last?\n")
    case = desk.case()
    assert (case.assignee, case.severity, case.state) == (BO, 3, "waiting")
    severity, reply = letters(desk)
    assert [each["kind"] for each in (severity, reply)] == ["severity-set", "reply"]
    assert not any("/severity" in text_of(desk, each) for each in (severity, reply))
    told = receipt(desk)
    assert "- /assign bo@desk.example: done – assigned to bo@desk.example" in told
    assert "/waiting: done" in told
    assert "only one user" in [each["text"] for each in desk.shown("OX-1001")["because"]]


def test_the_customer_is_told_of_a_severity_that_changes_and_of_none_that_stays_or_comes_after_the_end(
    desk: Home,
) -> None:
    write(desk, "/severity 3 because only one user is affected\n", 1)
    (told,) = letters(desk)
    text = text_of(desk, told)
    assert "a person of our team has looked at the severity of your case" in text
    assert "First answer from a person of our team: by Tuesday, 24 November 2026" in text
    assert "only one user is affected" in text
    write(desk, "/severity 3\n", 2)
    write(desk, "/close\n", 3)
    write(desk, "/severity 4\n", 4)
    assert letters(desk) == [told]


def test_the_link_in_a_notice_says_i_have_it_and_stops_the_repeats_with_the_name_in_the_history(desk: Home) -> None:
    body = notice(desk).get_body(("plain",)).get_content()
    (link,) = re.findall(r"mailto:[^ )\n]+", body)
    url = urlsplit(link)
    filled = parse_qs(url.query)
    write(desk, filled["body"][0], to=unquote(url.path), subject=filled["subject"][0])
    assert letters(desk) == []
    assert desk.case().assignee == ADA
    assert [step.what for step in desk.case().clocks[0].steps] == ["missed"]
    history = desk.shown("OX-1001")["history"]
    assert [(each["actor"], each["text"]) for each in history if each["event"] == "have-it"] == [
        (ADA, f"{ADA} has it: no more repeats")
    ]
    before = len(desk.outbox(desk=True))
    desk.tick(NOW + timedelta(days=20))
    assert [(each["kind"], each["to"]) for each in desk.outbox(desk=True)[before:]] == [("desk-missed", ADA)]


@pytest.mark.parametrize("words", ["I have it.", "Ich habe es", "I’ve got it!"])
def test_a_reply_that_says_nothing_but_i_have_it_is_that_command_and_reaches_no_customer(
    desk: Home, words: str
) -> None:
    write(desk, f"{words}\n{QUOTE}")
    assert letters(desk) == []
    assert desk.case().assignee == ADA
    assert "has it: no more repeats" in receipt(desk)


def test_a_reply_that_says_more_than_i_have_it_is_an_answer(desk: Home) -> None:
    write(desk, "I have it.\nPlease restart the server.\n")
    assert [each["kind"] for each in letters(desk)] == ["reply"]


def test_a_refused_command_is_told_with_its_reason_and_the_answer_goes_out(desk: Home) -> None:
    write(desk, "/severity 7\n\nHello.\n")
    assert len(letters(desk)) == 1
    assert "/severity 7: refused" in receipt(desk)
    assert "right would be one of 1, 2, 3, 4" in receipt(desk)


@pytest.mark.parametrize(
    ("first", "meant"),
    [
        ("/asign me", "/assign"),
        ("/clsoe", "/close"),
        ("/severty 2", "/severity"),
        ("\\note", "/note"),
        ("＼note", "/note"),
        ("*/note*", "/note"),
        ("**/note** he is confused", "/note"),
        ("„/note“", "/note"),
        ("/xyzzy", "/help"),
    ],
)
def test_a_misspelt_command_stops_the_mail_and_says_what_was_meant(desk: Home, first: str, meant: str) -> None:
    before = desk.case()
    write(desk, f"{first}\n/waiting\n\nHello Kim, this is private perhaps.\n")
    assert letters(desk) == []
    after = desk.case()
    assert (after.state, after.assignee) == (before.state, before.assignee)
    told = receipt(desk)
    assert "Nothing was sent to the customer" in told
    assert meant in told
    assert "/waiting: refused" in told
    assert desk.shown("OX-1001")["messages"][-1]["direction"] == "note"


NOTES = {
    "note": "/note\nThe customer seems confused.\n",
    "note-on-the-line": "/note he seems confused\nand tired\n",
    "nothing-but-a-quote": QUOTE,
    "nothing-but-a-signature": "-- \nAda\n",
    "empty": "\n",
    "a-command-further-down": "Hello Kim,\n\n/note he is rude\n",
    "a-forward": "See below.\n\n-------- Forwarded Message --------\nSubject: x\nFrom: a@b.example\n\nhidden\n",
}


@pytest.mark.parametrize("text", NOTES.values(), ids=NOTES)
def test_what_is_not_clearly_an_answer_stays_a_note(desk: Home, text: str) -> None:
    write(desk, text)
    assert letters(desk) == []
    assert desk.case().running("response") is not None
    assert "Nothing was sent to the customer" in receipt(desk)


def test_a_notice_left_unquoted_by_a_client_does_not_reach_the_customer(desk: Home) -> None:
    inner = notice(desk).get_body(("plain",)).get_content()
    write(desk, f"Please restart.\n\n{inner}")
    assert letters(desk) == []
    assert "it still holds a line of our notice" in receipt(desk)


def test_the_customers_lines_that_are_answered_stay_and_ours_are_cut(desk: Home) -> None:
    text = (
        "> Customer: Beispiel Hosting is late with money\n> > Steps to reproduce: log in\nWith which browser?\n"
        "> > Current behaviour: an error is shown\nWhich one?\n"
    )
    write(desk, text)
    (reply,) = letters(desk)
    body = text_of(desk, reply)
    assert "late with money" not in body
    assert "log in" in body
    assert body.index("log in") < body.index("With which browser?") < body.index("Which one?")


def test_help_comes_back_and_nothing_goes_out(desk: Home) -> None:
    write(desk, "/help\n\nHello\n")
    assert letters(desk) == []
    assert "/severity 2 because REASON" in receipt(desk)


@pytest.mark.parametrize(
    "text", ["/help\n", "/have-it\n", "/resolved because it was restarted\n", "/severity 7\n", "\n"]
)
def test_a_mail_that_holds_only_commands_can_be_read_on_the_case(desk: Home, text: str) -> None:
    assert write(desk, text)["outcome"] == "reply"
    kept = desk.shown("OX-1001")["messages"][-1]
    assert (kept["direction"], kept["role"], kept["text"].strip()) == ("note", "agent", text.strip())
    assert [each for each in letters(desk) if each["kind"] == "reply"] == []
    assert broken(desk) == []


UNPROVEN: dict[str, dict[str, str]] = {
    "nobody-vouches": {"Authentication_Results": ""},
    "forged-by-another-host": {"Authentication_Results": VOUCHED.replace("mx.", "other.")},
    "dmarc-fail": {"Authentication_Results": VOUCHED.replace("pass", "fail")},
    "two-readings-of-from": {"sender": f'"{ADA}" <mallory@evil.example>, {ADA}'},
    "another-sender": {
        "sender": "mallory@evil.example",
        "Authentication_Results": "mx.support.example; dmarc=pass header.from=evil.example",
    },
    "another-agent": {"sender": BO},
}


@pytest.mark.parametrize("headers", UNPROVEN.values(), ids=UNPROVEN)
def test_without_a_proven_sender_nothing_goes_out_and_the_agent_is_told(desk: Home, headers: dict[str, str]) -> None:
    before = desk.case()
    write(desk, "/close\n\nSend money to this account.\n", **headers)
    assert letters(desk) == []
    assert desk.case().state == before.state
    assert desk.case().running("response") is not None
    kept = desk.shown("OX-1001")["messages"][-1]
    assert (kept["direction"], kept["role"]) == ("note", "unverified")
    assert "Send money" in kept["text"]
    told = receipt(desk)
    assert told.startswith(f"{BO if headers.get('sender') == BO else ADA} desk-alert")
    assert "nothing else was done" in told


@pytest.mark.parametrize("to", [ROUTE, "forged"])
def test_without_a_token_nothing_goes_out_and_the_agent_is_told(desk: Home, to: str) -> None:
    if to == "forged":
        address = answer_address(desk)
        to = address.replace(address.split("@")[0][-2:] + "@", "zz@")
    write(desk, "/close\n\nHello.\n", to=to, In_Reply_To=str(notice(desk)["Message-ID"]))
    assert letters(desk) == []
    assert desk.case().state == "new"
    assert "it carries no token" in receipt(desk)


def test_a_flood_of_forged_agents_mail_brings_the_agent_three_alerts_an_hour(desk: Home) -> None:
    for number in range(20):
        write(desk, f"Hello {number}\n", number, Authentication_Results="")
    assert len([each for each in desk.outbox(desk=True) if each["kind"] == "desk-alert"]) == 3
    assert letters(desk) == []


def test_other_alerts_do_not_keep_an_agent_from_being_told_of_their_unproven_answer(desk: Home) -> None:
    for number in range(3):
        desk.take(mail(message_id=f"case{number}@hosting.example", subject=f"Matter {number}"), LATER)
        raw = mail(
            "Solved, thanks", message_id=f"s{number}@hosting.example", In_Reply_To=f"<case{number}@hosting.example>"
        )
        desk.take(raw, LATER)
    before = [each for each in desk.outbox(desk=True) if (each["kind"], each["to"]) == ("desk-alert", ADA)]
    assert len(before) >= 3
    write(desk, "Please restart.\n", Authentication_Results="")
    assert receipt(desk).startswith(f"{ADA} desk-alert")
    assert "nothing else was done" in receipt(desk)


def test_a_shared_mailbox_of_a_role_answers_through_whoever_of_the_desk_reads_it(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60}) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        desk.take(mail())
        write(desk, "Please restart.\n", to=answer_address(desk, "triage@desk.example"))
        assert [each["kind"] for each in letters(desk)] == ["reply"]


@pytest.mark.parametrize(
    ("sender", "signed", "end"),
    [
        ("Triage <triage@desk.example>", '"Triage (Open-Xchange Support)"', "Triage\nOpen-Xchange Support"),
        ("triage@desk.example", "Open-Xchange Support", "restart.\n\nOpen-Xchange Support"),
        ('"triage@desk.example" <triage@desk.example>', "Open-Xchange Support", "restart.\n\nOpen-Xchange Support"),
    ],
)
def test_an_answer_from_a_roles_mailbox_is_signed_with_its_name_and_never_with_its_address(
    tmp_path: Path, sender: str, signed: str, end: str
) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60}) as desk:
        desk.take(mail())
        write(desk, "Please restart.\n", to=answer_address(desk, "triage@desk.example"), sender=sender)
        (reply,) = letters(desk)
        sent = message_from_bytes(desk.sent(reply["id"]), policy=policy.default)
        assert sent["From"] == f"{signed} <{ROUTE}>"
        assert end in text_of(desk, reply).replace("\r\n", "\n")
        assert "desk.example" not in desk.sent(reply["id"]).decode()


def test_an_agent_who_copies_us_on_their_own_mail_has_answered_and_nothing_is_sent_again(desk: Home) -> None:
    headers = {"to": "Kim <kim@hosting.example>", "Cc": ROUTE, "In_Reply_To": "<one@hosting.example>"}
    raw = mail(
        "Please restart.\n", sender=ADA, message_id="own@desk.example", Authentication_Results=VOUCHED, **headers
    )
    (outcome,) = desk.take(raw, LATER, envelope_from=ADA)
    assert outcome["outcome"] == "reply"
    assert letters(desk) == []
    case = desk.case()
    assert case.latest("response").ended_at == LATER  # type: ignore[union-attr]
    assert (case.state, case.assignee) == ("open", ADA)
    shown = desk.shown("OX-1001")["messages"][-1]
    assert (shown["direction"], shown["message_id"]) == ("out", "own@desk.example")
    assert "nothing was sent again" in receipt(desk)
    # the customer's answer to it finds the case
    answer = mail("Thanks.\n", message_id="b@hosting.example", subject="Re:", In_Reply_To="<own@desk.example>")
    assert desk.take(answer, LATER)[0]["outcome"] == "reply"


def test_a_command_below_the_text_of_a_mail_that_the_customer_has_is_named_as_not_done(desk: Home) -> None:
    headers = {"to": "Kim <kim@hosting.example>", "Cc": ROUTE, "In_Reply_To": "<one@hosting.example>"}
    text = "Please restart.\n\n/close\n"
    raw = mail(text, sender=ADA, message_id="own@desk.example", Authentication_Results=VOUCHED, **headers)
    desk.take(raw, LATER, envelope_from=ADA)
    assert desk.case().state == "open"
    assert "/close: refused – not done, since the customer has this mail" in " ".join(receipt(desk).split())


def test_a_forged_copy_stops_no_clock(desk: Home) -> None:
    raw = mail(
        "Done.\n",
        sender=ADA,
        to="kim@hosting.example",
        Cc=ROUTE,
        message_id="f@evil.example",
        In_Reply_To="<one@hosting.example>",
    )
    desk.take(raw, LATER, envelope_from="mallory@evil.example")
    assert desk.case().running("response") is not None
    assert desk.shown("OX-1001")["messages"][-1]["role"] == "unverified"


def test_an_agents_absence_note_goes_to_nobody(desk: Home) -> None:
    assert write(desk, "I am away.\n", Auto_Submitted="auto-replied")["outcome"] == "automatic"
    assert letters(desk) == []


def test_the_same_words_twice_go_out_once(desk: Home) -> None:
    write(desk, "Please restart.\n", 1)
    write(desk, "Please  restart.\n\n", 2, Date="Mon, 23 Nov 2026 09:30:00 +0000")
    assert len(letters(desk)) == 1
    assert "the same words went out before" in receipt(desk)


def test_old_mail_of_an_agent_is_kept_and_never_obeyed(desk: Home) -> None:
    to = answer_address(desk)
    raw = mail("Hello.\n", sender=ADA, to=to, message_id="old@desk.example", Authentication_Results=VOUCHED)
    before = len(desk.outbox(desk=True))
    desk.take(raw, LATER, recipient=to, envelope_from=ADA, backlog=True)
    assert letters(desk) == []
    assert len(desk.outbox(desk=True)) == before


def test_whom_an_agent_copies_gets_the_answers_of_people(desk: Home) -> None:
    write(desk, "/cc lee@partner.example\n\nPlease restart.\n")
    (reply,) = letters(desk)
    sent = message_from_bytes(desk.sent(reply["id"]), policy=policy.default)
    assert str(sent["Cc"]) == "lee@partner.example"
    assert "Sent to kim@hosting.example, lee@partner.example" in receipt(desk)


def test_a_customer_who_answers_to_an_address_that_an_agent_passed_on_writes_as_the_customer(desk: Home) -> None:
    to = answer_address(desk)
    raw = mail("More from me.\n", to=to, message_id="two@hosting.example", subject="Re: your mail")
    assert desk.take(raw, LATER, recipient=to)[0]["outcome"] == "reply"
    assert desk.shown("OX-1001")["messages"][-1]["role"] == "customer"


def test_what_an_agents_mail_would_do_is_told_before(desk: Home) -> None:
    to = answer_address(desk)
    raw = mail("/waiting\n\nWhich browser?\n", sender=ADA, to=to, Authentication_Results=VOUCHED, subject="Re: x")
    tried = Tried("x.eml", raw, (RoutedTo(ROUTE, to),), LATER, ADA)
    before = len(desk.outbox())
    with reading(desk.databases.reading) as connection:
        (told,) = explain(desk.house, connection, tried)
    assert (told["outcome"], told["case"]) == ("reply", "OX-1001")
    assert (told["answer"]["template"], told["answer"]["to"]) == ("reply", "kim@hosting.example")
    assert "Which browser?" in told["answer"]["text"]
    assert [(each["template"], each["to"]) for each in told["letters"]][-1] == ("desk-receipt", ADA)
    assert len(desk.outbox()) == before
    assert desk.case().state == "new"


def test_a_receipt_shows_the_letter_that_a_command_made_go_out(desk: Home) -> None:
    write(desk, "/resolved because it was restarted\n")
    told = receipt(desk)
    assert "[OX-1001] Done: /resolved; a letter of ours goes to kim@hosting.example\n" in told
    assert "Nothing was sent" not in told
    assert 'goes to kim@hosting.example, "[OX-1001] Resolved: The inbox stays empty"' in told
    assert "> it was restarted" in told


def test_a_receipt_shows_answer_and_letter_where_both_go_out(desk: Home) -> None:
    write(desk, "/resolved\n\nPlease restart.\n")
    told = receipt(desk)
    assert "Sent to kim@hosting.example" in told
    assert "> Please restart." in told
    assert '"[OX-1001] Resolved: The inbox stays empty"' in told


def test_words_that_stay_a_note_are_told_apart_from_a_letter_that_goes_out(desk: Home) -> None:
    write(desk, "/note they seem confused\n/escalate because three hours of silence\n")
    told = receipt(desk)
    assert "[OX-1001] Kept as a note; done: /escalate; a letter of ours goes to kim@hosting.example\n" in told
    assert "Your words were not sent to the customer: it is a note, as /note says." in told
    assert "Your case has been escalated" in told
    assert "> they seem confused" in told


@pytest.mark.parametrize("text", ["/close\n", "/waiting\n", "/workaround because of the old index\n", "/assign me\n"])
def test_a_command_that_sends_nothing_is_not_said_to_have_sent_anything(desk: Home, text: str) -> None:
    write(desk, text)
    assert letters(desk) == []
    assert "Nothing was sent to the customer" in receipt(desk)


def test_a_letter_that_may_not_go_out_is_named_with_the_reason(desk: Home) -> None:
    write(desk, "/resolved\n", 1)
    write(desk, "/open\n/resolved\n", 2, subject="Re: again")
    assert [each["kind"] for each in letters(desk)] == ["resolved"]
    told = receipt(desk)
    assert "Nothing was sent to the customer" in told
    assert "Not sent: the letter that the case is resolved – the case had this kind of letter already." in told


HEADINGS = {
    "/assign me\n": "Done: /assign me",
    "/assign me\n/waiting\n": "Done: /assign me, /waiting",
    "/severity 9\n": "Refused: /severity 9",
    "/assign me\n/severity 9 because it is worse\n": "Done: /assign me; refused: /severity 9",
    "/note they rang\n": "Kept as a note",
    "/help\n": "What you can do by mail",
    "/assing me\n\nHello Kim\n": "Nothing was done: /assing me",
    "Hello Kim\n/close\n": 'Nothing was done: "/close" stands below other words; commands stand in the first lines',
    "/severity 9\n\nPlease restart.\n": "Sent to kim@hosting.example; refused: /severity 9",
    "The same words\n\nWhy this severity, as the customer reads it:\n": "Nothing was sent to the customer",
}


@pytest.mark.parametrize("text", HEADINGS)
def test_a_receipts_heading_says_what_happened(desk: Home, text: str) -> None:
    write(desk, text)
    assert receipt(desk).splitlines()[1] == f"[OX-1001] {HEADINGS[text]}"


SIGNED = {
    "delimiter": "\n-- \nAda L.\nExample Desk\n+49 30 1234567\n",
    "delimiter-without-space": "\n--\nAda L.\nExample Desk\n+49 30 1234567\n",
    "card-below-a-formula": "\nKind regards\nAda L.\nEngineer\nExample Desk | +49 30 1234567\n",
    "german-card": "\nMit freundlichen Grüßen\n\nAda L.\nSupport\n\nMusterweg 1\n10115 Berlin\nTel.: +49 30 1234567\n",
    "phone": "\nSent from my iPhone\n",
    "legal": "\nThis e-mail is confidential. If you are not the recipient, please delete it: +49 30 1234567.\n",
}


@pytest.mark.parametrize("signature", SIGNED.values(), ids=SIGNED)
def test_of_an_answer_the_signature_is_cut_as_the_page_about_working_by_mail_says(desk: Home, signature: str) -> None:
    write(desk, f"Please restart the server.\n{signature}")
    (reply,) = letters(desk)
    body = text_of(desk, reply)
    assert "Please restart the server." in body
    assert not re.search("1234567|Sent from|confidential|Engineer", body)


def test_a_card_without_a_formula_above_it_goes_along_as_that_page_says(desk: Home) -> None:
    write(desk, "Please restart the server.\n\nAda L.\nEngineer\n+49 30 1234567\n")
    (reply,) = letters(desk)
    assert "+49 30 1234567" in text_of(desk, reply)


@pytest.mark.parametrize("name", ["Ada", "Ada L.", "ada l"])
def test_an_answer_that_ends_with_the_agents_name_is_not_signed_with_it_once_more(desk: Home, name: str) -> None:
    write(desk, f"Please restart.\n\nKind regards\n{name}\n")
    (reply,) = letters(desk)
    body = text_of(desk, reply)
    assert body.lower().count("ada") == 1
    assert "Open-Xchange Support" in body


@pytest.mark.parametrize("command", ["/spam\n", "/close\n"])
def test_a_receipt_names_no_due_time_for_an_answer_that_nobody_owes_any_more(desk: Home, command: str) -> None:
    write(desk, command)
    assert "First answer due" not in receipt(desk)


def test_an_answer_to_spam_is_a_note_until_the_case_is_opened(desk: Home) -> None:
    write(desk, "/spam\n")
    write(desk, "Please restart.\n", 2)
    assert letters(desk) == []
    assert "OX-1001 is closed as spam and gets no answer; open it first" in receipt(desk)
    write(desk, "/open\n", 3)
    write(desk, "Please restart it.\n", 4)
    assert [each["kind"] for each in letters(desk)] == ["reply"]


def test_a_field_is_waived_by_its_name_in_the_form(tmp_path: Path) -> None:
    settings = {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}
    with home(tmp_path, settings) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        lacking = [line for line in FORM.splitlines() if not line.startswith(("Server Version", "Track-ID"))]
        desk.take(mail("\n".join(lacking) + "\n"))
        write(desk, "/waive Server Version because they run ours\n/waive track-id\n/waive Colour\n")
        told = receipt(desk)
        assert "/waive Server Version because they run ours: done" in told
        assert "/waive Colour: refused" in told
        assert desk.case().waived == {"server_version", "track_id"}
        assert "A letter of ours goes to kim@hosting.example" in told


def test_who_is_named_as_the_customer_is_asked_for_what_is_missing(desk: Home) -> None:
    forward = "See below.\n\nlogin fails for all.\n"
    raw = mail(
        forward, sender=f"Ada <{ADA}>", subject="Fwd: Login", message_id="f@desk.example",
        Authentication_Results=VOUCHED,
    )  # fmt: skip
    desk.take(raw, LATER, envelope_from=ADA)
    asked = desk.outbox(desk=True)[-1]
    made = message_from_bytes(desk.sent(asked["id"]), policy=policy.default)
    write(desk, "/customer lee@hosting.example\n", to=made["Reply-To"].addresses[0].addr_spec, subject="Re: Login")
    letter = letters(desk)[-1]
    assert (letter["kind"], letter["to"]) == ("missing-information", "lee@hosting.example")


def test_a_command_in_a_mail_that_the_customer_has_is_named_as_not_done(desk: Home) -> None:
    write(desk, "/severity 1\n\nHello Kim.\n", to="kim@hosting.example", Cc=ROUTE)
    assert desk.case().severity == 2
    told = receipt(desk)
    assert "[OX-1001] Your answer is on the case; refused: /severity 1\n" in told
    assert "not done, since the customer has this mail" in told


def test_who_wrote_on_the_case_can_be_given_a_copy_of_answers(desk: Home) -> None:
    vouched = "mx.support.example; dmarc=pass header.from=hosting.example"
    raw = mail(
        "Me too.\n", sender="lee@hosting.example", subject="Re: [OX-1001]", message_id="lee@hosting.example",
        Authentication_Results=vouched,
    )  # fmt: skip
    desk.take(raw, LATER, envelope_from="lee@hosting.example")
    write(desk, "/cc lee@hosting.example\n\nHello both.\n")
    sent = message_from_bytes(desk.sent(letters(desk)[-1]["id"]), policy=policy.default)
    assert sent["Cc"].addresses[0].addr_spec == "lee@hosting.example"
    write(desk, "/cc lee@hosting.example kim@hosting.example\n", 2)
    assert "answers go to lee@hosting.example, kim@hosting.example already" in receipt(desk)


def test_who_was_given_a_copy_is_taken_off_again_before_the_answer_in_the_same_mail(desk: Home) -> None:
    write(desk, "/cc lee@partner.example, bo@partner.example\n\nPlease restart.\n", 1)
    write(desk, "/uncc <Lee@partner.example>\n\nDid it help?\n", 2)
    sent = message_from_bytes(desk.sent(letters(desk)[-1]["id"]), policy=policy.default)
    assert str(sent["Cc"]) == "bo@partner.example"
    said = "lee@partner.example gets no more copies of answers, and takes no part from now on"
    assert said in " ".join(receipt(desk).split())
    assert said in [each["text"] for each in desk.shown("OX-1001")["history"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/uncc lee@partner.example", "lee@partner.example gets no copy of the answers on OX-1001; nobody does"),
        (
            "/cc bo@partner.example\n/uncc bo@partner.example lee@partner.example",
            "lee@partner.example gets no copy of the answers on OX-1001; copies go to bo@partner.example",
        ),
        ("/uncc KIM@hosting.example", "OX-1001 is kim@hosting.example's; first hand it over to somebody else"),
        ("/uncc", "name one to 10 mail addresses"),
        ("/uncc lee", '"lee" is no mail address'),
    ],
)
def test_nobody_is_taken_off_who_gets_no_copy(desk: Home, line: str, said: str) -> None:
    write(desk, f"{line}\n")
    people = desk.case().participants
    assert said in " ".join(receipt(desk).split())
    assert desk.case().participant("kim@hosting.example") in people


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.name not in ("note", "assign", "help")])
def test_no_command_brings_an_erased_case_back_to_life(desk: Home, command: Command) -> None:
    to = answer_address(desk)
    act.perform(desk.house, "OX-1001", Act("status", "closed", ADA), NOW)
    erasing.erase(desk.house, "kim@hosting.example", ADA, NOW)
    desk.take(mail(sender="Lee <lee@hosting.example>", message_id="2@hosting.example"))
    letters = len(desk.outbox())
    written = command.form.replace("ADDRESS", "lee@hosting.example").replace("CASE", "OX-1002")
    assert write(desk, f"{written}\n", to=to)["outcome"] == "reply"
    (line,) = (each for each in receipt(desk).splitlines() if "refused – " in each)
    assert (
        line.partition("refused – ")[2]
        == "OX-1001 was erased on request and takes notes alone; a new matter is a new case"
    )
    case = desk.case("OX-1001")
    assert (case.state, case.contact.address, len(desk.outbox())) == ("closed", "", letters)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("please /close this\n", "Sent as words: /close. A command stands on a line of its own"),
        ("Hello Kim,\n\nyou may /close or /open it!\n", "Sent as words: /close, /open."),
        ("Please look at https://x.example/close and at /etc/close\n", ""),
        ("Please look again.\n\n> please /close this\n", ""),
        ("/note please /close this\n", ""),
    ],
)
def test_a_command_within_a_sentence_is_sent_as_words_and_the_receipt_says_so(desk: Home, text: str, said: str) -> None:
    write(desk, text)
    assert desk.case().state in ("new", "open")
    told = " ".join(receipt(desk).split())
    assert said in told
    assert ("Sent as words" in told) == bool(said)


def test_an_answer_at_an_erased_case_is_kept_as_a_note(desk: Home) -> None:
    to = answer_address(desk)
    act.perform(desk.house, "OX-1001", Act("status", "closed", ADA), NOW)
    erasing.erase(desk.house, "kim@hosting.example", ADA, NOW)
    write(desk, "Did it help?\n", to=to)
    assert "Nothing was sent to the customer: OX-1001 was erased on request" in " ".join(receipt(desk).split())
    assert [each["direction"] for each in desk.shown("OX-1001")["messages"]] == ["in", "note"]


def test_whose_the_case_became_is_not_taken_off_as_one_in_copy(desk: Home) -> None:
    write(desk, "/cc lee@hosting.example\n/customer lee@hosting.example\n/uncc lee@hosting.example\n")
    assert desk.case().participant("lee@hosting.example") is not None
    assert "first hand it over" in receipt(desk)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/assign", "say who gets the case: me, an address, a role, or nobody"),
        ("/assign bo@dekc.example", "bo@dekc.example is none of the desk's people"),
    ],
)
def test_a_case_is_given_to_nobody_by_mistake_and_to_no_stranger(desk: Home, line: str, said: str) -> None:
    write(desk, "/assign me\n", 1)
    write(desk, f"{line}\n", 2)
    assert desk.case().assignee == ADA
    assert said in " ".join(receipt(desk).split())
    assert "desk-assigned" not in [each["kind"] for each in desk.outbox(desk=True)]


@pytest.mark.parametrize("whom", ["lead@desk.example", "lead", "nobody", BO])
def test_a_case_is_given_to_people_of_the_desk_and_roles(desk: Home, whom: str) -> None:
    write(desk, f"/assign {whom}\n", 1)
    assert desk.case().assignee == (None if whom == "nobody" else whom)
