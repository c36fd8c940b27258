"""Three programs on one PostgreSQL and one mailbox: whichever has it may die, and every mail is kept once."""

import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest
from dovecot import PASSWORD
from dovecot import running as dovecot
from house import ROUTE, mail
from postgres import postgres
from running import Running, eventually, running

pytestmark = pytest.mark.real
MAILBOX = """
[[mailbox]]
name = "support"
host = "127.0.0.1"
port = {port}
tls = "none"
user = "desk"
password = "env:DESK_PASSWORD"
route = "{route}"
timeout_seconds = 5
backlog = "answer"
after = "{after}"
"""
ESTABLISHED = "01"
KILLS = 4
MAILS = 60


def question(number: int) -> bytes:
    """A mail as a server stores it after delivery, each of another person."""
    return mail(
        sender=f"Kim <kim{number}@hosting{number}.example>",
        subject=f"Question {number}",
        message_id=f"{number}@hosting.example",
        Return_Path=f"<kim{number}@hosting{number}.example>",
        Delivered_To="desk",
    )


def holder(programs: Sequence[Running], port: int) -> Running | None:
    """The program that is connected with the mailbox's server; None where none is."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(f":{port:04X}") and row[3] == ESTABLISHED}
    return next((program for program in programs if program.runs and ends & _open(program.pid)), None)


def _open(pid: int) -> set[str]:
    found: set[str] = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.add(str(file.readlink()))
    return found


@pytest.mark.long
@pytest.mark.parametrize("after", ["flag", "move"])
def test_whichever_program_has_the_mailbox_dies_and_another_goes_on_with_every_mail_kept_once(
    tmp_path: Path, after: str
) -> None:
    with postgres() as database, dovecot() as server, ExitStack() as stack:
        url, more = database.database(), MAILBOX.format(port=server.port, route=ROUTE, after=after)
        changes, env = {"smtp.listen": "", "store.url": url}, {"DESK_PASSWORD": PASSWORD}
        programs = [stack.enter_context(running(tmp_path / str(each), changes, more, env=env)) for each in range(3)]
        kept = threading.Semaphore(0)

        def deliver() -> None:
            for number in range(MAILS):
                kept.acquire()
                server.deliver("desk", question(number))

        stream = threading.Thread(target=deliver, daemon=True)
        stream.start()
        for kill in range(KILLS):
            # some wait in the mailbox, some come while nobody has it
            kept.release(MAILS // KILLS)
            dying = eventually(lambda: holder(programs, server.port), 60, "somebody with the mailbox")
            dying.kill()
            others = [each for each in programs if each is not dying]
            wanted = kill * MAILS // KILLS + 1
            eventually(partial(holder, others, server.port), 30, "another to take it over")
            eventually(partial(_kept, others[0], wanted), 60, "mail to be kept")
            dying.start()
        stream.join(60)
        last = programs[0]
        eventually(lambda: _kept(last, MAILS), 120, "every mail")
        eventually(lambda: last.json("ledger")["waiting"] == 0, 60, "every mail decided")
        ledger = last.json("ledger", "--audit")
        assert (ledger["received"], ledger["new_case"], ledger["duplicate"]) == (MAILS, MAILS, 0)
        assert [each for each in ledger["audit"] if each["broken"]] == []
        cases = last.json("case", "list", "--limit", str(2 * MAILS))
        assert Counter(case["subject"] for case in cases) == {f"Question {each}": 1 for each in range(MAILS)}
        letters = [row for row in last.json("outbox", "list") if not row["kind"].startswith("desk-")]
        assert Counter(row["case"] for row in letters) == {case["reference"]: 1 for case in cases}
        assert [program.stop() for program in programs] == [0, 0, 0]


def _kept(program: Running, count: int) -> bool:
    return int(program.json("ledger")["received"]) >= count
