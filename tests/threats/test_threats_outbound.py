"""THREATS.md, the rows about what leaves: 27, 28, 38, 39, 43, 51, 53."""

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from house import fresh_databases
from smarthost import NOW, Clock, Listening, Sink, make_letter, queue_mail, row, told
from sqlalchemy import update

from intake.config import Outgoing
from intake.core.mail.message import Address
from intake.errors import Mistakes
from intake.outbound.deliver import MaildirTransport, SmtpTransport, deliver
from intake.outbound.headers import BadAddress, safe_address
from intake.outbound.render import render
from intake.outbound.samples import SAMPLES
from intake.outbound.templates import compile_template
from intake.outbound.templateset import TemplateSet, load
from intake.shipped import shipped
from intake.store import sending, tables
from intake.store.engine import Databases

INJECTED = "a\r\nBcc: victim@h.example\r\n\r\n<script>x</script>"


@pytest.fixture(scope="session")
def templates() -> TemplateSet:
    return load([shipped("templates")])


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path / "var")
    yield made
    made.close()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def listening(sink: Sink) -> Iterator[Listening]:
    server = Listening(sink)
    yield server
    server.stop()


def way_to(server: Listening) -> SmtpTransport:
    return SmtpTransport(Outgoing(smtp=server.place, tls="none", timeout_seconds=5), "", "desk.example")


def test_threat_27_no_value_brings_a_header_into_being(templates: TemplateSet) -> None:
    values = {**SAMPLES["acknowledgment"], "case": {**SAMPLES["acknowledgment"]["case"], "subject": INJECTED}}
    name = Address(INJECTED, "kim@hosting.example")
    forged = (f"x@y{INJECTED}", "a@b\nBcc:v@h.example")
    sender = Address("b\nBcc: v@h.example", "support@desk.example")
    people = {"to": name, "sender": sender, "cc": (name,), "reply_to": name}
    letter = make_letter(values=values, loop_mark=INJECTED, in_reply_to=forged[0], references=forged, **people)
    rendered = render(letter, templates)
    message = email.message_from_bytes(rendered.raw, policy=email.policy.default)
    assert "Bcc" not in message
    assert b"\nBcc" not in rendered.raw
    assert "Bcc: victim@h.example" in message["Subject"]  # inert, as words
    assert rendered.envelope_to == ("kim@hosting.example",)
    assert "<script" not in rendered.html


@pytest.mark.parametrize(
    "address",
    ["a@x.example\r\nRCPT TO:<v@h.example>", "a@x.example>\nDATA", "<a@x.example>", "a b@x.example", "a@x.example\x00"],
)
def test_threat_28_no_address_carries_a_command(
    address: str, databases: Databases, templates: TemplateSet, sink: Sink, listening: Listening
) -> None:
    with pytest.raises(BadAddress):
        safe_address(address)
    for changes in ({"to": Address("", address)}, {"envelope_from": address}):
        with pytest.raises(BadAddress):
            render(make_letter(**changes), templates)
    # a row that something else has written is checked again on its way out
    written: list[dict[str, object]] = [{"envelope_to": [address]}, {"envelope_from": address}]
    for number, column in enumerate(written):
        mail = queue_mail(databases, templates, number)
        with databases.desk.begin() as connection:
            connection.execute(update(tables.outgoing).where(tables.outgoing.c.id == mail).values(column))
        way = way_to(listening)
        deliver(databases.desk, way, "one", Clock())
        way.close()
        assert row(databases, mail)["state"] == "failed"
        assert re.search("address|domain", row(databases, mail)["reason"])
    assert sink.mails == []


@pytest.mark.parametrize("hostile", ["{{7*7}}", "{% for x in y %}", "{{ case.__class__ }}", "${7*7}", "{# x #}"])
def test_threat_38_a_subject_that_is_a_template_is_inert(hostile: str, templates: TemplateSet) -> None:
    values = {**SAMPLES["acknowledgment"], "case": {**SAMPLES["acknowledgment"]["case"], "subject": hostile}}
    rendered = render(make_letter(values=values), templates)
    assert hostile in rendered.subject
    for alert in (hostile, ""):
        said = {"alert": {"text": alert}, "message": {"from": hostile, "excerpt": hostile}}
        words = render(make_letter(kind="desk-reply", values={**SAMPLES["desk-reply"], **said}), templates)
        assert words.text.count(hostile) == 2
        assert "49" not in words.text + rendered.subject


