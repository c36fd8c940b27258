"""Customers who say thanks, or that it is solved: nothing reopens, nothing is guessed, the customer is asked once."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from house import NOW, ROUTE, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act

ADA = "ada@desk.example"
DAY = timedelta(days=1)


def reply(desk: Home, text: str, number: int, at: Any, *, to: str = "", **headers: str) -> dict[str, Any]:
    values: dict[str, Any] = {"subject": "Re: The inbox", "In_Reply_To": "<one@hosting.example>"} | headers
    raw = mail(text, message_id=f"r{number}@hosting.example", **values)
    return desk.take(raw, at, recipient=to)[0]


def do(desk: Home, what: str, value: str = "") -> None:
    act.perform(desk.house, "OX-1001", Act(what, value, ADA), NOW + timedelta(hours=1))


@pytest.mark.parametrize("state", ["resolved", "closed"])
@pytest.mark.parametrize("text", ["Thank you!", "Vielen Dank für die Hilfe!", "Works now, thanks.", "Merci beaucoup"])
def test_thanks_do_not_reopen_a_case_that_is_over(desk: Home, state: str, text: str) -> None:
    desk.take(mail())
    do(desk, "reply", "Try again.")
    do(desk, "status", state)
    assert reply(desk, text, 1, NOW + DAY)["outcome"] == "reply"
    # and open no new one when its time is over
    assert reply(desk, text, 2, NOW + 400 * DAY)["outcome"] == "reply"
    case = desk.case()
    assert case.state == state
    assert all(clock.state == "ended" for clock in case.clocks)
    assert len(desk.shown("OX-1001")["messages"]) == 4


def test_anything_more_than_thanks_reopens_it(desk: Home) -> None:
    desk.take(mail())
    do(desk, "status", "closed")
    reply(desk, "Thank you, but it still fails.", 1, NOW + DAY)
    assert desk.case().state == "open"


def test_solved_asks_the_customer_once_and_their_yes_to_it_closes(desk: Home) -> None:
    desk.take(mail())
    do(desk, "reply", "Try again.")
    reply(desk, "Solved, thanks", 1, NOW + DAY)
    assert desk.case().state == "open"
    letter = desk.outbox()[-1]
    assert (letter["kind"], letter["to"]) == ("closing-asked", "kim@hosting.example")
    assert [each["kind"] for each in desk.outbox(desk=True)] == ["desk-new-case", "desk-alert"]
    reply(desk, "It works now. Thanks!", 2, NOW + DAY)
    assert [each["kind"] for each in desk.outbox()].count("closing-asked") == 1
    # a yes without the token of our letter proves nothing
    reply(desk, "Yes", 3, NOW + DAY)
    assert desk.case().state == "open"
    made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    to = made["Reply-To"].addresses[0].addr_spec
    reply(desk, "Yes.\n\n> May we close it?\n", 4, NOW + DAY, to=to)
    case = desk.case()
    assert (case.state, case.closed_at) == ("closed", NOW + DAY)
    assert all(clock.state == "ended" for clock in case.clocks)
    events = [each["event"] for each in desk.shown("OX-1001")["history"]]
    assert [each for each in events if each not in ("told", "not-told")][-1] == "closed"
    reply(desk, "It is back again: the list is empty.", 5, NOW + 2 * DAY)
    assert desk.case().state == "open"


@pytest.mark.parametrize(("proven", "state"), [(True, "closed"), (False, "resolved")])
def test_a_yes_to_the_question_reopens_no_case_that_was_resolved_meanwhile(
    desk: Home, proven: bool, state: str
) -> None:
    desk.take(mail())
    do(desk, "reply", "Try again.")
    reply(desk, "Solved, thanks", 1, NOW + timedelta(minutes=30))
    (letter,) = [each for each in desk.outbox() if each["kind"] == "closing-asked"]
    do(desk, "status", "resolved")
    made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    to = made["Reply-To"].addresses[0].addr_spec if proven else ""
    reply(desk, "Yes", 2, NOW + DAY, to=to)
    assert desk.case().state == state
    # nor does a second yes
    reply(desk, "Yes, please", 3, NOW + 2 * DAY, to=to)
    assert desk.case().state == state
    assert all(clock.state == "ended" for clock in desk.case().clocks)


def test_a_yes_to_another_question_reopens_a_resolved_case(desk: Home) -> None:
    desk.take(mail())
    do(desk, "reply", "Does it still fail?")
    do(desk, "status", "resolved")
    reply(desk, "Yes", 1, NOW + DAY)
    assert desk.case().state == "open"


@pytest.mark.parametrize(
    "text",
    ["Danke, das war es.", "Thanks", "Vielen Dank, das wars!", "Thank you, that's all.", "Merci, c'est tout."],
)
@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_who_says_that_this_was_all_wakes_nothing_and_nothing_is_missed_or_escalated(
    desk: Home, state: str, text: str
) -> None:
    desk.take(mail())
    do(desk, "reply", "Try again.")
    do(desk, "status", state)
    reply(desk, text, 1, NOW + DAY)
    before = len(desk.outbox()), len(desk.outbox(desk=True))
    for days in (2, 3, 10, 40):
        desk.tick(NOW + days * DAY)
    assert desk.case().state == state
    assert desk.case().escalation is None
    assert all(clock.missed_at is None for clock in desk.case().clocks)
    assert (len(desk.outbox()), len(desk.outbox(desk=True))) == before


PIXEL = b"\x89PNG\r\n\x1a\n" + b"\0" * 60_000


def decorated(text: str, number: int, *files: tuple[str, str, bytes], html: str = "") -> bytes:
    """A mail of Kim's with files; one named in the HTML as cid:NAME is shown there."""
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = "Kim <kim@hosting.example>", ROUTE, f"<d{number}@hosting.example>"
    made["Subject"], made["In-Reply-To"] = "Re: The inbox", "<one@hosting.example>"
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    for name, kind, data in files:
        main, _, sub = kind.partition("/")
        if f"cid:{name}" in html:
            shown = made.get_body(("html",))
            assert shown is not None
            shown.add_related(data, maintype=main, subtype=sub, cid=f"<{name}>", filename=name)
        else:
            made.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return made.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize(
    ("files", "html"),
    [
        ([("banner", "image/png", PIXEL)], '<p>Solved, thanks!</p><img src="cid:banner">'),
        ([("kim.vcf", "text/vcard", b"BEGIN:VCARD\r\nEND:VCARD\r\n")], ""),
        ([("image001.png", "image/png", PIXEL)], ""),
        ([("dot.gif", "image/gif", b"GIF89a")], ""),
        ([("smime.p7s", "application/pkcs7-signature", b"x"), ("ATT00001.txt", "text/plain", b"-- list")], ""),
    ],
)
def test_a_signatures_picture_or_a_card_makes_nothing_more_of_thanks(
    desk: Home, files: list[tuple[str, str, bytes]], html: str
) -> None:
    desk.take(mail())
    do(desk, "status", "closed")
    desk.take(decorated("Solved, thanks!\n", 1, *files, html=html), NOW + DAY)
    desk.take(decorated("Thank you!\n", 2, *files, html=html), NOW + 400 * DAY)
    assert desk.case().state == "closed"


