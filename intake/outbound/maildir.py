"""Outgoing mail into a Maildir: for trying out, and for installations where something else sends."""

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from intake.outbound.transport import Receipt, Unreachable
from intake.store.sending import OutgoingMail

PARTS = ("tmp", "new", "cur")


class MaildirTransport:
    """Delivers into `new/` of a Maildir, made where there is none. Line ends become the local ones.

    A mail's file is named after its Message-ID, so that a repeat lands on itself, even once a reader has moved it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, mail: OutgoingMail) -> Receipt:
        """Writes the mail durably. Raises `Unreachable` where the folder cannot be written."""
        name = f"{sha256(mail.message_id.encode()).hexdigest()[:32]}.intake"
        unfinished = self.folder / "tmp" / f"{name}.{os.getpid()}"
        try:
            for part in PARTS:
                (self.folder / part).mkdir(mode=0o750, parents=True, exist_ok=True)
            if (self.folder / "new" / name).exists() or any((self.folder / "cur").glob(f"{name}*")):
                return Receipt()
            with unfinished.open("wb") as file:
                file.write(mail.raw.replace(b"\r\n", b"\n"))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self.folder / "new" / name)
            self._make_durable()
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise Unreachable(f"{self.folder}: {error.strerror or error}") from None
        return Receipt()

    def check(self) -> str:
        """Makes the Maildir where there is none, and says that it can be written. Raises `Unreachable`."""
        try:
            for part in PARTS:
                (self.folder / part).mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(f"{self.folder}: {error.strerror or error}") from None
        if not os.access(self.folder / "new", os.W_OK):
            raise Unreachable(f"{self.folder}: cannot be written")
        return f"{self.folder} can be written"

    def _make_durable(self) -> None:
        directory = os.open(self.folder / "new", os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def close(self) -> None:
        """Nothing is held open."""
