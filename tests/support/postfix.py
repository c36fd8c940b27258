"""A throwaway Postfix: own configuration, queue and data folders, one SMTP port of loopback.

It relays the addresses that it is told of by LMTP, everything else to one SMTP sink.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from real import require_real
from running import eventually, free_port

SECONDS = 60

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
daemon_directory = {daemons}
command_directory = {commands}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.support.example
mydestination =
alias_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
relay_domains = support.example
relay_recipient_maps = inline:{{ {recipients} }}
recipient_delimiter = +
transport_maps = inline:{{ {{ support.example = lmtp:inet:127.0.0.1:{lmtp} }} }}
default_transport = smtp:[127.0.0.1]:{sink}
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
smtp_host_lookup = native
smtp_tls_security_level = none
fast_flush_domains =
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
lmtp_connect_timeout = 5s
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
postlog   unix-dgram n - n - 1 postlogd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
lmtp      unix - - n - - lmtp
relay     unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
showq     unix n - n - - showq
"""


class Postfix:
    """One instance. Mail to `recipients` goes to the LMTP port, mail to other domains to the sink's port."""

    def __init__(self, lmtp: int, sink: int, recipients: Sequence[str]) -> None:
        self._program = require_real("postfix", "postfix")
        if os.geteuid() != 0:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("Postfix starts for root only")
        # its daemons run as another user, who cannot look into pytest's folder
        self.folder = Path(tempfile.mkdtemp(prefix="postfix-", dir="/var/tmp"))
        self.folder.chmod(0o755)
        self.port = free_port()
        values = {
            "folder": self.folder,
            "daemons": Path(require_real("postfix", "master")).parent,
            "commands": Path(self._program).parent,
            "recipients": " ".join(f"{{ {each} = yes }}" for each in recipients),
            "lmtp": lmtp,
            "sink": sink,
        }
        for name, text in (("main.cf", MAIN.format(**values)), ("master.cf", MASTER.format(port=self.port))):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)
        for name, mode in (("queue", 0o755), ("data", 0o700)):
            (self.folder / name).mkdir()
            (self.folder / name).chmod(mode)
        shutil.chown(self.folder / "data", "postfix")

    def start(self) -> None:
        """Returns when it runs."""
        done = self._run("start")
        if done.returncode:
            raise RuntimeError(f"Postfix does not start: {done.stderr}\n{self.log()}")

    def _run(self, word: str) -> "subprocess.CompletedProcess[str]":
        command = [self._program, "-c", str(self.folder), word]
        return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, umask=0o022)

    def log(self) -> str:
        """Its log so far."""
        file = self.folder / "log"
        return file.read_text() if file.exists() else ""

    def queued(self) -> list[str]:
        """The mails that it still holds, by their files."""
        names = ("maildrop", "incoming", "active", "deferred")
        return [str(file) for name in names for file in (self.folder / "queue" / name).rglob("*") if file.is_file()]

    def close(self) -> None:
        """Ends it and removes everything of it."""
        pid = self.folder / "queue/pid/master.pid"
        with suppress(FileNotFoundError, ValueError):
            number = int(pid.read_text())
            self._run("abort")
            eventually(lambda: not Path(f"/proc/{number}").exists(), 20, "Postfix to end")
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def postfix(lmtp: int, sink: int, recipients: Sequence[str]) -> Iterator[Postfix]:
    """An instance for one test."""
    made = Postfix(lmtp, sink, recipients)
    try:
        made.start()
        yield made
    finally:
        made.close()
