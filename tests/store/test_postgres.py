"""PostgreSQL: the same desk and the same promises, with several instances on one database."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE
from typing import Any

import postgres
import pytest
from house import CUSTOMERS, NOW, ROUTE, Home, mail, opened, write_config
from postgres import Postgres
from running import eventually
from sqlalchemy import event, text
from sqlalchemy.exc import DataError, OperationalError

from intake import tomlfile
from intake.config import load
from intake.core.case.act import Act
from intake.desk.act import perform
from intake.desk.customers import read_customers
from intake.store import ledger, people, sending, spool, tables
from intake.store.audit import audit
from intake.store.calls import listen
from intake.store.engine import Databases, open_databases, reading
from intake.store.migrate import DESK, SPOOL, migrate, upgrade
from intake.store.sharing import Mailboxes, Watermark, in_hand
from intake.store.spool import NewMail, RoutedTo

pytestmark = pytest.mark.real


@pytest.fixture
def desks(url: str, databases: Databases, tmp_path: Path) -> Iterator[list[Home]]:
    """Two instances on one database."""
    config = load(write_config(tmp_path, {"store.url": url}))
    with ExitStack() as stack:
        other = open_databases(tmp_path, url)
        stack.callback(other.close)
        made = [stack.enter_context(opened(config, each)) for each in (databases, other)]
        found = read_customers(tomlfile.parse(CUSTOMERS, "customers"), made[0].house.policies, config.settings)
        with databases.desk.begin() as connection:
            people.save(connection, found)
        yield made


def new_mail(number: int, sender: str = "") -> NewMail:
    address = sender or f"kim{number}@hosting.example"
    raw = mail(sender=address, message_id=f"{number}@hosting.example", subject=f"Question {number}")
    return NewMail(raw, "smtp", NOW, (RoutedTo(ROUTE, ROUTE),), envelope_from=address)


def sound(databases: Databases) -> dict[str, int]:
    """The ledger, after every rule of the audit was found to hold."""
    with reading(databases.reading) as connection:
        assert [each for each in audit(connection) if each.broken] == []
        return ledger.counts(connection)


def test_a_case_lives_there_as_it_does_on_sqlite(desks: list[Home]) -> None:
    desk = desks[0]
    [first] = desk.take(mail())
    [reply] = desk.take(mail("More", message_id="two@hosting.example", In_Reply_To="<one@hosting.example>"))
    [again] = desk.take(mail())
    assert [first["outcome"], reply["outcome"], again["outcome"]] == ["new_case", "reply", "duplicate"]
    assert desk.tick(NOW + timedelta(days=9)) == 1
    assert sound(desk.databases)["balanced"]


def test_two_instances_decide_each_mail_once_and_a_senders_mails_in_order(desks: list[Home]) -> None:
    spool.keep(desks[0].databases.spool, [new_mail(number, f"kim{number % 7}@hosting.example") for number in range(60)])

    def work(desk: Home) -> None:
        while ledger_of(desk)["waiting"]:
            desk.receive()

    threads = [threading.Thread(target=work, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = sound(desks[0].databases)
    assert (counts["new_case"], counts["received"]) == (60, 60)
    with desks[0].databases.desk.begin() as connection:
        letters = connection.execute(text("SELECT case_id FROM outgoing WHERE kind = 'acknowledgment'")).all()
    assert set(Counter(row.case_id for row in letters).values()) == {1}


def ledger_of(desk: Home) -> dict[str, int]:
    with reading(desk.databases.reading) as connection:
        return ledger.counts(connection)


def test_a_senders_mails_are_in_one_hand_until_it_lets_go_or_dies(desks: list[Home]) -> None:
    one, two = (desk.databases for desk in desks)
    spool.keep(one.spool, [new_mail(1, "kim@hosting.example"), new_mail(2, "kim@hosting.example"), new_mail(3)])
    with reading(one.reading) as connection:
        works = ledger.waiting(connection, 0, 10)
    with in_hand(one, works[:1], 10) as mine:
        assert [work.mail.id for work in mine] == [1]
        with in_hand(two, works, 10) as others:
            assert [work.mail.id for work in others] == [3]
    with in_hand(two, works, 10) as now_free:
        assert [work.mail.id for work in now_free] == [1, 2, 3]
        two.desk.dispose()


def test_a_mailbox_is_in_one_hand_until_it_is_let_go(desks: list[Home]) -> None:
    one, two = (Mailboxes(desk.databases) for desk in desks)
    assert one.take("support")
    assert one.take("support")
    assert not two.take("support")
    assert two.take("sales")
    one.let_go("support")
    assert two.take("support")
    assert not one.take("support")
    two.close()
    assert one.take("support")
    one.close()


def test_a_mailbox_is_taken_over_when_its_hand_dies_and_the_dead_one_knows(desks: list[Home]) -> None:
    one, two = (Mailboxes(desk.databases) for desk in desks)
    assert one.take("support")
    with desks[0].databases.desk.begin() as connection:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN pg_locks USING (pid) "
        ours = "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        assert connection.execute(text(ended + ours)).scalars().all() == [True]
    eventually(lambda: two.take("support"), what="the mailbox")
    with pytest.raises(OperationalError):
        one.take("support")
    assert not one.take("support")
    two.close()
    assert one.take("support")
    one.close()


def test_a_mailbox_is_let_go_where_its_hand_got_an_error(desks: list[Home]) -> None:
    one, two = (Mailboxes(desk.databases) for desk in desks)
    assert one.take("support")

    @event.listens_for(desks[0].databases.desk, "before_cursor_execute", retval=True)
    def fails(*_more: object) -> tuple[str, tuple[()]]:
        return "SELECT 1/0", ()

    with pytest.raises(DataError):
        one.take("support")
    event.remove(desks[0].databases.desk, "before_cursor_execute", fails)
    eventually(lambda: two.take("support"), what="the mailbox")
    for each in (one, two):
        each.close()


def test_a_mail_whose_id_is_older_than_its_commit_is_still_decided(desks: list[Home]) -> None:
    desk = desks[0]
    with desk.databases.desk.connect() as slow, slow.begin():
        # takes an id, and is slower than the mail after it
        slow.execute(text("SELECT nextval('spool.mail_id_seq')"))
        desk.keep(mail(message_id="fast@hosting.example", subject="Fast"))
        desk.receive()
        values = {"at": NOW, "raw": mail(message_id="slow@hosting.example", subject="Slow")}
        slow.execute(
            text(
                "INSERT INTO spool.mail (id, received_at, source, envelope_from, answerable, backlog, raw) "
                "VALUES (1, :at, 'smtp', 'jo@telco.example', true, false, :raw)"
            ),
            values,
        )
        slow.execute(text("INSERT INTO spool.mail_route VALUES (1, :route, :route)"), {"route": ROUTE})
    desk.receive()
    assert sound(desk.databases)["new_case"] == 2


def test_the_watermark_rises_to_what_was_there_before_any_transaction_of_now_began() -> None:
    now = [0.0]
    watermark = Watermark(lambda: now[0])
    assert watermark.below(5) == 0
    now[0] = 300.0
    assert watermark.below(9) == 0
    now[0] = 700.0
    assert watermark.below(12) == 5
    now[0] = 1_000.0
    assert watermark.below(12) == 9


def test_a_letter_is_in_one_senders_hands(desks: list[Home]) -> None:
    desks[0].take(mail())
    engines = [desk.databases.desk for desk in desks]
    taken = [sending.claim(engine, f"sender {n}", NOW, timedelta(minutes=3), 20) for n, engine in enumerate(engines)]
    assert taken[0]
    assert not taken[1]


def test_nothing_that_a_mail_says_is_too_long_for_the_database(desks: list[Home]) -> None:
    desk, long = desks[0], "a" * 2_000
    raw = mail(sender=f"Kim <{long}@hosting.example>", message_id=f"{long}@hosting.example", subject=long * 2)
    recipient = ROUTE.replace("@", f"+{long}@")
    assert [each["outcome"] for each in desk.take(raw, recipient=recipient)] == ["new_case"]
    assert sound(desk.databases)["balanced"]


def test_a_mail_that_the_database_cannot_take_is_parked_and_its_neighbours_are_decided(desks: list[Home]) -> None:
    desk = desks[0]
    # more than fits into a page of an index, and nothing that can be compressed
    name = "".join(chr(0x4E00 + each * 7_919 % 20_000) for each in range(990))
    raw = mail(message_id=None).replace(b"Subject:", f"Message-ID: <{name}@b.example>\r\nSubject:".encode(), 1)
    ids = [desk.keep(mail(message_id="a@b.example")), desk.keep(raw), desk.keep(mail("z", message_id="z@b.example"))]
    desk.receive()
    assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case", "parked", "new_case"]
    assert sound(desk.databases)["balanced"]


def test_threat_06_a_zero_in_a_text_is_kept_as_a_sign_that_something_was_there(desks: list[Home]) -> None:
    desk = desks[0]
    desk.take(mail())
    perform(desk.house, desk.case().reference, Act("note", "before\0after", "ada@desk.example"), NOW)
    assert desk.shown(desk.case().reference)["messages"][-1]["text"] == "before\ufffdafter"


def test_a_reader_sees_one_snapshot(databases: Databases) -> None:
    with reading(databases.reading) as connection:
        before = ledger.counts(connection)
        spool.keep(databases.spool, [new_mail(1)])
        assert ledger.counts(connection) == before


def test_mail_that_is_kept_wakes_who_listens(databases: Databases) -> None:
    heard, stop = threading.Event(), threading.Event()
    calls: list[None] = []

    def wake() -> None:
        calls.append(None)
        heard.set()

    ear = threading.Thread(target=listen, args=(databases.desk, wake, stop))
    ear.start()
    try:
        assert heard.wait(10)
        heard.clear()
        spool.keep(databases.spool, [new_mail(1)])
        assert heard.wait(10)
    finally:
        stop.set()
        ear.join(10)
    assert len(calls) == 2


def test_raw_mail_is_stored_as_it_is(databases: Databases) -> None:
    with databases.spool.begin() as connection:
        how = text("SELECT attstorage FROM pg_attribute WHERE attrelid = 'spool.mail'::regclass AND attname = 'raw'")
        assert connection.scalar(how) == "e"


SCHEMA = {
    "columns": "SELECT table_schema, table_name, column_name, data_type, character_maximum_length, is_nullable, "
    "column_default FROM information_schema.columns",
    "indexes": "SELECT schemaname, tablename, indexname, indexdef FROM pg_indexes",
    "constraints": "SELECT connamespace::regnamespace::text, conrelid::regclass::text, conname, "
    "pg_get_constraintdef(oid) FROM pg_constraint",
    "functions": "SELECT pronamespace::regnamespace::text, proname, proname, prosrc FROM pg_proc",
    "triggers": "SELECT relnamespace::regnamespace::text, relname, tgname, pg_get_triggerdef(t.oid) "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal",
}


def schema(url: str, prepare: Callable[[Databases], None]) -> dict[str, list[Any]]:
    """All that PostgreSQL says of our two schemas, once they are made."""
    made = open_databases(Path(), url)
    prepare(made)
    with reading(made.desk) as connection:
        found = {kind: sorted(map(tuple, connection.execute(text(query)).all())) for kind, query in SCHEMA.items()}
    made.close()
    ours = ("public", "spool")
    return {kind: [row for row in rows if row[0] in ours and "alembic" not in row[1]] for kind, rows in found.items()}


def as_the_tables_say(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        connection.execute(text("CREATE SCHEMA spool"))
        tables.spool.create_all(connection)
        tables.desk.create_all(connection)


def test_the_migrations_lead_to_what_the_tables_make(server: Postgres) -> None:
    migrated, made = (schema(server.database(), how) for how in (upgrade, as_the_tables_say))
    assert migrated["columns"]
    for kind in SCHEMA:
        assert migrated[kind] == made[kind], kind
    assert not [row for row in migrated["columns"] if row[3].startswith("character")]


def test_the_schema_goes_down_and_up_again(databases: Databases) -> None:
    for history, engine in ((DESK, databases.desk), (SPOOL, databases.spool)):
        migrate(engine, history, "base")
    upgrade(databases)
    spool.keep(databases.spool, [new_mail(1)])


KILLED = """
import sys
from postgres import postgres
with postgres() as server:
    print(server.folder, flush=True)
    sys.stdin.read()
"""


def test_a_run_of_tests_that_is_killed_leaves_no_server_behind() -> None:
    support = str(Path(postgres.__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED], env=os.environ | {"PYTHONPATH": support}, stdin=PIPE, stdout=PIPE, text=True
    ) as run:
        assert run.stdout
        folder = Path(run.stdout.readline().strip())
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        run.kill()
    eventually(lambda: not folder.exists() and not Path(f"/proc/{server}").exists(), 60, "the server to end")
