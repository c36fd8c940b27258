"""Files that go along with an answer: as they came, under safe names, and no more than the configuration allows."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from house import NOW, Home, home, mail

from intake.core.case.act import Act
from intake.core.case.matching import Candidate
from intake.desk import act, enclosures, trial
from intake.desk.lookups import our_words
from intake.desk.trial import Tried
from intake.errors import IntakeError
from intake.store import messages, people
from intake.store.engine import reading
from intake.store.people import Agent
from intake.store.spool import RoutedTo
from tests.desk.test_agents import ADA, LATER, QUOTE, answer_address, letters, receipt

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
LOG = "Zeile mit Umlaut: ä\r\n.\r\nFrom the log\n".encode()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    changes = {
        "reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA],
        "answers.attachments_mb": 0.05,
    }  # fmt: skip
    with home(tmp_path, changes) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        made.take(mail())
        yield made


def answer(desk: Home, text: str, html: str = "", number: int = 1) -> EmailMessage:
    """A reply of Ada's to her notice, for files to be put into."""
    made = EmailMessage()
    made["From"], made["To"], made["Message-ID"] = f"Ada <{ADA}>", answer_address(desk), f"<{number}@desk.example>"
    made["Subject"] = "Re: [OX-1001] New case, severity 2: The inbox stays empty"
    made["Authentication-Results"] = "mx.support.example; dmarc=pass header.from=desk.example"
    made.set_content(text)
    if html:
        made.add_alternative(html, subtype="html")
    return made


def take(desk: Home, made: EmailMessage) -> dict[str, Any]:
    raw = made.as_bytes(policy=policy.SMTP)
    (outcome,) = desk.take(raw, LATER, recipient=str(made["To"]), envelope_from=ADA)
    return outcome


def files_of(raw: bytes) -> dict[str | None, bytes]:
    """The files of a letter of ours, by their names."""
    made = message_from_bytes(raw, policy=policy.default)
    return {part.get_filename(): part.get_payload(decode=True) for part in made.iter_attachments()}  # type: ignore[misc]


def test_files_of_an_agents_answer_reach_the_customer_as_they_came_and_the_receipt_names_them(desk: Home) -> None:
    made = answer(desk, "Hello Kim,\n\nplease look at the trace.\n" + QUOTE)
    made.add_attachment(LOG, maintype="text", subtype="plain", filename="../../spür.log")
    made.add_attachment(PNG, maintype="image", subtype="png", filename='a"b.png')
    assert take(desk, made)["outcome"] == "reply"
    (reply,) = letters(desk)
    raw = desk.sent(reply["id"])
    assert files_of(raw) == {"spür.log": LOG, "a_b.png": PNG}
    parsed = message_from_bytes(raw, policy=policy.default)
    assert parsed.get_content_type() == "multipart/mixed"
    assert "please look at the trace." in parsed.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert not parsed.defects
    assert "Sent along: spür.log, a_b.png." in receipt(desk)
    (shown,) = [each for each in desk.shown("OX-1001")["messages"] if each["direction"] == "out"]
    assert [(each["filename"], each["sent"]) for each in shown["attachments"]] == [
        ("spür.log", True),
        ("a_b.png", True),
    ]
    assert "attached" in [each["event"] for each in desk.shown("OX-1001")["history"]]


def test_a_quote_of_an_answer_with_files_is_still_known_as_ours(desk: Home) -> None:
    made = answer(desk, "Which of these is it? Please send the line that begins with Server.\n")
    made.add_attachment(PNG, maintype="image", subtype="png", filename="a.png")
    take(desk, made)
    with reading(desk.databases.reading) as connection:
        (words,) = our_words(connection, [(Candidate(desk.case(), "token", writer_belongs=True),)])
    assert "Please send the line that begins with Server." in words


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Click here:\n[cid:shot@desk]\nThen it works.\n", True),
        ("Click here, then it works.\n", False),
        ("Click the button, then it works.\n\nBest regards\nAda L.\n[cid:shot@desk]\nExample Desk\n", False),
    ],
)
def test_a_picture_goes_along_where_it_stands_in_the_agents_words_and_not_out_of_the_signature(
    desk: Home, text: str, sent: bool
) -> None:
    made = answer(desk, text, '<p>Click here:</p><img src="cid:shot@desk"><p>Then it works.</p>')
    html = made.get_body(("html",))
    assert html is not None
    html.add_related(PNG, maintype="image", subtype="png", cid="<shot@desk>", filename="image001.png")
    take(desk, made)
    (reply,) = letters(desk)
    assert list(files_of(desk.sent(reply["id"]))) == (["image001.png"] if sent else [])
    assert ("image001.png (a picture outside of your words)" in receipt(desk)) is not sent


