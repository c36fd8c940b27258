"""Mails accepted durably by our SMTP listener beside a bare aiosmtpd sink, on this machine, in one run."""

import asyncio
import multiprocessing
import shutil
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from aiosmtpd.smtp import SMTP

from benchmarks.figure import Figure

CONNECTIONS = 20
MAILS = 100
ROUNDS = 5
SECONDS = 60.0
BODY = b"The printer on floor three says PC LOAD LETTER again.\r\n"
MAIL = b"From: a@sender.example\r\nTo: support@desk.example\r\nSubject: x\r\n\r\n" + BODY * 36
ROUTE = "support@desk.example"
LOAD = "smtp-source"
TRANSACTION = [
    (b"MAIL FROM:<a@sender.example> SIZE=2044\r\n", b"250"),
    (f"RCPT TO:<{ROUTE}>\r\n".encode(), b"250"),
    (b"DATA\r\n", b"354"),
    (MAIL + b".\r\n", b"250"),
]

Run = Callable[[Connection], None]


class Sink:
    """aiosmtpd's handler that does nothing."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802  (aiosmtpd's name)
        """Takes the mail and forgets it."""
        return "250 OK"


def bare(pipe: Connection) -> None:
    """Serves aiosmtpd with nothing behind it until told to stop."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Sink(), enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await loop.run_in_executor(None, pipe.recv)
        server.close()

    asyncio.run(serve())


def ours(pipe: Connection) -> None:
    """Serves our listener with its spool in a fresh folder until told to stop."""
    with tempfile.TemporaryDirectory(prefix="bench", dir="/var/tmp") as folder:
        ours_in(folder, pipe)


def ours_in(folder: str, pipe: Connection) -> None:
    """The same with its spool in that folder, which others may use as well."""
    from intake.config import Route, Smtp
    from intake.inbound.keep import Keeper
    from intake.inbound.routing import Routes
    from intake.inbound.smtp import Listen, MailListener
    from intake.store import spool
    from intake.store.engine import open_databases
    from intake.store.migrate import upgrade

    databases = open_databases(Path(folder))
    upgrade(databases)
    keeper = Keeper(lambda mails: spool.keep(databases.spool, mails))
    listener = MailListener(
        [Listen("smtp", Smtp(listen="127.0.0.1:0", max_connections_per_client=CONNECTIONS * 2))],
        routes=Routes([Route(address=ROUTE, policy="plain")], "+"),
        keeper=keeper,
        now=lambda: datetime.now(UTC),
        hostname="desk.example",
    )
    listener.start()
    pipe.send(listener.addresses[0][1])
    pipe.recv()
    listener.close()
    keeper.close()
    databases.close()


@contextmanager
def serving(run: Run) -> Iterator[int]:
    """A server in a process of its own; gives its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(there,), daemon=True)
    process.start()
    try:
        if not here.poll(SECONDS):
            raise TimeoutError("the server did not start")
        yield here.recv()
        here.send("stop")
        process.join(SECONDS)
    finally:
        process.kill()
        process.join()


def send(port: int, connections: int, mails: int) -> float:
    """Mails a second over so many connections, each from a thread of this process."""
    clients = [socket.create_connection(("127.0.0.1", port), SECONDS) for _ in range(connections)]
    for client in clients:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.recv(1_000)
        _ask(client, b"EHLO client.example\r\n", b"250")
    refused: list[Exception] = []

    def work(client: socket.socket) -> None:
        try:
            for _ in range(mails):
                for line, expected in TRANSACTION:
                    _ask(client, line, expected)
        except Exception as error:
            refused.append(error)

    threads = [threading.Thread(target=work, args=(client,)) for client in clients]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    for client in clients:
        client.close()
    if refused:
        raise refused[0]
    return connections * mails / took


def _ask(client: socket.socket, line: bytes, expected: bytes) -> None:
    client.sendall(line)
    reply = client.recv(1_000)
    while not (reply.endswith(b"\r\n") and reply.splitlines()[-1][3:4] == b" "):
        reply += client.recv(1_000)
    if not reply.startswith(expected):
        raise RuntimeError(reply.decode())


def main(connections: int = CONNECTIONS, mails: int = MAILS, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Prints one line and gives back our mails/s, the bare sink's, and the median of the paired ratios."""
    kept: list[float] = []
    floor: list[float] = []
    with serving(ours) as our_port, serving(bare) as bare_port:
        for port in (our_port, bare_port):
            send(port, connections, 5)
        for turn in range(rounds):
            pair = [(our_port, kept), (bare_port, floor)]
            for port, rates in pair if turn % 2 else reversed(pair):
                rates.append(send(port, connections, mails))
    ratio = statistics.median(mine / other for mine, other in zip(kept, floor, strict=True))
    numbers = statistics.median(kept), statistics.median(floor), ratio
    print(
        f"smtp accept: {numbers[0]:.0f} mails/s kept durably, {numbers[1]:.0f} mails/s bare aiosmtpd, "
        f"ratio {ratio:.2f} ({connections} connections x {mails} mails of {len(MAIL)} bytes, median of {rounds} pairs)"
    )
    return numbers


def of_two_processes(mails: int = 4_000, rounds: int = ROUNDS) -> Figure | None:
    """Mails a second by two accepting processes on one spool beside one; None where Postfix's load maker is missing.

    A client in Python would take as much of two cores as a process that accepts.
    """
    if shutil.which(LOAD) is None:
        return None
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory(prefix="bench", dir="/var/tmp") as folder, ExitStack() as ends:
        ports = [ends.enter_context(serving(partial(ours_in, folder))) for _ in range(2)]
        for _ in range(rounds):
            for count, found in rates.items():
                found.append(_loaded(ports[:count], mails))
    two, one = (statistics.median(rates[count]) for count in (2, 1))
    return Figure(two, "mails/s", one, "one such process alone")


def _loaded(ports: Sequence[int], mails: int) -> float:
    """Mails a second, each port's share sent by a load maker of its own."""
    share = str(mails // len(ports))
    how = ["-d", "-s", str(CONNECTIONS), "-m", share, "-l", str(len(MAIL)), "-f", "a@sender.example", "-t", ROUTE]
    begun = time.perf_counter()
    makers = [subprocess.Popen([LOAD, *how, f"127.0.0.1:{port}"]) for port in ports]
    if any(maker.wait(SECONDS) for maker in makers):
        raise RuntimeError("a mail was refused")
    return mails / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
    print(of_two_processes())
