"""A customer's mail that an agent passes on opens a case for the customer, or the agent is asked whose it is."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, ROUTE, Home, home, mail

from intake.store import people
from intake.store.people import Agent

ADA = "ada@desk.example"
LATER = NOW + timedelta(hours=1)
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"
CHANGES = {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, CHANGES) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        yield made


def forward(desk: Home, text: str, subject: str = "Fwd: No mail", **headers: str) -> dict[str, Any]:
    values: dict[str, Any] = {"Authentication_Results": VOUCHED} | headers
    raw = mail(text, sender=f"Ada <{ADA}>", subject=subject, message_id="fw@desk.example", **values)
    return desk.take(raw, LATER, envelope_from=ADA)[0]


FORMS = {
    "gmail": (
        "---------- Forwarded message ---------\nFrom: Kim Sample <kim@hosting.example>\n"
        "Date: Mon, Nov 23, 2026 at 9:00 AM\nSubject: No mail\nTo: Ada <ada@desk.example>\n\n\n"
    ),
    "gmail-german": (
        "---------- Forwarded message ---------\nVon: Kim Sample <kim@hosting.example>\n"
        "Date: Mo., 23. Nov. 2026 um 09:00 Uhr\nSubject: No mail\nTo: Ada <ada@desk.example>\n\n\n"
    ),
    "outlook": (
        "From: Kim Sample <kim@hosting.example>\nSent: Monday, 23 November 2026 09:00\nTo: Ada <ada@desk.example>\n"
        "Subject: No mail\n\n"
    ),
    "outlook-german": (
        "Von: Kim Sample [mailto:kim@hosting.example]\nGesendet: Montag, 23. November 2026 09:00\nAn: Ada\n"
        "Betreff: No mail\n\n"
    ),
    "outlook-french": (
        "De : Kim Sample <kim@hosting.example>\nEnvoyé : lundi 23 novembre 2026 09:00\nÀ : Ada\nObjet : No mail\n\n"
    ),
    "outlook-spanish": (
        "De: Kim Sample <kim@hosting.example>\nEnviado: lunes, 23 de noviembre de 2026 9:00\nPara: Ada\n"
        "Asunto: No mail\n\n"
    ),
    "outlook-italian": (
        "Da: Kim Sample <kim@hosting.example>\nInviato: lunedì 23 novembre 2026 09:00\nA: Ada\nOggetto: No mail\n\n"
    ),
    "outlook-dutch": (
        "Van: Kim Sample <kim@hosting.example>\nVerzonden: maandag 23 november 2026 09:00\nAan: Ada\n"
        "Onderwerp: No mail\n\n"
    ),
    "outlook-portuguese": (
        "De: Kim Sample <kim@hosting.example>\nEnviado: segunda-feira, 23 de novembro de 2026 09:00\nPara: Ada\n"
        "Assunto: No mail\n\n"
    ),
    "outlook-polish": (
        "Od: Kim Sample <kim@hosting.example>\nWysłano: poniedziałek, 23 listopada 2026 09:00\nDo: Ada\n"
        "Temat: No mail\n\n"
    ),
    "thunderbird-polish": (
        "-------- Przekazana wiadomość --------\nTemat: \tNo mail\nData: \tMon, 23 Nov 2026 09:00:00 +0100\n"
        "Nadawca: \tKim Sample <kim@hosting.example>\nAdresat: \tAda <ada@desk.example>\n\n"
    ),
    "outlook-swedish": (
        "Från: Kim Sample <kim@hosting.example>\nSkickat: den 23 november 2026 09:00\nTill: Ada\nÄmne: No mail\n\n"
    ),
    "outlook-japanese": (
        "差出人: Kim Sample <kim@hosting.example>\n送信日時: 2026年11月23日 9:00\n宛先: Ada\n件名: No mail\n\n"
    ),
    "apple": (
        "Begin forwarded message:\n\n> From: Kim Sample <kim@hosting.example>\n> Subject: No mail\n"
        "> Date: 23 November 2026 at 09:00:00 CET\n> To: ada@desk.example\n> \n"
    ),
    "apple-german": (
        "Anfang der weitergeleiteten Nachricht:\n\nVon: Kim Sample <kim@hosting.example>\nBetreff: No mail\n"
        "Datum: 23. November 2026 um 09:00:00 MEZ\nAn: ada@desk.example\n\n"
    ),
    "thunderbird": (
        "-------- Forwarded Message --------\nSubject: \tNo mail\nDate: \tMon, 23 Nov 2026 09:00:00 +0100\n"
        "From: \tKim Sample <kim@hosting.example>\nTo: \tada@desk.example\n\n\n"
    ),
    "thunderbird-german": (
        "-------- Weitergeleitete Nachricht --------\nBetreff: \tNo mail\nDatum: \tMon, 23 Nov 2026 09:00:00 +0100\n"
        "Von: \tKim Sample <kim@hosting.example>\nAn: \tada@desk.example\n\n\n"
    ),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_customers_mail_that_an_agent_passes_on_opens_the_customers_case(desk: Home, form: str) -> None:
    assert forward(desk, f"Please take this.\n\n{form}{FORM}")["outcome"] == "new_case"
    case = desk.case()
    assert (case.contact.address, case.contact.name) == ("kim@hosting.example", "Kim Sample")
    assert (case.subject, case.severity, case.customer_id is not None) == ("No mail", 2, True)
    assert "Steps to reproduce" not in str(case.marks)
    (letter,) = desk.outbox()
    assert (letter["kind"], letter["to"]) == ("acknowledgment", "kim@hosting.example")
    kept = desk.shown(case.reference)["messages"]
    assert [(each["direction"], each["from"]["address"]) for each in kept] == [
        ("in", "kim@hosting.example"),
        ("note", ADA),
    ]
    assert "Please take this." in kept[1]["text"]
    assert "Please take this." not in kept[0]["text"]
    told = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-alert"]
    assert [each["to"] for each in told] == [ADA]


def test_a_mail_passed_on_as_an_attachment_opens_its_writers_case(desk: Home) -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"], inner["Message-ID"] = (
        "Kim <kim@hosting.example>",
        "No mail",
        "<in@hosting.example>",
    )
    inner.set_content(FORM)
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"], outer["Message-ID"] = ADA, ROUTE, "Fwd: No mail", "<fw@desk.example>"
    outer["Authentication-Results"] = VOUCHED
    outer.set_content("Please take this.\n")
    outer.add_attachment(inner)
    desk.take(outer.as_bytes().replace(b"\n", b"\r\n"), LATER, envelope_from=ADA)
    case = desk.case()
    assert (case.contact.address, case.subject, case.severity) == ("kim@hosting.example", "No mail", 2)
    assert desk.outbox()[0]["to"] == "kim@hosting.example"
    # the customer's own thread leads to it
    answer = mail("More.\n", message_id="k2@hosting.example", subject="Re: No mail", In_Reply_To="<in@hosting.example>")
    assert desk.take(answer, LATER)[0]["outcome"] == "reply"


UNCLEAR = {
    "no-address": "From: Kim Sample\nSent: Monday, 23 November 2026 09:00\nTo: Ada\nSubject: No mail\n\nHelp.\n",
    "two-addresses": (
        "---------- Forwarded message ---------\nFrom: <kim@hosting.example>, <lee@hosting.example>\n"
        "Date: Mon, Nov 23, 2026 at 9:00 AM\nSubject: No mail\nTo: Ada\n\nHelp.\n"
    ),
    "no-headers": "Kim rang and pasted this: help.\n",
    "a-colleagues": FORMS["gmail"].replace("kim@hosting.example", "triage@desk.example").replace("triage@", "ada@"),
}


@pytest.mark.parametrize("text", UNCLEAR.values(), ids=UNCLEAR)
def test_where_it_is_unclear_who_the_customer_is_the_agent_is_asked_and_answers_by_mail(desk: Home, text: str) -> None:
    forward(desk, text)
    case = desk.case()
    assert case.contact.address == ""
    assert "triage" in case.marks
    assert desk.outbox() == []
    asked = next(each for each in desk.outbox(desk=True) if each["kind"] == "desk-alert")
    raw = desk.sent(asked["id"])
    assert b"/customer" in raw
    to = next(line for line in raw.decode().replace("\r\n ", " ").splitlines() if line.startswith("Reply-To"))
    to = to.partition("<")[2].rstrip(">")
    answer = mail(
        "/customer kim@hosting.example\n", sender=ADA, to=to, message_id="c@desk.example", subject="Re: asked",
        Authentication_Results=VOUCHED,
    )  # fmt: skip
    desk.take(answer, LATER, recipient=to, envelope_from=ADA)
    case = desk.case()
    assert (case.contact.address, case.customer_id is not None) == ("kim@hosting.example", True)
    assert {each["to"] for each in desk.outbox()} == {"kim@hosting.example"}


def test_a_forger_passes_nothing_on(desk: Home) -> None:
    forward(desk, f"{FORMS['gmail']}{FORM}", Authentication_Results="")
    assert desk.case().contact.address == ADA
    assert "kim@hosting.example" not in {each["to"] for each in desk.outbox()}


def own_mail(desk: Home, sender: str, vouched: str = VOUCHED) -> str:
    """A colleague's own mail to a route; what they are told."""
    text = "Kim of Hosting rang: the inbox is empty.\n"
    raw = mail(text, sender=sender, subject="A call", message_id="own@desk.example", Authentication_Results=vouched)
    assert desk.take(raw, LATER, envelope_from=sender)[0]["outcome"] == "new_case"
    (told,) = [each for each in desk.outbox(desk=True) if (each["kind"], each["to"]) == ("desk-alert", sender)]
    body = message_from_bytes(desk.sent(told["id"]), policy=policy.default).get_body(("plain",))
    return " ".join(str(body.get_content() if body else "").split())


