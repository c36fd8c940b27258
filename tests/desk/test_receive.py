"""Receiving: each kept mail becomes one outcome on each route, whatever goes wrong with its neighbours."""

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import CUSTOMERS, FORM, NOW, ROUTE, Home, home, mail, opened
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError
from workers import hanging_over_a_mail_of

from intake import app
from intake.core.case.act import Act
from intake.desk import act
from intake.desk.receive import again, receive
from intake.store import people
from intake.store.people import Agent

SECOND = "second@support.example"
TWO_ROUTES = f'[[route]]\naddress = "{SECOND}"\npolicy = "open-xchange"\nqueue = "second"\n'
WITHOUT_SEVERITY = FORM.replace("Severity: 2\n", "")
TRUSTED = {"reading.trusted_host": "mx.support.example"}
PASS = "mx.support.example; dmarc=pass header.from=hosting.example"
HEAD = b"From: bad@hosting.example\r\nSubject: heavy\r\nMIME-Version: 1.0\r\n"


def follow_up(text: str = "One more thing.\n", number: int = 2, **more: str) -> bytes:
    """A mail of the same person on the thread that `mail()` begins."""
    headers = {"subject": "Re: The inbox stays empty", "In_Reply_To": "<one@hosting.example>"} | more
    return mail(text, message_id=f"{number}@hosting.example", **headers)


def kinds(desk: Home) -> list[str]:
    return [each["kind"] for each in desk.outbox()]


def test_a_complete_form_becomes_a_case_with_an_acknowledgment_and_a_clock(desk: Home) -> None:
    (outcome,) = desk.take(mail())
    case = desk.case()
    assert outcome["outcome"] == "new_case"
    assert (case.reference, case.severity, case.state, case.queue) == ("OX-1001", 2, "new", "support")
    assert [(clock.kind, clock.due_at) for clock in case.clocks] == [("response", NOW + timedelta(hours=4))]
    assert kinds(desk) == ["acknowledgment"]
    assert [each["kind"] for each in desk.outbox(desk=True)] == ["desk-new-case"]
    assert b"OX-1001" in desk.sent(1)


def test_missing_fields_are_asked_for_and_a_reply_with_them_completes_the_case(desk: Home) -> None:
    desk.take(mail(WITHOUT_SEVERITY))
    assert "missing-information" in desk.case().marks
    desk.take(follow_up("Severity: 3\n"), NOW + timedelta(hours=1))
    case = desk.case()
    assert "missing-information" not in case.marks
    assert case.running("information") is None
    assert case.severity == 3
    assert kinds(desk) == ["missing-information", "acknowledgment"]


def test_two_mails_of_one_thread_in_one_batch_land_on_one_case(desk: Home) -> None:
    first, second = desk.keep(mail(WITHOUT_SEVERITY)), desk.keep(follow_up("Severity: 2\n"))
    assert receive(desk.house, NOW) == 2
    assert [desk.outcomes(each)[0]["outcome"] for each in (first, second)] == ["new_case", "reply"]
    assert len(desk.shown(desk.case().reference)["messages"]) == 2


def test_colleagues_who_write_on_one_thread_in_one_batch_land_on_one_case(tmp_path: Path) -> None:
    with home(tmp_path, TRUSTED) as desk:
        first = desk.keep(mail(Authentication_Results=PASS))
        lee = "lee@hosting.example"
        second = desk.keep(follow_up(sender=lee, Authentication_Results=PASS), envelope_from=lee)
        desk.receive()
        assert [desk.outcomes(each)[0]["outcome"] for each in (first, second)] == ["new_case", "reply"]
        assert [each.address for each in desk.case().participants] == ["kim@hosting.example", lee]


def test_one_writers_mails_in_one_batch_count_against_one_another(tmp_path: Path) -> None:
    with home(tmp_path, TRUSTED) as desk:
        for number in range(6):
            raw = mail(f"{FORM}{number}", message_id=f"{number}@hosting.example", Authentication_Results=PASS)
            desk.keep(raw, envelope_from=f"bounces-{number}@sender.example")
        desk.receive()
        assert len(desk.cases()) == 6
        assert [each["state"] for each in desk.outbox()] == ["queued"] * 3 + ["withheld"] * 3
        desk.tick(NOW + timedelta(hours=1))
        assert [each["kind"] for each in desk.outbox() if each["state"] == "queued"][3:] == ["digest"]


