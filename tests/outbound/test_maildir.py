"""Delivery into a Maildir: durable, readable, and harmless when repeated."""

import mailbox
from pathlib import Path

import pytest
from smarthost import NOW, make_letter

from intake.outbound.maildir import MaildirTransport
from intake.outbound.render import render
from intake.outbound.templateset import TemplateSet
from intake.outbound.transport import Unreachable
from intake.store.sending import OutgoingMail


def mail(templates: TemplateSet, message_id: str = "1.a@desk.example") -> OutgoingMail:
    raw = render(make_letter(message_id=message_id), templates).raw
    to = "kim@hosting.example"
    return OutgoingMail(1, None, "acknowledgment", to, "", (to,), message_id, raw, NOW, 1, False)


def test_a_mail_lands_in_new_and_reads_as_it_was_made(tmp_path: Path, templates: TemplateSet) -> None:
    sent = mail(templates)
    MaildirTransport(tmp_path / "out").send(sent)
    (found,) = mailbox.Maildir(tmp_path / "out")
    assert found["Message-ID"] == "<1.a@desk.example>"
    (file,) = (tmp_path / "out" / "new").iterdir()
    assert file.read_bytes() == sent.raw.replace(b"\r\n", b"\n")
    assert list((tmp_path / "out" / "tmp").iterdir()) == []


def test_a_repeat_lands_on_itself_even_when_it_has_been_read(tmp_path: Path, templates: TemplateSet) -> None:
    way = MaildirTransport(tmp_path)
    way.send(mail(templates))
    way.send(mail(templates))
    (file,) = (tmp_path / "new").iterdir()
    file.rename(tmp_path / "cur" / f"{file.name}:2,S")
    way.send(mail(templates))
    assert list((tmp_path / "new").iterdir()) == []
    way.send(mail(templates, "2.a@desk.example"))
    assert len(list((tmp_path / "new").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, templates: TemplateSet) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(Unreachable, match=str(tmp_path / "out")):
        MaildirTransport(tmp_path / "out").send(mail(templates))
