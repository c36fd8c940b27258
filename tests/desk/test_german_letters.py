"""With `service.language = "de"` letters to the desk say nothing of ours in English, while histories stay English."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import FORM, NOW, ROUTE, Home, home, mail

from intake.core.case.commands import COMMANDS
from intake.desk.notices import send_notices
from intake.desk.tick import tick
from intake.store import people
from intake.store.people import Agent

ADA = "ada@desk.example"
LATER = NOW + timedelta(hours=1)
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"
# words that are none in German, and stand in none of the values that these tests give
ENGLISH = re.compile(
    r"\b(?:the|is|has|had|not|nothing|and|of|to|with|becomes|which|asks|wrote|came|done|case|mail from|due|please|"
    r"severity|named|missing|closed|assigned|without|customer|answer|sent|kept|it|because|already|from)\b",
    re.IGNORECASE,
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    settings = {
        "service.language": "de",
        "reading.trusted_host": "mx.support.example",
        "reading.seconds": 60,
        "roles.triage": [ADA],
    }
    with home(tmp_path, settings) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        yield made


def of_kind(desk: Home, kind: str) -> list[str]:
    """What letters of a kind say, with their subjects."""
    out = []
    for each in desk.outbox(desk=True):
        if each["kind"] == kind:
            body = message_from_bytes(desk.sent(each["id"]), policy=policy.default).get_body(("plain",))
            assert body is not None
            out.append(f"{each['subject']}\n{body.get_content()}")
    return out


def english(letter: str) -> list[str]:
    """English words of ours in a letter: not in quotes, code, addresses, links, or in a command as it is written."""
    plain = re.sub(r"\[?(?:mailto|https?):\S+", "", letter)
    plain = re.sub(r"^>.*$|`[^`]*`|\"[^\"]*\"|„[^“]*“|\S+@\S+|\S+=\S+|/[a-z-]+( [^:–\n]*)?", "", plain, flags=re.M)
    return [line for line in plain.splitlines() if ENGLISH.search(line)]


def write(desk: Home, text: str, number: int, now: datetime = LATER, **headers: str) -> None:
    """A mail of Ada's to the address of her first notice."""
    letter = next(each for each in desk.outbox(desk=True) if each["to"] == ADA)
    parsed = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    to = parsed["Reply-To"].addresses[0].addr_spec
    given = {
        "subject": "Re: [OX-1001]",
        "message_id": f"{number}@desk.example",
        "In_Reply_To": parsed["Message-ID"],
        "Authentication_Results": VOUCHED,
    }
    desk.take(mail(text, sender=f"Ada <{ADA}>", to=to, **(given | headers)), now, recipient=to, envelope_from=ADA)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/assign me\n", "zugewiesen: ada@desk.example"),
        ("/assign nobody\n", "niemandem zugewiesen"),
        ("/assign kim\n", "„kim“ ist weder eine Adresse noch eine Rolle"),
        ("/severity 3 because REASON\n", "Schweregrad 2 wird 3; erste Antwort: fällig Mo 23. November 2026"),
        ("/severity 2\n", "hat schon Schweregrad 2"),
        ("/severity 9\n", "hat keinen Schweregrad „9“"),
        ("/have-it\n", "hat ihn: nichts wird mehr wiederholt"),
        ("/cc lee@hosting.example\n", "lee@hosting.example bekommt ab jetzt Kopien"),
        ("/cc lee\n", "„lee“ ist keine Mailadresse"),
        (
            "/cc lee@hosting.example\n/uncc lee@hosting.example\n",
            "lee@hosting.example bekommt keine Kopien der Antworten",
        ),
        ("/uncc lee@hosting.example\n", "lee@hosting.example bekommt keine Kopien der Antworten zu OX-1001, und auch"),
        ("/customer lee@hosting.example\n", "der Fall gehört lee@hosting.example"),
        ("/waive server\n", "„server“ fehlt OX-1001 nicht; es fehlt: nichts"),
        ("/waiting\n", "neu wird zu wartet auf den Kunden"),
        ("/waiting\n\nBitte starten Sie neu.\n", "der Kunde ist am Zug"),
        ("/open\n", "neu wird zu offen"),
        ("/workaround\n", "Umgehung gegeben"),
        ("/restored\n", "kein „restored“"),
        ("/cannot-go-on\n", "„cannot-go-on“"),
        ("/not-ours because REASON\n", "OX-1001"),
        ("/agreed Freitag\n", "mit dem Kunden vereinbart: Freitag"),
        ("/done analysis\n", "keine offene Nacharbeit „analysis“; offen: keine"),
        ("/escalate because REASON\n", "Leiter"),
        ("/resolved\n", "neu wird zu gelöst"),
        ("/close\n", "neu wird zu geschlossen"),
        ("/merge OX-77\n", "kein Fall hat die Nummer „OX-77“"),
        ("/merge OX-1001\n", "OX-1001 kann nicht Teil von sich selbst werden"),
        ("/split\n", "nennen Sie die Mail von OX-1001; er hat 1 (kim@hosting.example"),
        ("/split 1\n", "OX-1001 bliebe ohne eine Mail zurück"),
        ("/spam\n", "als Spam geschlossen"),
        ("/note Hallo\n", "es ist eine Notiz"),
        ("/help\n", "die Mail ist eine Notiz; an den Kunden geht nichts"),
        ("/severty 3\n", "„/severty 3“ ist kein Befehl; gemeint war vielleicht /severity"),
        ("Hallo Kim,\n/close\n", "„/close“ steht unter anderen Worten"),
    ],
)
def test_what_became_of_a_command_stands_in_german_in_the_receipt(desk: Home, text: str, says: str) -> None:
    desk.take(mail(subject="Das Postfach bleibt leer"))
    write(desk, text, 1)
    (told,) = of_kind(desk, "desk-receipt")
    assert says in " ".join(told.split())
    assert english(told) == []