@pytest.mark.parametrize("sender", [ADA, "lead@desk.example"], ids=["agent", "role"])
def test_a_colleagues_own_mail_opens_a_case_asks_whose_it_is_and_writes_to_nobody(desk: Home, sender: str) -> None:
    assert "OX-1001 was opened from your mail, which does not say clearly whose case it is" in own_mail(desk, sender)
    assert desk.case().contact.address == ""
    assert desk.outbox() == []
    (message,) = desk.shown("OX-1001")["messages"]
    assert (message["from"]["address"], message["role"]) == (sender, "agent")


def test_an_unproven_mail_in_a_colleagues_name_is_a_case_they_are_told_of_and_gets_no_letter(desk: Home) -> None:
    assert f"in your name; nobody was written to: nothing proves that {ADA} sent it" in own_mail(desk, ADA, "")
    assert desk.outbox() == []


def test_a_colleague_who_is_a_customer_as_well_is_answered_as_one(tmp_path: Path) -> None:
    with home(tmp_path, CHANGES | {"roles.lead": ["kim@hosting.example"]}) as desk:
        desk.take(mail(Authentication_Results="mx.support.example; dmarc=pass header.from=hosting.example"), LATER)
        assert [each["kind"] for each in desk.outbox()] == ["acknowledgment"]
