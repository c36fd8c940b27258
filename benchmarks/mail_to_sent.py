"""From the spool to an acknowledgment that a mail server has taken: mails a second, beside the bare sending."""

import smtplib
import threading
import time
from datetime import UTC, datetime

from sqlalchemy import select

from benchmarks.figure import Figure
from benchmarks.installation import installation
from benchmarks.smtp_accept import bare, serving
from intake.app import decide_all, now
from intake.config import Outgoing
from intake.outbound.deliver import SmtpTransport, deliver
from intake.store import tables
from intake.store.engine import reading

MAILS = 300
CONNECTIONS = 2


def measure(mails: int = MAILS) -> Figure:
    """The desk decides while two connections send, to a mail server that is a process of its own and keeps nothing."""
    with serving(bare) as port, installation() as made:
        settings = Outgoing(smtp=f"127.0.0.1:{port}", tls="none")
        desk, done = made.databases.desk, threading.Event()

        def send(number: int) -> None:
            way = SmtpTransport(settings, "", "desk.example")
            while deliver(desk, way, f"bench-{number}", lambda: datetime.now(UTC), limit=100_000) or not done.is_set():
                time.sleep(0.01)

        made.keep(mails)
        threads = [threading.Thread(target=send, args=(number,)) for number in range(CONNECTIONS)]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        decide_all(made.house, now())
        done.set()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - started
        made.check()
        with reading(desk) as connection:
            letters = connection.execute(select(tables.outgoing.c.state, tables.outgoing.c.raw)).all()
        assert {state for state, _ in letters} == {"sent"}, {state for state, _ in letters}
        raws = [bytes(raw) for _, raw in letters][-mails:]
        started = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as client:
            for raw in raws:
                client.sendmail("desk@desk.example", ["kim@hosting.example"], raw)
        alone = len(raws) / (time.perf_counter() - started)
    return Figure(mails / took, "mails/s", alone, "the same letters by smtplib over one kept connection")


if __name__ == "__main__":
    print(measure())