def test_each_command_is_tried_in_german() -> None:
    (mark,) = test_what_became_of_a_command_stands_in_german_in_the_receipt.pytestmark  # type: ignore[attr-defined]
    tried = {text.split()[0] for text, _ in mark.args[1]}
    assert {f"/{command.name}" for command in COMMANDS} <= tried


def test_the_history_of_a_german_desk_stays_english(desk: Home) -> None:
    desk.take(mail(subject="Das Postfach bleibt leer"))
    write(desk, "/assign nobody\n", 1)
    assert "assigned to nobody" in [each["text"] for each in desk.shown("OX-1001")["history"]]


def test_alerts_and_digests_are_german(desk: Home) -> None:
    desk.take(mail(subject="Das Postfach bleibt leer"))
    about = {"to": ROUTE, "subject": "Re: [OX-1001]", "In_Reply_To": "<one@hosting.example>"}
    desk.take(mail("Severity: 1\n", message_id="two@hosting.example", **about), LATER)
    desk.take(mail("It is solved, you can close the case.\n", message_id="three@hosting.example", **about), LATER)
    desk.take(mail("Hello\n", sender="eve@evil.example", message_id="four@evil.example", **about), LATER)
    for hours in range(1, 200, 6):
        tick(desk.house, NOW + timedelta(hours=hours))
        send_notices(desk.house, NOW + timedelta(hours=hours))
    told = of_kind(desk, "desk-alert") + of_kind(desk, "desk-digest")
    assert any("wünscht Schweregrad 1" in each for each in told)
    assert [line for each in told for line in english(each)] == []


def test_a_mail_in_an_agents_name_that_is_not_obeyed_is_told_in_german(desk: Home) -> None:
    desk.take(mail(subject="Das Postfach bleibt leer"))
    write(desk, "/close\n", 1, Authentication_Results="mx.support.example; dmarc=fail header.from=desk.example")
    (told,) = [each for each in of_kind(desk, "desk-alert") if "aufbewahrt" in each]
    words = " ".join(told.split())
    assert "Eine Mail von ada@desk.example wurde aufbewahrt, sonst ist nichts geschehen" in words
    assert "nichts belegt, dass sie von ada@desk.example kommt (mx.support.example meldet dmarc=fail)" in words
    assert english(told) == []


def test_an_answer_to_a_digest_that_names_no_case_and_a_parked_mail_are_told_in_german(desk: Home) -> None:
    for number in (1, 2, 3):
        desk.keep(mail(FORM, message_id=f"{number}@x.example", subject=f"Sache {number}"))
    desk.receive()
    write(desk, "Hallo, bitte neu starten.\n", 9, subject="Re:")
    forged = "mx.support.example; dmarc=fail header.from=desk.example"
    write(desk, "Hallo, bitte neu starten.\n", 10, subject="Re:", Authentication_Results=forged)
    told = of_kind(desk, "desk-which-case")
    assert len(told) == 2
    assert "nichts belegt, dass sie von ada@desk.example kommt" in " ".join(told[1].split())
    assert [line for each in told for line in english(each)] == []


def test_why_a_mail_is_parked_is_told_in_german(desk: Home) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200))
    desk.take(b"From: kim@hosting.example\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + deep)
    (told,) = of_kind(desk, "desk-parked")
    assert "Grund: nicht lesbar: Teile, die mehr als" in told
    assert english(told) == []


def test_a_letter_that_came_back_is_told_in_german(desk: Home) -> None:
    desk.take(mail(subject="Das Postfach bleibt leer"))
    sent = next(each for each in desk.outbox() if each["kind"] == "acknowledgment")
    to = message_from_bytes(desk.sent(sent["id"]), policy=policy.default)
    report = (
        "From: Mail Delivery System <mailer-daemon@hosting.example>\r\nSubject: Undelivered\r\n"
        "Message-ID: <bounce@hosting.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\ngone\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; hosting.example\r\n\r\n"
        "Final-Recipient: rfc822; kim@hosting.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {to['Message-ID']}\r\n\r\n--b--\r\n"
    )
    desk.take(report.encode(), LATER, envelope_from="")
    send_notices(desk.house, LATER)
    (told,) = of_kind(desk, "desk-undeliverable")
    assert "Die Mail an kim@hosting.example kam endgültig zurück" in told
    assert english(told) == []


def test_how_a_due_time_was_counted_stands_in_german_in_the_letter_of_a_miss(desk: Home) -> None:
    desk.take(mail(subject="Das Postfach bleibt leer"))
    tick(desk.house, NOW + timedelta(hours=5))
    send_notices(desk.house, NOW + timedelta(hours=5))
    (missed,) = of_kind(desk, "desk-missed")
    assert "erste Antwort: „4 business hours“ aus dem Vertrag des Kunden (OX-4)" in missed
    assert "Kalender business, Europe/Berlin: eröffnet Mo 23. November 2026 10:00; offen" in missed
    assert "Mo 23. November 2026 10:00 bis 14:00 (4 h); fällig Mo 23. November 2026 14:00" in missed
    # the target stands as the contract words it
    assert english(missed.replace("4 business hours", "")) == []