def test_an_attached_mail_stays_since_it_may_be_our_own_notice(desk: Home) -> None:
    made = answer(desk, "Please restart the server.\n")
    made.add_attachment(message_from_bytes(desk.sent(desk.outbox(desk=True)[0]["id"]), policy=policy.default))
    take(desk, made)
    (reply,) = letters(desk)
    assert files_of(desk.sent(reply["id"])) == {}
    assert answer_address(desk) not in desk.sent(reply["id"]).decode()
    assert "(a mail may hold what is internal)" in receipt(desk)


def test_what_is_bigger_than_the_configuration_allows_stays_on_the_case_and_the_receipt_says_so(desk: Home) -> None:
    made = answer(desk, "Please look.\n")
    made.add_attachment(b"x" * 60_000, maintype="application", subtype="zip", filename="big.zip")
    made.add_attachment(LOG, maintype="text", subtype="plain", filename="a.log")
    take(desk, made)
    (reply,) = letters(desk)
    assert list(files_of(desk.sent(reply["id"]))) == ["a.log"]
    assert "Not sent along: big.zip (more than 0.05 MB in all)." in receipt(desk)


def test_a_note_takes_no_file_out(desk: Home) -> None:
    made = answer(desk, "/note\n\nsee the trace\n")
    made.add_attachment(LOG, maintype="text", subtype="plain", filename="a.log")
    take(desk, made)
    assert letters(desk) == []
    assert "Sent along" not in receipt(desk)


def test_explain_says_before_which_files_would_go_along(desk: Home) -> None:
    made = answer(desk, "Please look.\n")
    made.add_attachment(LOG, maintype="text", subtype="plain", filename="a.log")
    to = str(made["To"])
    tried = Tried(
        "x.eml", made.as_bytes(policy=policy.SMTP), (RoutedTo("open-xchange@support.example", to),), LATER, ADA
    )
    with reading(desk.databases.reading) as connection:
        (told,) = trial.explain(desk.house, connection, tried)
    assert [(each["template"], each["attachments"]) for each in told["letters"]] == [
        ("reply", ["a.log"]), ("desk-receipt", []),
    ]  # fmt: skip


def test_an_act_takes_files_along_and_they_can_be_had_again(desk: Home) -> None:
    files = enclosures.given(desk.house, [("C:\\temp\\fix.sh", "message/rfc822", LOG), ("", "image/png", PNG)])
    act.perform(desk.house, "OX-1001", Act("reply", "Please run it.", ADA), LATER, files=files)
    (reply,) = letters(desk)
    assert files_of(desk.sent(reply["id"])) == {"fix.sh": LOG, "part-2.png": PNG}
    with reading(desk.databases.reading) as connection:
        stored = messages.of_case(connection, desk.case().id)[-1]
    assert [enclosures.found(desk.house, stored, number) for number in (0, 1, 2)] == [LOG, PNG, None]


def test_files_beyond_the_bound_or_with_another_act_are_refused_and_nothing_is_done(desk: Home) -> None:
    with pytest.raises(IntakeError, match=r"0\.1 MB in all; an answer takes 0\.05 MB"):
        enclosures.given(desk.house, [("a", "text/plain", b"x" * 60_000)])
    files = enclosures.given(desk.house, [("a.log", "text/plain", LOG)])
    with pytest.raises(IntakeError, match="only an answer takes attachments"):
        act.perform(desk.house, "OX-1001", Act("note", "see it", ADA), NOW, files=files)
    assert letters(desk) == []


def test_a_mail_with_a_file_and_no_words_is_kept_and_the_receipt_says_how_to_send_it(desk: Home) -> None:
    made = answer(desk, f"\n{QUOTE}")
    made.add_attachment(LOG, "text", "x-log", filename="server.log")
    take(desk, made)
    assert letters(desk) == []
    assert "write a line above it and send it again" in " ".join(receipt(desk).split())
