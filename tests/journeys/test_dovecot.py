"""The whole way from a mailbox: a real Dovecot that is looked into, changed, killed and started again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dovecot import PASSWORD, Dovecot
from dovecot import running as dovecot
from house import CUSTOMERS, ROUTE, mail
from imap_server import QuirkyImap, quirky
from running import Running, eventually, running

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
{more}
"""


@contextmanager
def watching(folder: Path, port: int, more: str = "", *, start: bool = True) -> Iterator[Running]:
    """The program with one mailbox, which it looks at once a minute unless IDLE tells of news."""
    mailbox = MAILBOX.format(port=port, route=ROUTE, more=more)
    with running(
        folder, {"smtp.listen": ""}, mailbox, env={"DESK_PASSWORD": PASSWORD}, customers=CUSTOMERS, start=start
    ) as program:
        yield program


def question(number: int) -> bytes:
    """A mail as a server stores it after delivery."""
    return mail(
        subject=f"Question {number}",
        message_id=f"{number}@hosting.example",
        Return_Path="<kim@hosting.example>",
        Delivered_To="desk",
    )


def cases_when(program: Running, count: int) -> list[dict[str, Any]]:
    """All cases by their numbers, once there are as many and no mail waits."""

    def found() -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = program.json("case", "list")
        return rows if len(rows) >= count and program.json("ledger")["waiting"] == 0 else None

    rows = eventually(found, 60, f"{count} cases\n{program.log()[-3000:]}")
    assert len(rows) == count
    return sorted(rows, key=lambda row: str(row["reference"]))


def answers(program: Running) -> list[str]:
    """The Message-IDs of letters to customers, each with the kind."""
    return [row["kind"] for row in program.json("outbox", "list") if not row["kind"].startswith("desk-")]


@pytest.mark.real
def test_mail_of_before_is_kept_without_letters_new_mail_is_answered_and_a_dead_server_is_outlived(
    tmp_path: Path,
) -> None:
    with dovecot() as server:
        server.deliver("desk", question(1), question(2))
        with watching(tmp_path, server.port) as program:
            old = cases_when(program, 2)
            assert all("backlog" in case["marks"] for case in old)
            assert answers(program) == []

            server.deliver("desk", question(3))
            third = cases_when(program, 3)[-1]
            assert third["subject"] == "Question 3"
            assert "backlog" not in third["marks"]
            assert answers(program) == ["acknowledgment"]

            # in the middle of IDLE, without a word
            server.kill()
            server.start()
            server.deliver("desk", question(4))
            assert cases_when(program, 4)[-1]["subject"] == "Question 4"
            assert answers(program) == ["acknowledgment"] * 2
            with server.client("desk") as client:
                client.select_folder("INBOX")
                assert len(client.search()) == 4
            assert program.stop() == 0


@pytest.mark.real
@pytest.mark.parametrize(("after", "left", "moved"), [("move", 0, 2), ("delete", 0, 0)])
def test_kept_mail_is_moved_or_deleted_as_configured(tmp_path: Path, after: str, left: int, moved: int) -> None:
    with dovecot() as server:
        server.deliver("desk", question(1), question(2))
        with watching(tmp_path, server.port, f'after = "{after}"\nbacklog = "answer"') as program:
            cases_when(program, 2)
            eventually(lambda: _count(server, "INBOX") == left, 30, "an empty INBOX")
            assert _count(server, "Processed") == moved
            assert answers(program) == ["acknowledgment"] * 2
            program.restart()
            server.deliver("desk", question(3))
            assert cases_when(program, 3)[-1]["subject"] == "Question 3"


def _count(server: Dovecot, folder: str) -> int:
    with server.client("desk") as client:
        if not client.folder_exists(folder):
            return 0
        client.select_folder(folder, readonly=True)
        return len(client.search())


def test_killed_between_keeping_and_flagging_it_makes_one_case_of_a_mail(tmp_path: Path) -> None:
    with quirky({1: question(1)}) as server:
        server.hangs_at = "STORE"
        with watching(tmp_path, server.port, 'backlog = "answer"') as program:
            eventually(lambda: server.count("STORE"), 60, "the flag that never comes to pass")
            program.kill()
            assert not server.flags[1]

            server.hangs_at = ""
            program.start()
            eventually(lambda: _flagged(server), 60, "the flag")
            cases_when(program, 1)
            assert answers(program) == ["acknowledgment"]
            assert program.json("ledger")["received"] == 1


def _flagged(server: QuirkyImap) -> bool:
    return bool(server.flags[1])
