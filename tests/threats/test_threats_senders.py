"""Who wrote, when and on whose word: headers that lie or are missing (THREATS 19, 24, 26, 50, 52)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from house import FORM, NOW, Home, home, mail

HOST = "mx.support.example"
PASS = f"{HOST}; dmarc=pass header.from=hosting.example; dkim=pass header.d=hosting.example"
RECEIVED = f"Received: from somewhere.example by {HOST}; Mon, 23 Nov 2026 09:00:00 +0000\r\n".encode()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, {"reading.trusted_host": HOST}) as made:
        yield made


def test_threat_19_internal_headers_from_outside_do_nothing(desk: Home) -> None:
    plain = mail(FORM.replace("Severity: 2", "Severity: 4"))
    desk.take(
        b"X-Intake-Severity: 1\r\nX-Intake-Case: OX-1\r\nX-Intake-Route: security@support.example\r\n"
        b"X-Intake-Marks: escalated\r\nX-Intake-Customer: 2\r\nX-Intake-Authenticated: yes\r\n" + plain
    )
    case = desk.case()
    assert (case.severity, case.marks, case.queue) == (4, frozenset({"unverified"}), "support")
    for letter in [*desk.outbox(), *desk.outbox(desk=True)]:
        assert b"x-intake-severity" not in desk.sent(letter["id"]).lower()


@pytest.mark.parametrize(
    "written",
    [
        "alice@hosting.example <bob@evil.example>",
        "<kim@hosting.example>:<bob@evil.example>",
        '"kim@hosting.example" <bob@evil.example>',
        "kim@hosting.example\r\nFrom: bob@evil.example",
        "bob@evil.example\r\nFrom: kim@hosting.example",
        "kim@hosting.example, bob@evil.example",
        "bob@evil.example <kim@hosting.example>",
    ],
)
def test_threat_24_a_from_that_parsers_read_differently_makes_no_customer_and_no_participant(
    desk: Home, written: str
) -> None:
    desk.take(mail())
    raw = mail(
        "let me in\n", sender="XX", message_id="x@evil.example", subject="[OX-1001]", Authentication_Results=PASS
    ).replace(b"From: XX", b"From: " + written.encode())
    (outcome,) = desk.take(raw, NOW + timedelta(hours=2), envelope_from="bob@evil.example")
    assert outcome["outcome"] == "new_case"
    case = desk.case("OX-1002")
    assert case.customer_id is None
    assert case.linked == ("OX-1001",)
    # an answer goes to the envelope's sender, never to the one whom the mail pretends to be from
    assert {each["to"] for each in desk.outbox() if each["case"] == "OX-1002"} <= {"bob@evil.example"}


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Kim \u202e<moc.live@hosting.example> <kim@hosting.example>", None),
        ("\u202eKim\u200b <kim@hosting.example>", ("Kim", "kim@hosting.example")),
        ("=?utf-8?q?Ki=E2=80=AEm=00?= <kim@hosting.example>", ("Kim", "kim@hosting.example")),
        ("Kim <k\u0456m@hosting.example>", ("Kim", "k\u0456m@hosting.example")),
        ("Kim <kim@host\u0456ng.example>", ("Kim", "kim@host\u0456ng.example")),
    ],
)
def test_threat_26_addresses_are_shown_as_they_are_and_direction_marks_are_stripped(
    desk: Home, written: str, shown: tuple[str, str] | None
) -> None:
    raw = mail(FORM, sender="XX").replace(b"From: XX", b"From: " + written.encode())
    desk.take(raw, envelope_from="someone@elsewhere.example")
    case = desk.case()
    assert not set("\u202e\u200b\x00") & set(case.contact.name + case.contact.address)
    if shown:
        assert (case.contact.name, case.contact.address) == shown
    for letter in desk.outbox(desk=True):
        assert "\u202e" not in desk.sent(letter["id"]).decode()


def test_threat_26_a_look_alike_of_the_customers_domain_is_not_the_customer(desk: Home) -> None:
    desk.take(mail(FORM, sender="XX").replace(b"From: XX", "From: kim@host\u0456ng.example".encode()))
    assert "unentitled" in desk.case().marks


@pytest.mark.parametrize(
    "date",
    [
        "",
        "Thu, 1 Jan 2099 00:00:00 +0000",
        "Thu, 1 Jan 1970 00:00:00 +0000",
        "Mon, 23 Nov 2026 09:00:00 +0000 (" + "x" * 150 + ")",
        "yesterday",
        "Mon, 32 Nov 99999 25:61:61 +9999",
        "0",
    ],
)
def test_threat_50_whatever_date_says_the_time_of_receipt_rules(desk: Home, date: str) -> None:
    desk.take(mail(Date=date))
    case = desk.case()
    assert case.opened_at == NOW
    assert case.clocks[0].due_at == NOW + timedelta(hours=4)
    assert len(desk.outbox()) == 1


@pytest.mark.parametrize("sender", ["", "MAILER", "undisclosed-recipients:;", "@", "<>"])
def test_threat_50_a_mail_without_a_usable_from_is_a_case(desk: Home, sender: str) -> None:
    raw = mail(FORM, sender="XX").replace(b"From: XX\r\n", f"From: {sender}\r\n".encode() if sender else b"")
    (outcome,) = desk.take(raw, envelope_from="kim@hosting.example")
    assert outcome["outcome"] == "new_case"
    assert [each["to"] for each in desk.outbox()] == ["kim@hosting.example"]


def test_threat_50_a_mail_of_nothing_at_all_is_a_case(desk: Home) -> None:
    for raw in (b"", b"\r\n", b"\x00" * 10, b"no header at all"):
        (outcome,) = desk.take(raw, envelope_from="kim@hosting.example")
        assert outcome["outcome"] in ("new_case", "duplicate")
    assert desk.ledger()["balanced"]


@pytest.mark.parametrize(
    "raw",
    [
        # below the line of the host that took it
        RECEIVED + mail("q\n", message_id="f@evil.example", subject="[OX-1001]", Authentication_Results=PASS,
                        sender="ceo@hosting.example"),
        # another host's word
        mail("q\n", message_id="f@evil.example", subject="[OX-1001]", sender="ceo@hosting.example",
             Authentication_Results=PASS.replace(HOST, "mx.evil.example")),
        mail("q\n", message_id="f@evil.example", subject="[OX-1001]", sender="ceo@hosting.example",
             Authentication_Results=PASS.replace(HOST, f"{HOST}.evil.example")),
        mail("q\n", message_id="f@evil.example", subject="[OX-1001]", sender="ceo@hosting.example",
             Authentication_Results=f"mx.evil.example; x=pass reason=\"{PASS}\""),
        # the right host's word about another domain
        mail("q\n", message_id="f@evil.example", subject="[OX-1001]", sender="ceo@hosting.example",
             Authentication_Results=f"{HOST}; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=evil.example"),
    ],
    ids=["from-outside", "other-host", "longer-name", "quoted", "other-domain"],
)  # fmt: skip
def test_threat_52_a_forged_authentication_result_vouches_for_nobody(desk: Home, raw: bytes) -> None:
    desk.take(mail())
    (outcome,) = desk.take(raw, NOW + timedelta(hours=2), envelope_from="x@evil.example")
    assert outcome["outcome"] == "new_case"
    assert {each["to"] for each in desk.outbox() if each["case"] == "OX-1002"} <= {"x@evil.example"}


@pytest.mark.parametrize(
    ("results", "sender", "mark"),
    [
        (f"{HOST}; spf=none", "Kim <kim@hosting.example>", True),
        (f"{HOST}; dmarc=fail header.from=hosting.example", "Kim <kim@hosting.example>", True),
        (PASS, "Kim <kim@hosting.example>", False),
        (f"{HOST}; spf=none", "Kim <kim@stranger.example>", False),
    ],
)
def test_a_customers_from_that_nobody_vouches_for_shows_on_the_case(
    desk: Home, results: str, sender: str, mark: bool
) -> None:
    desk.take(f"Authentication-Results: {results}\r\n".encode() + RECEIVED + mail(sender=sender))
    assert ("unverified" in desk.case().marks) == mark
    assert (HOST in str(desk.shown(desk.case().reference)["history"])) == mark


def test_without_a_host_that_checks_a_small_desk_has_no_marks_for_it(tmp_path: Path) -> None:
    with home(tmp_path) as small:
        small.take(mail())
        assert "unverified" not in small.case().marks
        assert small.case().customer_id is not None
