"""From the spool to an acknowledgment that a mail server has taken: mails a second, beside the bare sending."""

import smtplib
import threading
import time

from sqlalchemy import select

from benchmarks.figure import Figure
from benchmarks.installation import Installation, installation
from benchmarks.sink import sink
from benchmarks.smtp_accept import serving
from intake.app import decide_all, now
from intake.app.senders import Senders
from intake.store import outbox, tables
from intake.store.engine import reading

MAILS = 1_200
LOOK_SECONDS = 0.02


def measure(mails: int = MAILS) -> Figure:
    """Two reading processes, the desk and two senders as `serve` has them, and a mail server that keeps nothing."""
    with serving(sink) as port, installation(smarthost=f"127.0.0.1:{port}") as made:
        stop = threading.Event()
        senders = Senders(made.config, made.databases.desk, "bench", 2.0, stop)
        senders.start()
        _until_sent(made)
        made.keep(mails)
        started = time.perf_counter()
        decide_all(made.house, now())
        _until_sent(made)
        took = time.perf_counter() - started
        senders.close()
        made.check()
        with reading(made.databases.desk) as connection:
            newest = select(tables.outgoing.c.raw).order_by(tables.outgoing.c.id.desc()).limit(mails)
            raws = [bytes(raw) for raw in connection.scalars(newest)]
        started = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as client:
            for raw in raws:
                client.sendmail("desk@desk.example", ["kim@hosting.example"], raw)
        alone = len(raws) / (time.perf_counter() - started)
    return Figure(mails / took, "mails/s", alone, "the same letters by smtplib over one kept connection")


def _until_sent(made: Installation) -> None:
    while True:
        with reading(made.databases.desk) as connection:
            states = set(outbox.states(connection))
        if states == {"sent"}:
            return
        assert states <= {"queued", "sending", "sent"}, states
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    print(measure())
