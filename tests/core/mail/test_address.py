import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.read import read


def _from(value: str) -> bytes:
    return b"From: " + value.encode("utf-8", "surrogatepass") + b"\r\n\r\nHi"


@pytest.mark.parametrize(
    ("written", "addresses"),
    [
        ("alice@good.example <bob@evil.example>", {"alice@good.example", "bob@evil.example"}),
        ("<alice@good.example>:<bob@evil.example>", {"alice@good.example", "bob@evil.example"}),
        ("<alice@good.example> <bob@evil.example>", {"alice@good.example", "bob@evil.example"}),
        ("alice@good.example, bob@evil.example", {"alice@good.example", "bob@evil.example"}),
        ("alice@good.example; bob@evil.example", {"alice@good.example", "bob@evil.example"}),
        ("Group: alice@good.example, bob@evil.example;", {"alice@good.example", "bob@evil.example"}),
        ("Alice <alice@good.example> via a list <bob@evil.example>", {"alice@good.example", "bob@evil.example"}),
        ("alice@good.example\r\n <bob@evil.example>", {"alice@good.example", "bob@evil.example"}),
        ("alice@good.example\0 <bob@evil.example>", {"alice@good.example", "bob@evil.example"}),
        ("<alice@good.example@evil.example>", {"alice@good.example", "alice@good.example@evil.example"}),
        ("alice@good.example\r\nFrom: alice@good.example", {"alice@good.example"}),
        ("alice@good.example\r\nFrom: bob@evil.example", {"alice@good.example", "bob@evil.example"}),
    ],
)
def test_threat_24_a_sender_that_reads_in_two_ways_is_ambiguous(written: str, addresses: set[str]) -> None:
    message = read(_from(written))
    assert message.ambiguous_sender
    assert set(message.sender_addresses) == addresses


@pytest.mark.parametrize(
    ("written", "name", "address"),
    [
        ("robin@x.example", "", "robin@x.example"),
        ("Robin <robin@x.example>", "Robin", "robin@x.example"),
        ("Robin<robin@x.example>", "Robin", "robin@x.example"),
        ('"Beispiel, Robin" <robin@x.example>', "Beispiel, Robin", "robin@x.example"),
        ('"other@y.example" <robin@x.example>', "other@y.example", "robin@x.example"),
        ("robin@x.example <robin@x.example>", "", "robin@x.example"),
        ("robin@x.example.", "", "robin@x.example."),
        ("robin@x.example (Robin)", "Robin", "robin@x.example"),
        ("Robin (robin@y.example) <robin@x.example>", "Robin (robin@y.example)", "robin@x.example"),
        ("<@relay.example:robin@x.example>", "", "robin@x.example"),
        ("=?utf-8?q?Robin=2C_=3Cx=40y=2Eexample=3E?= <robin@x.example>", "Robin, <x@y.example>", "robin@x.example"),
        ('"quoted local"@x.example', "", '"quoted local"@x.example'),
        ('"other@y.example"@x.example', "", '"other@y.example"@x.example'),
        ("(other@y.example) robin@x.example", "other@y.example", "robin@x.example"),
        ("Team: robin@x.example;", "", "robin@x.example"),
        ("=?utf-8?b?b3RoZXJAeS5leGFtcGxl?= <robin@x.example>", "other@y.example", "robin@x.example"),
        ("Robin <ROBIN@X.example>", "Robin", "ROBIN@X.example"),
    ],
)
def test_a_sender_that_reads_in_one_way_is_not_ambiguous(written: str, name: str, address: str) -> None:
    message = read(_from(written))
    assert message.from_ is not None
    assert (message.from_.name, message.from_.address) == (name, address)
    assert not message.ambiguous_sender


def test_threat_25_a_word_inside_an_address_is_not_decoded() -> None:
    message = read(_from("=?utf-8?q?a=40good.example?=@evil.example"))
    assert message.sender_addresses == ("=?utf-8?q?a=40good.example?=@evil.example",)


def test_threat_26_marks_are_stripped_and_look_alikes_left() -> None:
    message = read(_from("\u202eRobin\u202c <r\u200bobin@hоsting.example>"))
    assert message.from_ is not None
    assert message.from_.name == "Robin"
    assert message.from_.address == "robin@h\u043esting.example"


def test_threat_25_a_word_that_decodes_to_an_address_names_nobody() -> None:
    message = read(_from("=?utf-8?q?Robin_=3Crobin=40x.example=3E?="))
    assert (message.from_, message.sender_addresses) == (None, ())


@pytest.mark.parametrize("written", ["", "<>", "Robin Beispiel", "undisclosed-recipients:;", "@", "(comment)"])
def test_threat_50_a_mail_without_a_sender_is_read(written: str) -> None:
    message = read(_from(written))
    assert message.from_ is None or "@" not in message.from_.address or message.from_.address == "@"
    assert message.text == "Hi"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("MAILER-DAEMON", "MAILER-DAEMON"),
        ("<MAILER-DAEMON>", "MAILER-DAEMON"),
        ("Mail System <MAILER-DAEMON>", "MAILER-DAEMON"),
        ("MAILER-DAEMON (Mail Delivery System)", "MAILER-DAEMON"),
    ],
)
def test_a_sender_without_a_domain_keeps_its_name(written: str, expected: str) -> None:
    message = read(_from(written))
    assert message.from_ is not None
    assert message.from_.address == expected


_ODD = st.text(alphabet="ab@.<>()[]:;,\"'\\ =?\u202e\ue000\ue001é", max_size=40)


@given(_ODD)
def test_any_sender_is_read(value: str) -> None:
    message = read(_from(value) + b"\r\n")
    assert message.ambiguous_sender == (len(message.sender_addresses) > 1)


@given(_ODD)
def test_threat_24_whatever_stands_in_from_the_sender_is_one_of_its_readings(value: str) -> None:
    message = read(_from(value))
    if message.sender_addresses:
        assert message.from_ is not None
        assert message.from_.address == message.sender_addresses[0]