DEEP = "(" * 9_000 + "1" + ")" * 9_000
HOSTILE = [
    "{{ 9**(9**9) }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 'a' ~ 'b' }}",
    "{{ case.__class__ }}",
    "{{ case['__class__'] }}",
    "{{ case|attr('__class__') }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ case.keys() }}",
    "{{ case.items }}",
    "{{ range(1000000000) }}",
    "{% for i in range(1000000000) %}x{% endfor %}",
    "{{ lipsum() }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner }}",
    "{{ namespace }}",
    "{{ because|map('upper')|list }}",
    "{{ because|tojson }}",
    "{{ case.url|replace('', 'x') }}",
    "{{ case.url|center(1000000000) }}",
    "{{ case.url|indent(1000000000) }}",
    "{{ case.url[case.url] }}",
    "{{ because[0] }}",
    "{{ case.url[0:1] }}",
    "{{ {'a': 1} }}",
    "{{ [1, 2] }}",
    "{{ -1 }}",
    "{{ 1 // 0 }}",
    "{{ case is defined }}",
    "{% set x = 1 %}",
    "{% include 'secret' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% macro m() %}{% endmacro %}{{ m() }}",
    "{% block b %}{% endblock %}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with x = 1 %}{% endwith %}",
    "{% raw %}{{ 9**9 }}{% endraw %}",
    "{% autoescape false %}x{% endautoescape %}",
    "{% for a in because recursive %}{{ loop(a) }}{% endfor %}",
    "{% for a in because %}{% for b in because %}{% for c in because %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in because %}{% for b in because %}" + "{{ case.url }}" * 60 + "{% endfor %}{% endfor %}",
    "{\\{ 9**(9**9) }}",
    "\\{\\{ 9**(9**9) }}",
    "&#123;&#123; 9**(9**9) }}",
    "{{ " + DEEP + " }}",
    "{{ " + "9" * 10_000 + " }}",
    "{% if 1 %}" * 400 + "x" + "{% endif %}" * 400,
    "{{ " + "case.url or " * 1_500 + "1 }}",
    "x" * 1_000_000,
    "\ue000V0\ue001{{ case.url }}",
    "*" * 19_000,
    "[" * 19_000,
    "> " * 9_500,
    "- " * 9_500,
    "`" * 9_001 + "a" + "`" * 9_000,
    "<" * 19_000,
    "|a" * 4_500 + "\n" + "|-" * 4_500,
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: body[:30].strip())
def test_threat_39_a_hostile_template_is_refused_or_harmless_within_a_second(body: str) -> None:
    began = time.process_time()
    try:
        template = compile_template(f"Subject: x\n\n{body}\n", "x.md", "acknowledgment", "en")
    except Mistakes:
        pass
    else:
        assert body[:2] in ("{\\", "\\{", "&#") or body[0] in "*[>-`<|", "was let in"
        text = template.render(SAMPLES["acknowledgment"]).text
        assert "9**(9**9)" in text or body[0] in "*[>-`<|"
    assert time.process_time() - began < 1


@pytest.mark.parametrize("subject", ["{{ 9**(9**9) }}", "{{ case.__class__ }}", "{% include 'x' %}"])
def test_threat_39_a_hostile_subject_line_is_refused(subject: str) -> None:
    with pytest.raises(Mistakes):
        compile_template(f"Subject: {subject}\n\ntext\n", "x.md", "acknowledgment", "en")


def test_threat_43_nothing_that_is_sent_asks_for_or_answers_a_receipt(
    databases: Databases, templates: TemplateSet, sink: Sink, listening: Listening
) -> None:
    for number, kind in enumerate(SAMPLES):
        queue_mail(databases, templates, number, kind=kind, language="de")
    way = way_to(listening)
    deliver(databases.desk, way, "one", Clock())
    way.close()
    assert len(sink.mails) == len(SAMPLES)
    for _, _, raw in sink.mails:
        head = raw.partition(b"\r\n\r\n")[0].lower()
        assert b"disposition-notification" not in head
        assert b"return-receipt" not in head
        assert b"multipart/report" not in raw.lower()


