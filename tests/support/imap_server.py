"""Servers that misbehave: a small IMAP server with quirks, and a relay whose packets can be dropped."""

import re
import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

COMMAND = re.compile(rb"(\S+) (UID )?(\S+) ?(.*)\r\n", re.DOTALL)


class QuirkyImap:
    """An IMAP server with one folder that holds `mails` by UID, and does wrong what its attributes say."""

    def __init__(self, mails: dict[int, bytes] | None = None) -> None:
        self.mails = dict(mails or {})
        self.capabilities = "IMAP4rev1 IDLE UIDPLUS AUTH=PLAIN"
        self.lasting = r"\Seen \Flagged \Deleted \*"
        self.flags: dict[int, set[str]] = {uid: set() for uid in self.mails}
        self.claims: dict[int, int] = {}
        self.refuses: set[int] = set()
        self.leaves_out: set[int] = set()
        self.gives_nil: set[int] = set()
        self.gives_nothing: set[int] = set()
        self.breaks_at: set[int] = set()
        self.refuses_store = False
        self.refuses_sign_in = ""
        self.refuses_idle = False
        self.idle_chatter = 0
        self.drops_idle = False
        # from this command on nothing is said for ever, though the connection stays
        self.hangs_at = ""
        self.uidvalidity = 7
        self.internal_date = "01-Jan-2026 10:00:00 +0100"
        self.arrives_at_search: tuple[int, bytes] | None = None
        self.idle_news_with_plus = False
        self.commands: list[str] = []
        self._told: dict[socket.socket, int] = {}
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        """Ends it."""
        self._server.shutdown()
        self._server.server_close()

    def count(self, command: str) -> int:
        """How often a command came."""
        return len([each for each in self.commands if each.startswith(command)])

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        quirky = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    quirky._serve(self.rfile, self.wfile, self.connection)

        return Session

    def _serve(self, lines: Any, out: Any, connection: socket.socket) -> None:
        if self.hangs_at == "greeting":
            lines.read()
            return
        out.write(b"* OK ready\r\n")
        for line in lines:
            match = COMMAND.fullmatch(line)
            if not match:
                return
            tag, _, name, rest = (part.decode() if part else "" for part in match.groups())
            self.commands.append(f"{name} {rest}".strip())
            if name == self.hangs_at:
                lines.read()
                return
            answer = getattr(self, f"_{name.lower()}", self._ok)(rest, lines, out, connection)
            if answer is None:
                return
            out.write(f"{tag} {answer}\r\n".encode())
            if name == "LOGOUT":
                return

    def _ok(self, *_: Any) -> str | None:
        return "OK done"

    def _capability(self, _rest: str, _lines: Any, out: Any, _connection: Any) -> str | None:
        out.write(f"* CAPABILITY {self.capabilities}\r\n".encode())
        return "OK done"

    def _authenticate(self, _rest: str, lines: Any, out: Any, _connection: Any) -> str | None:
        out.write(b"+ \r\n")
        lines.readline()
        if self.refuses_sign_in and "XOAUTH2" in self.capabilities:
            out.write(b"+ eyJzdGF0dXMiOiI0MDEifQ==\r\n")
            self.commands.append(f"second answer {lines.readline()!r}")
        return self.refuses_sign_in or "OK done"

    def _login(self, *_: Any) -> str | None:
        return self.refuses_sign_in or "OK done"

    def _select(self, _rest: str, _lines: Any, out: Any, connection: socket.socket) -> str | None:
        self._told[connection] = len(self.mails)
        out.write(f"* {self._told[connection]} EXISTS\r\n* OK [UIDVALIDITY {self.uidvalidity}] ok\r\n".encode())
        out.write(f"* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS ({self.lasting})] ok\r\n".encode())
        return "OK [READ-WRITE] done"

    def _search(self, rest: str, _lines: Any, out: Any, connection: socket.socket) -> str | None:
        window, _, above = rest.split()
        first, last = window.split(":")
        least = int(above.split(":")[0])
        uids = list(self.mails)[int(first) - 1 : None if last == "*" else int(last)]
        found = [uid for uid in uids if uid >= least or (last == "*" and uid == uids[-1])]
        out.write(("* SEARCH" + "".join(f" {uid}" for uid in found) + "\r\n").encode())
        if self.arrives_at_search:
            uid, raw = self.arrives_at_search
            self.arrives_at_search = None
            self.flags[uid] = set()
            self.mails[uid] = raw
            self._told[connection] = len(self.mails)
            out.write(f"* {len(self.mails)} EXISTS\r\n".encode())
        return "OK done"

    def _fetch(self, rest: str, lines: Any, out: Any, _connection: Any) -> str | None:
        wanted, items = rest.split(" ", 1)
        for uid in [int(each) for each in wanted.split(",")]:
            if uid in self.breaks_at and "BODY" in items:
                return None
            if uid in self.refuses and "BODY" in items:
                return "NO [SERVERBUG] this mail is broken"
            if uid in self.leaves_out or uid not in self.mails:
                continue
            number = list(self.mails).index(uid) + 1
            answer = f"* {number} FETCH (UID {uid} ".encode() + self._item(uid, items) + b")\r\n"
            if self.hangs_at == "middle of a mail" and "BODY" in items:
                out.write(answer[: len(answer) // 2])
                lines.read()
                return None
            out.write(answer)
        # about another mail, and without its UID: imaplib knows it by its number alone
        out.write(b"* 2 FETCH (FLAGS (\\Recent))\r\n")
        return "OK done"

    def _item(self, uid: int, items: str) -> bytes:
        raw = self.mails[uid]
        if "BODY" not in items:
            size = self.claims.get(uid, len(raw))
            return f'RFC822.SIZE {size} INTERNALDATE "{self.internal_date}"'.encode()
        if uid in self.gives_nil:
            return b"BODY[] NIL"
        if uid in self.gives_nothing:
            return b"BODY[] {0}\r\n"
        name = "BODY[HEADER]<0>" if "HEADER" in items else "BODY[]<0>"
        most = int(items.split("<0.")[1].split(">")[0])
        part = (raw.split(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in items else raw)[:most]
        return f"{name} {{{len(part)}}}\r\n".encode() + part

    def _store(self, rest: str, _lines: Any, _out: Any, _connection: Any) -> str | None:
        if self.refuses_store:
            return "NO [NOPERM] no"
        uids, _, flags = rest.split(" ", 2)
        for uid in uids.split(","):
            self.flags[int(uid)] |= set(flags.strip("()").split())
        return "OK done"

    def _idle(self, _rest: str, lines: Any, out: Any, connection: socket.socket) -> str | None:
        if self.refuses_idle:
            return "NO not today"
        news = f"* {len(self.mails)} EXISTS\r\n" if self.idle_news_with_plus else ""
        out.write(f"+ idling\r\n{news}".encode())
        if self.drops_idle:
            return None
        chatter = self.idle_chatter
        while not select.select([connection], [], [], 0.02)[0]:
            if chatter:
                chatter -= 1
                out.write(b"* OK still here\r\n")
            if len(self.mails) != self._told[connection]:
                self._told[connection] = len(self.mails)
                out.write(f"* {self._told[connection]} EXISTS\r\n".encode())
        if self.hangs_at == "DONE":
            lines.read()
            return None
        lines.readline()
        return "OK done"


@contextmanager
def quirky(mails: dict[int, bytes] | None = None) -> Iterator[QuirkyImap]:
    """A quirky server for one test."""
    server = QuirkyImap(mails)
    try:
        yield server
    finally:
        server.close()


class Relay:
    """A TCP relay to a port on this machine. Connections that are dropped stay open and lead nowhere."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._dropped: set[int] = set()
        self.connections = 0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def drop_packets(self) -> None:
        """From now on nothing passes over the connections that there are; new ones work."""
        self._dropped |= set(range(self.connections))

    def close(self) -> None:
        """Ends it and its connections."""
        self._listener.close()
        for pair in self._pairs:
            for each in pair:
                each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                self._pairs.append((client, server))
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass_on, args=(one, other, self.connections), daemon=True).start()
                self.connections += 1

    def _pass_on(self, one: socket.socket, other: socket.socket, number: int) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if number not in self._dropped:
                    other.sendall(data)
            if number not in self._dropped:
                other.shutdown(socket.SHUT_WR)
