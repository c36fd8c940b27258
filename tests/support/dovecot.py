"""A throwaway Dovecot: own configuration folder, high loopback ports, any user with one password or token."""

import getpass
import grp
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient
from real import require_real
from running import free_port

PASSWORD = "correct-horse"
STARTS_WITHIN = 15.0

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
first_valid_uid = 1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:~/Maildir
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group_of_mail} home={folder}/home/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
{extra}
"""


def require() -> str:
    """Dovecot's program, or a skip (in CI a failure) that says what is missing."""
    require_real("openssl", "openssl")
    return require_real("dovecot-imapd", "dovecot")


class Dovecot:
    """One server of its own. `extra` is appended to its configuration."""

    def __init__(self, extra: str = "") -> None:
        self._program = require()
        # not pytest's folder: its parents are closed to the user that serves the mailboxes
        self.folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = self.folder / "certificate.pem"
        self._process: subprocess.Popen[bytes] | None = None
        self._write(extra)

    def _write(self, extra: str) -> None:
        root = os.geteuid() == 0
        me, my_group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
        (self.folder / "home").mkdir()
        if root:
            shutil.chown(self.folder / "home", "mail", "mail")
        text = CONFIG.format(
            folder=self.folder,
            internal="dovecot" if root else me,
            login="dovenull" if root else me,
            group="dovecot" if root else my_group,
            user="mail" if root else me,
            group_of_mail="mail" if root else my_group,
            password=PASSWORD,
            port=self.port,
            tls_port=self.tls_port,
            extra=extra,
        )
        (self.folder / "dovecot.conf").write_text(text)
        subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
        files = ["-keyout", str(self.folder / "key.pem"), "-out", str(self.certificate)]
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        subprocess.run(
            ["openssl", "req", "-x509", *curve, *subject, *files], check=True, capture_output=True, timeout=30
        )

    def start(self) -> None:
        """Returns when it answers."""
        self._process = subprocess.Popen(
            [self._program, "-F", "-c", str(self.folder / "dovecot.conf")],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "stderr").open("ab"),
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError(f"dovecot does not start: {self.said()}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.settimeout(2)
                return connection.recv(64).startswith(b"* OK")
        except OSError:
            return False

    def kill(self) -> None:
        """At once and without a word to its clients, whose connections break."""
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def close(self) -> None:
        """Ends it and removes everything of it."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        """Its log and its complaints so far."""
        files = (self.folder / name for name in ("stderr", "log"))
        return "\n".join(file.read_text() for file in files if file.exists())[-4000:]

    @contextmanager
    def client(self, user: str) -> Iterator[Any]:
        """A signed-in IMAPClient, for what a person or another program does to the mailbox."""
        with IMAPClient("127.0.0.1", self.port, ssl=False, timeout=10) as client:
            client.login(user, PASSWORD)
            client.normalise_times = False
            yield client

    def deliver(
        self, user: str, *mails: bytes, folder: str = "INBOX", at: datetime | None = None, flags: tuple[bytes, ...] = ()
    ) -> None:
        """Appends mails in order; `at` becomes their INTERNALDATE."""
        with self.client(user) as client:
            for mail in mails:
                client.append(folder, mail, flags, at)


@contextmanager
def running(extra: str = "") -> Iterator[Dovecot]:
    """A server for one test; it starts in a tenth of a second."""
    server = Dovecot(extra)
    try:
        server.start()
        yield server
    finally:
        server.close()