def test_a_long_thread_of_one_writer_keeps_its_order_in_one_batch(desk: Home) -> None:
    desk.keep(mail())
    for number in range(2, 12):
        desk.keep(follow_up(f"Part {number}\n", number))
    desk.receive()
    shown = desk.shown(desk.case().reference)
    assert [each["new_text"].strip() for each in shown["messages"][1:]] == [f"Part {each}" for each in range(2, 12)]


def test_a_mail_to_two_routes_has_an_outcome_on_each_and_linked_cases(tmp_path: Path) -> None:
    with home(tmp_path, more=TWO_ROUTES) as desk:
        outcomes = desk.take(mail(to=f"{ROUTE}, {SECOND}"), routes=[ROUTE, SECOND])
        assert [(each["route"], each["outcome"]) for each in outcomes] == [(ROUTE, "new_case"), (SECOND, "new_case")]
        first, second = desk.cases()
        assert (first.linked, second.linked) == ((second.reference,), (first.reference,))
        assert (first.queue, second.queue) == ("support", "second")
        assert desk.ledger()["received"] == 2
        assert desk.ledger()["balanced"]
        desk.take(follow_up(to=f"{ROUTE}, {SECOND}"), NOW + timedelta(minutes=1), routes=[ROUTE, SECOND])
        assert [len(desk.shown(case.reference)["messages"]) for case in (first, second)] == [2, 2]


def test_a_reply_to_one_of_two_routes_lands_on_that_routes_case(tmp_path: Path) -> None:
    with home(tmp_path, more=TWO_ROUTES) as desk:
        desk.take(mail(to=f"{ROUTE}, {SECOND}"), routes=[ROUTE, SECOND])
        for number, route in enumerate((SECOND, ROUTE), 2):
            desk.take(follow_up(number=number, to=route), NOW + timedelta(minutes=number), routes=[route])
        assert {case.route: len(desk.shown(case.reference)["messages"]) for case in desk.cases()} == {
            ROUTE: 2,
            SECOND: 2,
        }


def test_a_save_that_came_too_late_is_decided_again_on_what_is_now_true(desk: Home) -> None:
    desk.take(mail(WITHOUT_SEVERITY))
    desk.keep(follow_up("Severity: 3\n"))
    fresh = desk.house.unique

    def meanwhile() -> str:
        # rendered before the transaction: somebody else is quicker
        desk.house.unique = fresh
        act.perform(desk.house, "OX-1001", Act("assign", "ada@desk.example", "ada@desk.example"), NOW)
        return fresh()

    desk.house.unique = meanwhile
    assert receive(desk.house, NOW) == 0
    assert desk.ledger()["waiting"] == 1
    desk.receive()
    assert desk.ledger()["waiting"] == 0
    case = desk.case()
    assert case.assignee == "ada@desk.example"
    assert [each["event"] for each in desk.shown(case.reference)["history"]].count("reply") == 1
    # told to whoever has the case by now, and once
    assert [each["to"] for each in desk.outbox(desk=True) if each["kind"] == "desk-reply"] == ["ada@desk.example"]


def breaking_at(fresh: Callable[[], str], when: set[int], how: Callable[[], str]) -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: how() if next(count) in when else fresh()


def three(desk: Home, text: str = FORM, route: str = ROUTE) -> list[int]:
    """Three mails that share nothing, so that they are decided and stored together."""
    return [
        desk.keep(
            mail(f"{text}{each}", sender=f"{each}@hosting.example", message_id=f"{each}@hosting.example", to=route),
            envelope_from=f"{each}@hosting.example",
            routes=[route],
        )
        for each in "abc"
    ]


def raise_it(error: Exception) -> Any:
    raise error


def test_an_error_in_deciding_parks_that_mail_with_the_error_and_its_neighbours_go_on(desk: Home) -> None:
    # the second mail's acknowledgment asks for the second token; of all that are then decided singly, for the fourth
    desk.house.unique = breaking_at(desk.house.unique, {2, 4}, lambda: raise_it(LookupError("no such thing")))
    ids = three(desk)
    desk.receive()
    assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case", "parked", "new_case"]
    assert "LookupError: no such thing" in desk.outcomes(ids[1])[0]["because"]
    assert desk.ledger()["balanced"]


