"""The conversation with a smarthost: TLS, AUTH, SMTPUTF8, its refusals in its own words."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from smarthost import NOW, Listening, Sink, make_letter

from intake.config import Outgoing
from intake.core.mail.message import Address
from intake.outbound.render import render
from intake.outbound.smtp import SmtpTransport
from intake.outbound.templateset import TemplateSet
from intake.outbound.transport import Receipt, Refused, TryLater, Unreachable, Unsure
from intake.store.sending import OutgoingMail

Make = Callable[..., OutgoingMail]


@pytest.fixture(params=[False, True], ids=["in_turn", "pipelining"])
def sink(request: pytest.FixtureRequest) -> Sink:
    """A server without and with pipelining: what holds, holds for both."""
    return Sink(pipelining=request.param)


@pytest.fixture
def mail(templates: TemplateSet) -> Make:
    def make(number: int = 1, **changes: Any) -> OutgoingMail:
        letter = make_letter(message_id=f"{number}.a@desk.example", **changes)
        made = render(letter, templates)
        envelope = (letter.to.address, made.envelope_from, made.envelope_to)
        return OutgoingMail(number, None, letter.kind, *envelope, letter.message_id, made.raw, NOW, 1, False)

    return make


Open = Callable[..., SmtpTransport]


@pytest.fixture
def transport() -> Iterator[Open]:
    opened: list[SmtpTransport] = []

    def make(place: str, password: str = "", context: ssl.SSLContext | None = None, **more: Any) -> SmtpTransport:
        settings = Outgoing(**{"smtp": place, "tls": "none", "timeout_seconds": 5, **more})
        opened.append(SmtpTransport(settings, password, "desk.example", context))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mx.example"
    more = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command.split(), *more, "-out", cert, "-keyout", key], check=True, capture_output=True)
    return cert, key


def serving(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


OFFERS = b"250-mx.example\r\n250 PIPELINING\r\n"


@contextmanager
def conversation(*turns: tuple[bytes, bytes]) -> Iterator[str]:
    """A server for one connection, and where it is: once it has heard the one it says the other, and then hangs up."""

    def talk(server: socket.socket) -> None:
        with server.accept()[0] as client:
            client.sendall(b"220 mx.example\r\n")
            for awaited, answer in turns:
                heard = b""
                while awaited not in heard and (more := client.recv(65_536)):
                    heard += more
                client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        spoken = pool.submit(talk, server)
        yield f"127.0.0.1:{server.getsockname()[1]}"
        spoken.result(10)


def test_the_bytes_arrive_as_they_are_over_one_kept_connection(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    way = transport(listening.place)
    sent = [mail(1), mail(2)]
    for each in sent:
        way.send(each)
    assert sink.mails == [("bounce@desk.example", ("kim@hosting.example",), each.raw) for each in sent]
    assert sink.connections == 1


def test_lines_that_begin_with_a_dot_arrive_as_they_are(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    values = {**make_letter(kind="reply").values, "reply": {"text": ".\n..\n.x\nend\n.", "agent_name": "."}}
    dotted = mail(kind="reply", values=values)
    assert b"\r\n..\r\n.x\r\n" in dotted.raw
    transport(listening.place).send(dotted)
    assert [raw for _, _, raw in sink.mails] == [dotted.raw]


def test_the_null_return_path_goes_out_as_such(sink: Sink, listening: Listening, transport: Open, mail: Make) -> None:
    transport(listening.place).send(mail(envelope_from=""))
    assert sink.mails[0][0] == "<>"


def test_a_connection_that_the_server_dropped_is_opened_again(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    way = transport(listening.place)
    way.send(mail(1))
    assert way._kept is not None
    assert way._kept.sock is not None
    way._kept.sock.shutdown(socket.SHUT_RDWR)
    way.send(mail(2))
    assert (len(sink.mails), sink.connections) == (2, 2)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_refusal_says_whether_to_try_again_in_the_servers_words(
    step: str, sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    way = transport(listening.place)
    sink.answers = {step: "451 4.7.1 greylisted, \x1b[31mtry later"}
    with pytest.raises(TryLater, match=r"451 4\.7\.1 greylisted") as later:
        way.send(mail())
    assert "\x1b" not in str(later.value)
    assert not isinstance(later.value, Unreachable)
    sink.answers = {step: "550 5.1.1 no such user"}
    with pytest.raises(Refused, match=r"550 5\.1\.1 no such user"):
        way.send(mail())
    sink.answers = {step: "421 4.3.2 shutting down"}
    with pytest.raises(Unreachable, match="421"):
        way.send(mail())
    sink.answers = {}
    way.send(mail())
    assert len(sink.mails) == 1


def test_some_recipients_may_be_refused_while_others_get_it(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    sink.recipients = {"a@h.example": "550 5.1.1 unknown", "b@h.example": "452 4.2.2 full"}
    receipt = transport(listening.place).send(mail(cc=(Address("", "a@h.example"), Address("", "b@h.example"))))
    assert dict(receipt.refused) == {"a@h.example": "550 5.1.1 unknown"}
    assert dict(receipt.later) == {"b@h.example": "452 4.2.2 full"}
    assert sink.mails[0][1] == ("kim@hosting.example",)


def test_a_server_that_is_gone_or_silent_is_named(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = f"127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(Unreachable, match=f"{gone}: Connection refused"):
            transport(gone).send(mail())
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unreachable, match=r"no answer within 0\.2 s"):
        transport(f"127.0.0.1:{mute.getsockname()[1]}", timeout_seconds=0.2).send(mail())
    with pytest.raises(Unreachable, match=r"nowhere\.example:25: "):
        transport("nowhere.example:25").send(mail())
    sink.silent = True
    with pytest.raises(Unsure, match="may have left"):
        transport(listening.place, timeout_seconds=0.2).send(mail())


def test_a_connection_lost_after_the_end_of_the_mail_leaves_its_fate_open(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    sink.before_answer = lambda server: server.transport.abort()
    with pytest.raises(Unsure, match="may have left"):
        transport(listening.place).send(mail())


def test_a_mail_over_the_servers_limit_is_refused_before_it_is_sent(
    sink: Sink, listen: Callable[..., Listening], transport: Open, mail: Make
) -> None:
    server = listen(data_size_limit=1000)
    with pytest.raises(Refused, match="1,000 bytes"):
        transport(server.place).send(mail())
    assert sink.mails == []


def test_threat_10_an_address_outside_ascii_needs_a_server_that_takes_it(
    sink: Sink, listening: Listening, listen: Callable[..., Listening], transport: Open, mail: Make
) -> None:
    abroad = mail(to=Address("", "用户@例え.example"))
    transport(listening.place).send(abroad)
    assert sink.mails == [("bounce@desk.example", ("用户@xn--r8jz45g.example",), abroad.raw)]
    with pytest.raises(Refused, match="does not offer SMTPUTF8"):
        transport(listen(enable_SMTPUTF8=False).place).send(abroad)


@pytest.mark.parametrize("way", ["starttls", "implicit"])
def test_tls_checks_the_certificate(
    way: str,
    sink: Sink,
    listen: Callable[..., Listening],
    certificate: tuple[Path, Path],
    transport: Open,
    mail: Make,
) -> None:
    context = serving(certificate)
    how = {"ssl_context": context} if way == "implicit" else {"tls_context": context, "require_starttls": True}
    server = listen(**how)
    with pytest.raises(Unreachable, match="certificate"):
        transport(server.place, tls=way).send(mail())
    assert sink.mails == []
    transport(server.place, tls=way, context=trusting(certificate)).send(mail())
    assert len(sink.mails) == 1


def test_tls_asked_for_and_not_offered_sends_nothing(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    with pytest.raises(Unreachable, match="STARTTLS"):
        transport(listening.place, tls="starttls").send(mail())
    assert sink.mails == []


def test_a_login_is_made_and_a_wrong_one_stops_no_mail_for_good(
    sink: Sink,
    listen: Callable[..., Listening],
    certificate: tuple[Path, Path],
    transport: Open,
    mail: Make,
) -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"desk", b"secret"), handled=False)

    server = listen(tls_context=serving(certificate), authenticator=check, auth_required=True)
    context = trusting(certificate)
    with pytest.raises(Unreachable, match="535") as raised:
        transport(server.place, "wrong", tls="starttls", username="desk", context=context).send(mail())
    assert "wrong" not in str(raised.value)
    with pytest.raises(Unreachable, match="530"):
        transport(server.place, tls="starttls", context=context).send(mail())
    transport(server.place, "secret", tls="starttls", username="desk", context=context).send(mail())
    assert len(sink.mails) == 1


def test_a_server_is_asked_nothing_between_two_mails_that_it_took(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    way = transport(listening.place)
    way.send(mail(1))
    sink.answers = {"RSET": "421 4.3.2 closing"}
    way.send(mail(2))
    assert (len(sink.mails), sink.connections) == (2, 1)


def test_a_connection_that_broke_off_within_a_mail_is_put_right_before_the_next(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    way = transport(listening.place)
    sink.answers = {"RCPT": "550 5.1.1 no such user"}
    with pytest.raises(Refused):
        way.send(mail(1))
    sink.answers = {}
    way.send(mail(2))
    assert (len(sink.mails), sink.connections) == (1, 1)


def test_a_mail_that_nobody_takes_leaves_no_trace_at_a_server_that_asks_for_its_bytes(
    sink: Sink, listening: Listening, transport: Open, mail: Make
) -> None:
    way = transport(listening.place)
    sink.answers, sink.careless = {"RCPT": "550 5.1.1 no such user"}, True
    with pytest.raises(Refused, match="no such user"):
        way.send(mail(1))
    # what came next on that connection would be the mail
    assert sink.pipelining == (way._kept is None)
    sink.answers, sink.careless = {}, False
    way.send(mail(2))
    assert [raw for _, _, raw in sink.mails] == [mail(2).raw]


def test_all_that_comes_before_a_mails_bytes_is_asked_in_one_go_where_the_server_offers_that(
    transport: Open, mail: Make
) -> None:
    # it answers nothing before it was asked for everything
    taken = (b"DATA\r\n", b"250 a\r\n250 b\r\n354 c\r\n"), (b"\r\n.\r\n", b"250 d\r\n")
    with conversation((b"ehlo", OFFERS), *taken) as place:
        assert transport(place).send(mail()) == Receipt()


def test_a_refusal_holds_where_the_server_hangs_up_after_it(transport: Open, mail: Make) -> None:
    refused = b"DATA\r\n", b"250 a\r\n550 5.7.1 not from here\r\n"
    with conversation((b"ehlo", OFFERS), refused) as place, pytest.raises(Refused, match=r"5\.7\.1 not from here"):
        transport(place).send(mail())
