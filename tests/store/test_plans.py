"""What is asked for every mail and at every tick takes no longer the more there is in a store."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, Home, home, mail
from sqlalchemy import Connection, event

from intake.desk.notices import send_notices
from intake.store import notices
from intake.store.engine import reading

pytestmark = pytest.mark.sqlite("its plans")
# tables that stay small however long a desk works; what a statement made itself is called anon
SMALL = {"agent", "sqlite_master"}
SENT = "outgoing_state (state=?)"
WHOLE = re.compile(r"^SCAN (?:main\.)?(?!anon_)(\w+)$", re.MULTILINE)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        yield made


Asked = dict[str, Any]


def noted(desk: Home) -> Asked:
    """The statements from now on, each with values that it is asked with."""
    asked: Asked = {}

    def note(_on: Connection, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        asked.setdefault(statement, values[0] if many else values)

    for engine in (desk.databases.desk, desk.databases.reading):
        event.listen(engine, "before_cursor_execute", note)
    return asked


def plans_of(desk: Home, asked: Asked) -> dict[str, list[str]]:
    with reading(desk.databases.reading) as connection:
        return {each: _plan(connection, each, values) for each, values in [*asked.items()] if _has_plan(each)}


def whole(plans: dict[str, list[str]]) -> dict[str, list[str]]:
    """The plans that read a whole table."""
    return {each: plan for each, plan in plans.items() if {*WHOLE.findall("\n".join(plan))} - SMALL}


def test_no_statement_about_a_mail_or_a_tick_reads_a_whole_table(desk: Home) -> None:
    first = mail(message_id="1@hosting.example")
    desk.take(first)
    reference = desk.case().reference
    asked = noted(desk)
    desk.take(first)
    desk.take(mail(f"More.\n\n{FORM}", subject=f"Re: [{reference}]", message_id="2@hosting.example"))
    desk.take(mail("I am away.", message_id="3@hosting.example", Auto_Submitted="auto-replied"))
    desk.take(mail("Hello", sender="Lee <lee@elsewhere.example>", message_id="4@elsewhere.example"))
    for days in range(1, 4):
        desk.tick(NOW + timedelta(days=days))
        send_notices(desk.house, NOW + timedelta(days=days))
    plans = plans_of(desk, asked)
    assert len(plans) > 30
    assert not whole(plans)
    # most letters are sent: to search for those is to read nearly all
    assert not [each for each, plan in plans.items() if "sent" in asked[each] and SENT in "\n".join(plan)]


def test_no_statement_about_who_was_told_what_reads_a_whole_table(desk: Home) -> None:
    for number in range(3):
        desk.keep(mail(message_id=f"{number}@hosting.example", subject=f"Matter {number}"))
    desk.receive()
    (digest,) = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-digest"]
    reader, references = digest["to"], [each.reference for each in desk.cases()]
    asked = noted(desk)
    with reading(desk.databases.reading) as connection:
        assert notices.of_digests(connection, [digest["message_id"]]) == [(reader, each) for each in references]
        assert notices.last_digest(connection, reader) == references
        assert notices.told_in_digests(connection, reader, references) == references
        assert notices.digests_on(connection, references[0]) == [digest["message_id"]]
        assert notices.asked(connection, reader, "Matter", NOW - timedelta(hours=1)) == 0
    plans = plans_of(desk, asked)
    assert len(plans) > 5
    assert not whole(plans)


def _has_plan(statement: str) -> bool:
    return statement.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE", "WITH")


def _plan(connection: Connection, statement: str, values: Any) -> list[str]:
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
