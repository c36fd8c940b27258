"""The configuration's channels, each with a try that takes and sends no mail."""

import smtplib
from functools import partial

from intake.app import transport
from intake.config import Config, Mailbox, Smtp
from intake.desk.channels import Channel, Kind
from intake.errors import IntakeError
from intake.outbound.transport import Unreachable, said

SECONDS = 10
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


def channels(config: Config) -> list[Channel]:
    """Every way in and out, in the order in which people think of them."""
    settings, found = config.settings, list[Channel]()
    listeners: tuple[tuple[Kind, type[smtplib.SMTP], Smtp], ...] = (
        ("smtp", smtplib.SMTP, settings.smtp),
        ("lmtp", smtplib.LMTP, settings.lmtp),
    )
    for kind, protocol, listener in listeners:
        if listener.listen:
            found.append(Channel(kind, "", listener.listen, partial(_listener, config, protocol, listener.listen)))
    for each in settings.mailbox:
        place = f"{each.user} at {each.host}:{each.port}, {each.folder}"
        found.append(Channel("imap", each.name, place, partial(_mailbox, config, each), each.poll_seconds))
    out = settings.outgoing
    folder = config.path(out.maildir) if out.maildir else config.folder / "outgoing"
    found.append(Channel("outgoing", "", out.smtp or f"the Maildir {folder}", partial(_outgoing, config)))
    return found


def _listener(config: Config, protocol: type[smtplib.SMTP], listen: str) -> str:
    host, _, port = listen.rpartition(":")
    if listen.startswith("unix:"):
        host, port = str(config.base / listen.removeprefix("unix:")), "0"
    place = ANYWHERE.get(host.strip("[]"), host.strip("[]"))
    try:
        connection = protocol(timeout=SECONDS)
        try:
            code, words = connection.connect(place, int(port))
            if code == 220:
                connection.quit()
        finally:
            connection.close()
    except (smtplib.SMTPException, OSError) as error:
        raise IntakeError(f"{listen}: {getattr(error, 'strerror', None) or error}") from None
    if code != 220:
        raise IntakeError(f"{listen}: {said(code, words)}")
    return f"{listen} answers: {said(code, words)}"


def _mailbox(config: Config, mailbox: Mailbox) -> str:
    from intake.inbound.imap_connection import connected, describe

    try:
        with connected(mailbox, config.secret(mailbox.password or mailbox.token)) as client:
            count = client.select_folder(mailbox.folder, readonly=True)[b"EXISTS"]
    except Exception as error:
        raise IntakeError(describe(error, mailbox)) from None
    return f'mailbox "{mailbox.name}": signed in; {mailbox.folder} holds {count} mails'


def _outgoing(config: Config) -> str:
    try:
        return transport(config).check()
    except Unreachable as error:
        raise IntakeError(str(error)) from None
