"""One mailbox and two instances on one database: it is read by one of them, and by the other once that one is gone."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import dovecot
import pytest
from mailboxes import House, house, letter, mailbox, until
from postgres import postgres
from sqlalchemy import text

pytestmark = pytest.mark.real


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[list[House]]:
    with postgres() as server, ExitStack() as stack:
        url = server.database()
        yield [stack.enter_context(house(tmp_path, url)) for _ in range(2)]


def subjects(desk: House) -> list[bytes]:
    return sorted(kept.raw.split(b"Subject: ")[1].split(b"\r\n")[0] for kept in desk.kept())


def test_a_mailbox_is_read_by_one_of_two_instances_and_taken_over_when_that_one_is_gone(houses: list[House]) -> None:
    with dovecot.running() as server:
        server.deliver("desk", letter(1), letter(2))
        box = mailbox(server.port, after="delete", poll_seconds=1)
        first = houses[0].watch(box)
        second = houses[1].watcher(box)
        second.start()
        until(lambda: second.status().state == "elsewhere")
        assert subjects(houses[0]) == [b"Mail 1", b"Mail 2"]

        # whoever has it vanishes from the database's sight
        with houses[1].databases.desk.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"))
        server.deliver("desk", letter(3))
        until(lambda: len(houses[0].kept()) == 3, 30)

        # and the one that has it now ends in order, once the other knows that it has it no longer
        until(lambda: [each.status().state for each in (first, second)].count("elsewhere") == 1, 30)
        holder, other = (first, second) if second.status().state == "elsewhere" else (second, first)
        holder.close()
        server.deliver("desk", letter(4))
        until(lambda: len(houses[0].kept()) == 4, 30)
        assert other.status().state in ("looking", "waiting")
        assert subjects(houses[0]) == [b"Mail %d" % number for number in (1, 2, 3, 4)]
