"""What must hold in every store: each rule finds the one row that breaks it, and nothing where all is well."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from house import NOW, Home, home, mail

from intake.desk.merging import merge
from intake.store.audit import RULES, audit
from intake.store.engine import open_databases, reading

BREAKS = {
    "each kept mail stands on a route": "DELETE FROM spool.mail_route WHERE mail_id = 1",
    "each outcome is of a mail that was kept, on a route that it was sent to": "UPDATE outcome SET route = 'x'",
    "each outcome is one of the ledger's": "UPDATE outcome SET outcome = 'lost' WHERE mail_id = 2",
    "each mail that opened or joined a case names it": "UPDATE outcome SET case_id = NULL WHERE mail_id = 1",
    "each mail that opened or joined a case can be read there": "DELETE FROM message WHERE mail_id = 1",
    "each content was claimed by a mail that has an outcome": "UPDATE original SET mail_id = 9 WHERE mail_id = 1",
    "no case was opened by two mails": "UPDATE outcome SET outcome = 'new_case' WHERE mail_id = 2",
    "each case that fresh mail opened has clocks": "DELETE FROM clock",
    "no clock that stands still or has ended asks for anything": "UPDATE clock SET state = 'ended'",
    "each case has a history": "DELETE FROM history",
    "no case was acknowledged twice": "INSERT INTO outgoing SELECT 99, case_id, kind, automatic, recipient, "
    "envelope_from, envelope_to, subject, 'again', language, state, reason, queued_at, next_try_at, tries, sent_at, "
    "owner, lease_until, raw, refused_copies FROM outgoing WHERE id = 1",
    "each letter that is on its way has an instant at which it is tried": "UPDATE outgoing SET next_try_at = NULL",
    "each letter that left has the instant at which it did, and no other has": "UPDATE outgoing SET state = 'sent'",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A store with a case, a reply to it, a duplicate and a mail of a machine."""
    with home(tmp_path_factory.mktemp("sound")) as made:
        made.take(mail())
        made.take(mail("More of it", message_id="two@hosting.example", In_Reply_To="<one@hosting.example>"))
        made.take(mail())
        made.take(mail("gone", message_id="three@hosting.example", Auto_Submitted="auto-replied"))
        yield made


def broken(folder: Path) -> set[str]:
    databases = open_databases(folder)
    try:
        with reading(databases.reading) as connection:
            return {each.rule for each in audit(connection) if each.broken and each.examples}
    finally:
        databases.close()


def test_a_sound_store_breaks_no_rule_and_each_looks_at_something(sound: Home) -> None:
    with reading(sound.databases.reading) as connection:
        found = audit(connection)
    assert [each.rule for each in found if each.broken] == []
    assert all(each.looked_at for each in found)


def test_a_case_that_became_a_part_of_another_breaks_no_rule(tmp_path: Path) -> None:
    with home(tmp_path) as made:
        made.take(mail())
        made.take(mail("Another question", message_id="two@hosting.example", subject="Something else"))
        first, second = (each.reference for each in made.cases())
        merge(made.house, second, first, "kim@desk.example", "the same fault", NOW)
        with reading(made.databases.reading) as connection:
            assert [each.rule for each in audit(connection) if each.broken] == []


@pytest.mark.sqlite("its files are copied and broken; the rules are the same statements")
@pytest.mark.parametrize("rule", [rule for rule, _, _ in RULES])
def test_each_rule_finds_what_breaks_it(sound: Home, tmp_path: Path, rule: str) -> None:
    for name in ("spool.db", "desk.db"):
        with (
            closing(sqlite3.connect(sound.config.folder / name)) as whole,
            closing(sqlite3.connect(tmp_path / name)) as copy,
        ):
            whole.backup(copy)
    with closing(sqlite3.connect(tmp_path / "desk.db", isolation_level=None)) as connection:
        connection.execute("ATTACH DATABASE ? AS spool", (str(tmp_path / "spool.db"),))
        assert connection.execute(BREAKS[rule]).rowcount
    assert rule in broken(tmp_path)