def test_an_error_in_storing_parks_that_mail_and_its_neighbours_are_stored(tmp_path: Path) -> None:
    with home(tmp_path, {"roles.on-call": ["a@desk.example", "b@desk.example"]}) as desk:
        # two alerts under one Message-ID: the store refuses the second
        desk.house.unique = breaking_at(desk.house.unique, {5, 6}, lambda: "same")
        ids = three(desk, "Severity: 1\n", "zimbra@support.example")
        desk.receive()
        assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case", "parked", "new_case"]
        assert "IntegrityError" in desk.outcomes(ids[1])[0]["because"]
        assert len(desk.cases()) == 2
        assert desk.ledger()["balanced"]


def test_an_error_in_telling_of_a_parked_mail_parks_it_all_the_same(desk: Home) -> None:
    ids = three(desk)
    desk.house.unique = lambda: raise_it(LookupError("never"))
    desk.receive()
    assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["parked"] * 3
    assert desk.ledger()["balanced"]


@pytest.mark.sqlite("its lock")
def test_a_database_that_is_away_parks_nothing_and_all_is_decided_when_it_is_back(desk: Home) -> None:
    @event.listens_for(desk.databases.desk, "connect")
    def impatient(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    desk.databases.desk.dispose()
    ids = three(desk)
    holder = sqlite3.connect(desk.config.folder / "desk.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"):
        receive(desk.house, NOW)
    holder.execute("ROLLBACK")
    holder.close()
    assert desk.ledger()["waiting"] == 3
    desk.receive()
    assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case"] * 3


@pytest.mark.sqlite("its size")
def test_a_disk_that_is_full_while_storing_parks_nothing(desk: Home) -> None:
    ids = three(desk)
    fresh = desk.house.unique

    def full() -> str:
        desk.house.unique = fresh
        desk.databases.desk.dispose()

        @event.listens_for(desk.databases.desk, "connect")
        def cramped(connection: sqlite3.Connection, _entry: object) -> None:
            # room for a line about a parked mail, not for a case
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={pages + 1}")

        return fresh()

    desk.house.unique = full
    with pytest.raises(OperationalError, match="full"):
        receive(desk.house, NOW)
    assert desk.ledger()["waiting"] == 3
    with opened(desk.config, app.open_store(desk.config)) as roomy:
        roomy.receive()
    assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case"] * 3


def test_a_database_that_goes_away_while_deciding_parks_nothing(desk: Home) -> None:
    gone = OperationalError("SELECT 1", None, sqlite3.OperationalError("server closed the connection"))
    desk.house.unique = breaking_at(desk.house.unique, {3}, lambda: raise_it(gone))
    ids = three(desk)
    with pytest.raises(OperationalError):
        receive(desk.house, NOW)
    assert desk.ledger()["waiting"] == 3
    desk.receive()
    assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case"] * 3


def heavy_mail(parts: int = 400) -> bytes:
    """65 kB of HTML in each part: with 400 of them no reader is done at once."""
    part = b"--x\r\nContent-Type: text/html\r\n\r\n" + b"<p>a &lt; b <b>c</b></p>\r\n" * 2_500 + b"\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * parts + b"--x--\r\n"


@pytest.mark.parametrize(
    ("changes", "while_reading", "reason"),
    [
        ({"reading.seconds": 3}, lambda: hanging_over_a_mail_of(70), "more than 3 seconds"),
        ({"reading.memory_mb": 128}, nullcontext, "more than 128 MB of memory"),
    ],
    ids=["hangs", "eats-memory"],
)
def test_a_mail_that_cannot_be_read_within_its_limits_is_parked_and_its_neighbours_are_decided(
    tmp_path: Path, changes: dict[str, Any], while_reading: Callable[[], AbstractContextManager[None]], reason: str
) -> None:
    with home(tmp_path, changes) as desk:
        before = three(desk)
        bad = desk.keep(heavy_mail(1_400), envelope_from="bad@hosting.example")
        after = desk.keep(mail(FORM + "z", sender="z@hosting.example", message_id="z@hosting.example"))
        with while_reading():
            desk.receive()
        assert [desk.outcomes(each)[0]["outcome"] for each in (*before, after)] == ["new_case"] * 4
        (parked,) = desk.outcomes(bad)
        assert parked["outcome"] == "parked"
        assert reason in parked["because"]
        assert desk.ledger()["balanced"]
        assert "bad@hosting.example" not in [each["to"] for each in desk.outbox()]
        # the mail is kept, and somebody is told
        assert [each["kind"] for each in desk.outbox(desk=True)].count("desk-parked") == 1


def test_a_parked_mail_is_decided_again_when_a_person_asks(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.seconds": 0.3}) as desk:
        bad = desk.keep(heavy_mail(), envelope_from="bad@hosting.example")
        desk.receive()
        assert desk.outcomes(bad)[0]["outcome"] == "parked"
        config = desk.config.settings.model_copy(
            update={"reading": desk.config.settings.reading.model_copy(update={"seconds": 60})}
        )
        desk.config.settings = config
        with opened(desk.config, desk.databases) as patient:
            assert again(patient.house, bad, NOW) == 1
        assert desk.outcomes(bad)[0]["outcome"] == "new_case"
        assert desk.ledger()["balanced"]


def test_junk_is_kept_without_a_case_and_becomes_one_when_it_is_released(desk: Home) -> None:
    junk = desk.keep(mail(X_Spam_Flag="YES"))
    desk.receive()
    assert desk.outcomes(junk)[0]["outcome"] == "junk"
    assert desk.cases() == []
    assert desk.outbox() == desk.outbox(desk=True) == []
    again(desk.house, junk, NOW)
    assert desk.outcomes(junk)[0]["outcome"] == "new_case"
    assert kinds(desk) == ["acknowledgment"]
    assert again(desk.house, junk, NOW) == 0


def test_a_mail_wrongly_taken_for_automatic_becomes_a_case_when_it_is_released(desk: Home) -> None:
    taken = desk.keep(mail(Auto_Submitted="auto-generated"))
    desk.receive()
    assert desk.outcomes(taken)[0]["outcome"] == "automatic"
    assert desk.cases() == []
    assert again(desk.house, taken, NOW) == 1
    (outcome,) = desk.outcomes(taken)
    assert outcome["outcome"] == "new_case"
    assert desk.case().severity == 2
    # a person answers it: no machine answers what says of itself that a machine wrote it
    assert kinds(desk) == []
    assert [each["kind"] for each in desk.outbox(desk=True)] == ["desk-new-case"]
    assert desk.ledger()["balanced"]
    assert again(desk.house, taken, NOW) == 0


def test_a_reply_wrongly_taken_for_a_bounce_stands_on_its_case_once_when_it_is_released(desk: Home) -> None:
    desk.take(mail(WITHOUT_SEVERITY))
    sent = message_from_bytes(desk.sent(1))
    text = "<lee@hosting.example>: host mx.hosting.example said: 550 5.1.1 User unknown\n\nSeverity: 3\n"
    head = {"Return_Path": "<>", "subject": "Undeliverable mail", "In_Reply_To": sent["Message-ID"] or ""}
    taken = desk.keep(mail(text, message_id="two@hosting.example", **head), recipient=sent["Reply-To"] or "")
    desk.receive()
    assert desk.outcomes(taken)[0]["outcome"] == "automatic"
    assert len(desk.shown(desk.case().reference)["messages"]) == 2
    assert again(desk.house, taken, NOW) == 1
    assert desk.outcomes(taken)[0]["outcome"] == "reply"
    assert desk.case().severity == 3
    assert len(desk.shown(desk.case().reference)["messages"]) == 2


def test_a_route_that_is_gone_parks_its_mails_until_it_is_back(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        lost = desk.keep(mail(), routes=[SECOND])
        desk.receive()
        assert "no route has the address" in desk.outcomes(lost)[0]["because"]
    with home(tmp_path, more=TWO_ROUTES, customers="") as desk:
        assert again(desk.house, lost, NOW) == 1
        assert desk.case().route == SECOND


def test_old_mail_of_a_mailbox_becomes_a_case_without_clocks_or_letters(desk: Home) -> None:
    desk.take(mail(), source="imap", backlog=True)
    case = desk.case()
    assert (case.marks, case.clocks) == (frozenset({"backlog"}), ())
    assert desk.outbox() == desk.outbox(desk=True) == []


def test_a_mail_that_stayed_in_its_mailbox_is_a_case_that_says_where_and_its_sender_is_told(desk: Home) -> None:
    desk.take(mail("").partition(b"\r\n\r\n")[0] + b"\r\n\r\n", oversize=60_000_000, origin="support/7/42")
    assert any("support/7/42" in each["text"] for each in desk.shown(desk.case().reference)["history"])
    assert kinds(desk) == ["too-big"]


def test_a_reply_reopens_a_closed_case_within_its_days_and_is_a_linked_case_after(desk: Home) -> None:
    desk.take(mail())
    act.perform(desk.house, "OX-1001", Act("status", "closed", "ada@desk.example"), NOW)
    desk.take(follow_up(number=2), NOW + timedelta(days=1))
    assert desk.case().state == "open"
    act.perform(desk.house, "OX-1001", Act("status", "closed", "ada@desk.example"), NOW + timedelta(days=1))
    (outcome,) = desk.take(follow_up(number=3), NOW + timedelta(days=400))
    assert outcome["outcome"] == "new_case"
    assert desk.case("OX-1002").linked == ("OX-1001",)


TOO_LATE = NOW + timedelta(days=400)


@pytest.mark.parametrize(
    ("text", "kind", "language", "customer", "noticed"),
    [
        (
            "It is back.\n",
            "missing-information",
            "en",
            "You wrote about OX-1001, which was closed too long ago",
            "follows",
        ),
        (FORM, "acknowledgment", "en", "You wrote about OX-1001, which was closed too long ago", "follows"),
        (FORM, "acknowledgment", "de", "Sie haben zu OX-1001 geschrieben", "folgt auf"),
        ("Er ist wieder da.\n", "missing-information", "de", "Sie haben zu OX-1001 geschrieben", "folgt auf"),
    ],
)
def test_who_replies_too_late_to_reopen_a_case_is_told_which_one_the_new_case_follows(
    tmp_path: Path, text: str, kind: str, language: str, customer: str, noticed: str
) -> None:
    spoken = CUSTOMERS.replace('language = "en"', f'language = "{language}"')
    with home(tmp_path, {"service.language": language}, customers=spoken) as desk:
        told, notice = too_late(desk, text)
        assert told["kind"] == kind
        assert customer in body(desk, told)
        assert noticed in body(desk, notice)
        assert "OX-1001" in body(desk, notice)


@pytest.mark.parametrize(
    ("language", "text", "customer"),
    [
        ("en", "It is back.\n", "You wrote about OX-1001"),
        ("de", "Er ist wieder da.\n", "Sie haben zu OX-1001 geschrieben"),
    ],
)
@pytest.mark.parametrize(
    ("kind", "customers", "more"), [("not-entitled", "", {}), ("too-big", None, {"oversize": 60_000_000})]
)
def test_strangers_and_who_sent_too_much_are_told_of_the_closed_case_as_well(
    tmp_path: Path, kind: str, customers: str | None, more: dict[str, Any], language: str, text: str, customer: str
) -> None:
    known = CUSTOMERS if customers is None else customers
    spoken = known.replace('language = "en"', f'language = "{language}"')
    with home(tmp_path, {"service.language": language}, customers=spoken) as desk:
        told, _ = too_late(desk, text, **more)
        assert told["kind"] == kind
        assert customer in body(desk, told)


def test_the_notice_of_a_reply_without_words_quotes_nothing(desk: Home) -> None:
    desk.take(mail())
    head, _, _ = mail("", message_id="2@hosting.example", subject="Re: [OX-1001]").partition(b"\r\n\r\n")
    picture = b"\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=a.png"
    kept = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith((b"content-", b"mime-")))
    desk.take(kept + picture + b"\r\n\r\nx", NOW + timedelta(hours=1))
    (notice,) = (each for each in desk.outbox(desk=True) if each["kind"] == "desk-reply")
    assert "kim@hosting.example writes: a mail without words." in body(desk, notice)
    assert ">" not in body(desk, notice)


def test_the_number_of_a_closed_case_is_told_to_nobody_who_takes_no_part_in_it(desk: Home) -> None:
    """The customer's address forged in From: the letter goes to the envelope sender."""
    told, notice = too_late(desk, "It is back.\n", envelope_from="mallory@evil.example")
    assert told["to"] == "mallory@evil.example"
    assert "OX-1001" not in body(desk, told)
    assert "OX-1002 follows OX-1001" in body(desk, notice)


def too_late(desk: Home, text: str, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The letter and the notice about a reply to a case that was closed a year ago."""
    desk.take(mail())
    act.perform(desk.house, "OX-1001", Act("status", "closed", "ada@desk.example"), NOW)
    late = mail(text, message_id="late@hosting.example", subject="Re:", In_Reply_To="<one@hosting.example>")
    desk.take(late, TOO_LATE, **more)
    told = [each for each in desk.outbox() if each["case"] == "OX-1002"]
    noticed = [each for each in desk.outbox(desk=True) if (each["case"], each["kind"]) == ("OX-1002", "desk-new-case")]
    return told[0], noticed[0]


def body(desk: Home, letter: dict[str, Any]) -> str:
    part = message_from_bytes(desk.sent(letter["id"]), policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def test_every_mail_waits_or_has_its_one_outcome_at_every_moment(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.batch": 7}) as desk:
        for number in range(30):
            sender = f"w{number % 4}@hosting.example"
            desk.keep(mail(f"{FORM}{number % 9}", sender=sender, message_id=f"{number % 9}@hosting.example"))
        left = 30
        while count := receive(desk.house, NOW):
            left -= count
            found = desk.ledger()
            assert found["balanced"]
            assert (found["received"], found["waiting"]) == (30, left)
        assert left == 0


def test_what_of_a_mail_cannot_be_read_stands_in_the_history_of_its_case(desk: Home) -> None:
    raw = mail(FORM, message_id="broken@hosting.example")
    broken = raw.replace(
        b"Content-Type: text/plain", b"Content-Type: application/ms-tnef; name=winmail.dat\r\nX-Was: text/plain"
    )
    desk.take(broken)
    told = [each["text"] for each in desk.shown(desk.case().reference)["history"] if each["event"] == "unread"]
    assert told == ["winmail.dat is broken: what it holds cannot be read"]
    (message,) = desk.messages(desk.case().reference)
    assert [each["filename"] for each in message.attachments] == ["winmail.dat"]


def test_a_mail_that_the_database_has_no_answer_for_is_parked_alone_and_the_desk_is_told(tmp_path: Path) -> None:
    ada, lee = "ada@desk.example", "lee@other.example"
    with home(tmp_path, TRUSTED | {"roles.triage": [ada]}) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ada, "Ada")])
        desk.take(mail())
        desk.take(mail("Down.", sender=lee, message_id="b@other.example"), envelope_from=lee)
        notice = desk.outbox(desk=True)[0]
        to = message_from_bytes(desk.sent(notice["id"]), policy=policy.default)["Reply-To"].addresses[0].addr_spec
        vouched = {"Authentication_Results": "mx.support.example; dmarc=pass header.from=desk.example"}
        of_agent = mail("Please restart.", sender=ada, to=to, message_id="a@desk.example", **vouched)
        with desk.databases.desk.begin() as connection:
            connection.execute(text("ALTER TABLE obeyed RENAME TO gone"))
        first = desk.keep(of_agent, recipient=to, envelope_from=ada)
        lees = mail("Severity: 1", sender=lee, subject="[OX-1002] Down", message_id="c@other.example")
        second = desk.keep(lees, envelope_from=lee)
        desk.receive()
        assert [desk.outcomes(each)[0]["outcome"] for each in (first, second)] == ["parked", "reply"]
        assert "desk-parked" in [each["kind"] for each in desk.outbox(desk=True)]
        with desk.databases.desk.begin() as connection:
            connection.execute(text("ALTER TABLE gone RENAME TO obeyed"))
