"""Finished bytes: legal RFC 5322, the same words in text and HTML, and no way in for a value."""

import email
import email.policy
from binascii import b2a_qp
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from smarthost import make_letter

from intake.core.answer.letter import Enclosure
from intake.core.mail.message import Address
from intake.errors import IntakeError
from intake.outbound.headers import BadAddress
from intake.outbound.render import LONG, Rendered, quoted, render, text_of
from intake.outbound.samples import SAMPLES
from intake.outbound.templateset import TemplateSet


def parsed(rendered: Rendered) -> EmailMessage:
    return email.message_from_bytes(rendered.raw, policy=email.policy.default)


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


WORDS = st.text(st.sampled_from("ab. =\t\r\n?äß€–日"), max_size=400)


@given(st.one_of(WORDS, st.builds(lambda words, often: words * often, WORDS, st.integers(1, 40))))
def test_text_is_encoded_line_by_line_as_the_whole_of_it_would_be(words: str) -> None:
    text = f"{words}\n"
    assert quoted(text) == b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)


def test_long_text_is_encoded_line_by_line_as_the_whole_of_it_would_be() -> None:
    text = "A line = that ends in a space \n.\n" * LONG
    assert quoted(text) == b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)


def test_an_acknowledgment_is_a_legal_mail_with_text_and_html(templates: TemplateSet) -> None:
    rendered = render(make_letter(reply_to=Address("", "support+1.k.x@desk.example")), templates)
    message = parsed(rendered)
    assert not any(piece.defects for piece in message.walk())
    assert {name: str(value) for name, value in message.items()} == {
        "Date": "Mon, 23 Nov 2026 08:12:00 +0000",
        "From": "Example Support <support@desk.example>",
        "To": "Kim Sample <kim@hosting.example>",
        "Reply-To": "support+1.k.x@desk.example",
        "Subject": "[OX-1042] We have your request: Mail module shows an empty list",
        "Message-ID": "<1042.a1@desk.example>",
        "In-Reply-To": "<question@hosting.example>",
        "References": "<first@hosting.example> <question@hosting.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Intake-Loop": "desk.example",
        "MIME-Version": "1.0",
        "Content-Type": message["Content-Type"],
        "Content-Language": "en",
    }
    assert [piece.get_content_type() for piece in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert part(message, "plain") == rendered.text
    assert part(message, "html") == rendered.html
    assert (rendered.envelope_from, rendered.envelope_to) == ("bounce@desk.example", ("kim@hosting.example",))
    assert "http" not in rendered.html.replace("https://desk.example/cases/OX-1042", "")


def test_the_same_letter_gives_the_same_bytes(templates: TemplateSet) -> None:
    assert render(make_letter(), templates).raw == render(make_letter(), templates).raw


def test_a_persons_words_are_not_called_automatic(templates: TemplateSet) -> None:
    names = [name.lower() for name in parsed(render(make_letter(kind="reply", automatic=None), templates))]
    assert not {"auto-submitted", "x-auto-response-suppress"} & set(names)


def test_everybody_in_to_and_cc_gets_it_once(templates: TemplateSet) -> None:
    copies = (
        Address("", "a@hosting.example"),
        Address("Ä, B", "kim@hosting.example"),
        Address("", "a@hosting.example"),
    )
    rendered = render(make_letter(cc=copies), templates)
    assert rendered.envelope_to == ("kim@hosting.example", "a@hosting.example")
    assert "Ä, B" in str(parsed(rendered)["Cc"])


def test_mails_in_any_script_stay_seven_bits_wide(templates: TemplateSet) -> None:
    values = {**SAMPLES["reply"], "reply": {"text": "お返事が遅くなりました。\n" * 60, "agent_name": "さん"}}
    rendered = render(make_letter(kind="reply", language="de", values=values), templates)
    assert rendered.raw.isascii()
    assert b"base64" in rendered.raw
    assert part(parsed(rendered), "plain") == rendered.text


def test_an_international_domain_becomes_ascii_and_keeps_its_letters(templates: TemplateSet) -> None:
    rendered = render(make_letter(to=Address("", "kim@straße.例え.example")), templates)
    assert rendered.envelope_to == ("kim@xn--strae-oqa.xn--r8jz45g.example",)
    assert rendered.raw.isascii()


def test_an_international_local_part_stays_utf_8_for_servers_that_take_it(templates: TemplateSet) -> None:
    rendered = render(make_letter(to=Address("用户", "用户@例え.example")), templates)
    assert rendered.envelope_to == ("用户@xn--r8jz45g.example",)
    assert "To: =?utf-8?b?55So5oi3?=\r\n <用户@xn--r8jz45g.example>\r\n".encode() in rendered.raw


@pytest.mark.parametrize("role", ["to", "sender", "reply_to"])
@pytest.mark.parametrize(
    "address",
    ["", "kim", "@hosting.example", "a b@h.example", "a@h.example>", "a@b@h.example", "a@-h.example", "a@h..example"],
)
def test_an_address_that_is_none_is_refused_by_name(role: str, address: str, templates: TemplateSet) -> None:
    with pytest.raises(BadAddress, match=r"address|domain") as raised:
        render(make_letter(**{role: Address("x", address)}), templates)
    assert isinstance(raised.value, ValueError)


def test_ids_from_outside_are_capped_and_only_ids_are_kept(templates: TemplateSet) -> None:
    ids = tuple(f"{number}@hosting.example" for number in range(500))
    references = parsed(render(make_letter(references=ids), templates))["References"].split()
    assert (len(references), references[0], references[-1]) == (20, f"<{ids[0]}>", f"<{ids[-1]}>")
    bad = ("a b@x", "a@x>\r\nBcc: <v@x.example", "é@x", "", "a" * 2000)
    message = parsed(render(make_letter(references=bad, in_reply_to=bad[1]), templates))
    assert message["References"] is None
    assert message["In-Reply-To"] is None


def test_our_own_mistakes_are_errors(templates: TemplateSet) -> None:
    for changes in ({"message_id": "a b@desk.example"}, {"message_id": "none"}, {"date": datetime(2026, 1, 1)}):  # noqa: DTZ001
        with pytest.raises((IntakeError, ValueError)):
            render(make_letter(**changes), templates)


TEXT = st.text(st.characters(), max_size=300) | st.text(
    st.sampled_from('äé日 \r\n\t=?_<>,;:"\\()@ab\x00\u202e'), max_size=200
)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@settings(max_examples=100)
@given(name=TEXT, subject=TEXT, text=TEXT, mark=TEXT, when=st.datetimes(datetime(1990, 1, 1), timezones=ZONES))  # noqa: DTZ001
def test_whatever_the_values_hold_the_mail_stays_whole(
    name: str, subject: str, text: str, mark: str, when: datetime, templates: TemplateSet
) -> None:
    values: dict[str, Any] = {**SAMPLES["reply"], "reply": {"text": text, "agent_name": name}}
    values["case"] = {**values["case"], "subject": subject}
    to = Address(name, "kim@hosting.example")
    rendered = render(make_letter(kind="reply", to=to, values=values, loop_mark=mark, date=when), templates)
    message = parsed(rendered)
    assert [key for key in message.keys() if key != "X-Intake-Loop"] == [  # noqa: SIM118
        "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References",
        "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Language",
    ]  # fmt: skip
    assert rendered.raw.isascii()
    lines = rendered.raw.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line or len(line) > 998 for line in lines)
    head = rendered.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert all(len(line) <= 78 for line in head)
    assert [address.addr_spec for address in message["To"].addresses] == ["kim@hosting.example"]
    assert "".join(message["Subject"].split()) == "".join(rendered.subject.split())
    assert part(message, "plain") == rendered.text
    assert part(message, "html") == rendered.html
    assert message["Date"].datetime == when.replace(microsecond=0)


@pytest.mark.parametrize("words", ["plain words, häufig " * 300, "日本語の返事です。" * 500])
def test_the_text_of_a_letter_is_had_with_files_behind_it_and_as_far_as_a_cut_off_one_goes(
    words: str, templates: TemplateSet
) -> None:
    values = {**SAMPLES["reply"], "reply": {"text": words, "agent_name": "Robin"}}
    file = Enclosure("größe.bin", "application/zip", bytes(range(256)) * 50)
    rendered = render(make_letter(kind="reply", values=values, automatic=None, enclosures=(file,)), templates)
    assert text_of(rendered.raw) == rendered.text
    for end in range(2_000, 6_000, 97):
        # the last character may be cut in the middle
        assert rendered.text.startswith(text_of(rendered.raw[:end])[:-4])
    (attached,) = parsed(rendered).iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == (file.filename, file.data)
    assert all(len(line) <= 998 for line in rendered.raw.splitlines())