def test_threat_51_a_smarthost_that_fails_softly_hard_or_is_gone(
    databases: Databases, templates: TemplateSet, sink: Sink
) -> None:
    clock = Clock()
    soft, hard = (
        queue_mail(databases, templates, 1),
        queue_mail(databases, templates, 2, to=Address("", "no@h.example")),
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings = Outgoing(smtp=f"127.0.0.1:{free.getsockname()[1]}", tls="none", timeout_seconds=5)
    gone = SmtpTransport(settings, "", "desk.example")
    assert not deliver(databases.desk, gone, "one", clock)
    assert {row(databases, mail)["state"] for mail in (soft, hard)} == {"queued"}
    clock.turn(minutes=2)
    nameless = SmtpTransport(Outgoing(smtp="mx.nowhere.example:25", tls="none", timeout_seconds=5), "", "desk.example")
    assert not deliver(databases.desk, nameless, "one", clock)
    assert all("mx.nowhere.example:25" in row(databases, mail)["reason"] for mail in (soft, hard))

    clock.turn(minutes=5)
    server = Listening(sink)
    try:
        way = way_to(server)
        sink.recipients = {"kim@hosting.example": "450 4.2.1 later", "no@h.example": "550 5.1.1 unknown"}
        deliver(databases.desk, way, "one", clock)
        assert (row(databases, soft)["state"], row(databases, hard)["state"]) == ("queued", "failed")
        sink.recipients = {}
        clock.turn(hours=2)
        assert deliver(databases.desk, way, "one", clock).sent == 1
        way.close()
    finally:
        server.stop()
    assert [event for _, event, _ in told(databases)] == ["failed", "sent"]
    assert len(sink.mails) == 1


KILLED = """
import os, sys
from datetime import timedelta
from pathlib import Path
from smarthost import NOW
from intake.config import Outgoing
from intake.outbound.deliver import SmtpTransport, deliver
from intake.store.engine import open_databases

class Killed(SmtpTransport):
    def send(self, mail):
        super().send(mail)
        os._exit(9)

way = Killed(Outgoing(smtp=sys.argv[2], tls="none"), "", "desk.example")
deliver(open_databases(Path(sys.argv[1])).desk, way, "the one that dies", lambda: NOW, lease=timedelta(minutes=10))
"""


@pytest.mark.sqlite("the process that dies opens the files")
def test_threat_53_killed_between_the_250_and_the_mark_it_goes_out_again_and_is_counted(
    databases: Databases, templates: TemplateSet, sink: Sink, listening: Listening, tmp_path: Path
) -> None:
    mail = queue_mail(databases, templates)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    died = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "var"), listening.place], env=environment, timeout=60, check=False
    )
    assert died.returncode == 9
    assert (len(sink.mails), row(databases, mail)["state"]) == (1, "sending")

    clock, way = Clock(), way_to(listening)
    assert not deliver(databases.desk, way, "the other", clock)  # the lease still runs
    clock.turn(minutes=10)
    counts = deliver(databases.desk, way, "the other", clock)
    way.close()
    assert (counts.sent, counts.again) == (1, 1)
    assert sink.mails[0] == sink.mails[1]
    assert b"Message-ID: <1.a1@desk.example>" in sink.mails[1][2]
    assert (row(databases, mail)["state"], row(databases, mail)["tries"]) == ("sent", 2)
    assert [(event, "twice" in text) for _, event, text in told(databases)] == [("sent", True)]


def test_threat_53_a_maildir_holds_a_repeated_mail_once(
    databases: Databases, templates: TemplateSet, tmp_path: Path
) -> None:
    queue_mail(databases, templates)
    way = MaildirTransport(tmp_path / "out")
    (lost,) = sending.claim(databases.desk, "the one that dies", NOW, timedelta(minutes=10), 10)
    way.send(lost)
    clock = Clock()
    clock.turn(minutes=10)
    assert deliver(databases.desk, way, "the other", clock).again == 1
    assert len(list((tmp_path / "out" / "new").iterdir())) == 1