def test_a_file_beside_thanks_is_something_to_look_at(desk: Home) -> None:
    desk.take(mail())
    do(desk, "status", "closed")
    desk.take(decorated("Thanks!\n", 1, ("screenshot.png", "image/png", PIXEL)), NOW + DAY)
    assert desk.case().state == "open"


def notice(desk: Home) -> str:
    """What the desk was told of the last reply, on one line."""
    row = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-reply"][-1]
    body = message_from_bytes(desk.sent(row["id"]), policy=policy.default).get_body(("plain",))
    return " ".join(str(body.get_content() if body else "").split())


def test_the_desk_reads_that_thanks_changed_nothing_and_a_yes_closed_the_case(desk: Home) -> None:
    desk.take(mail())
    do(desk, "reply", "Try again.")
    reply(desk, "Thank you!", 1, NOW + DAY)
    assert "kim@hosting.example writes; thanks: nothing is asked of us: > Thank you!" in notice(desk)
    do(desk, "status", "closed")
    reply(desk, "Thanks again!", 2, NOW + DAY)
    assert "kim@hosting.example writes; thanks: the case stays closed: > Thanks again!" in notice(desk)


def test_the_desk_reads_who_wrote_and_that_nobody_vouches_for_it(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example"}) as desk:
        desk.take(mail())
        vouched = "mx.support.example; dmarc=pass header.from=hosting.example"
        lee = {"sender": "Lee <lee@hosting.example>", "Authentication_Results": vouched}
        reply(desk, "I see it as well.", 1, NOW + DAY, **lee)
        assert "lee@hosting.example writes: > I see it as well." in notice(desk)
        reply(desk, "And I.", 2, NOW + DAY, sender="Lee <lee@hosting.example>")
        assert "lee@hosting.example writes, but nobody vouches for the sender (mx.support.example says" in notice(desk)
