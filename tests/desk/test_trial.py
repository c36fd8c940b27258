"""What would happen: the same decisions as for real, in the contract's form, and nothing written."""

import hashlib
from datetime import timedelta
from typing import Any

from house import FORM, NOW, ROUTE, Home, mail
from sqlalchemy import select

from intake.desk.trial import Tried, explain
from intake.store import tables
from intake.store.engine import reading
from intake.store.spool import RoutedTo

TOP = {
    "file", "message", "fields", "missing", "outcome", "case", "route", "policy", "policy_version", "plan", "severity",
    "marks", "because", "clocks", "answer", "no_answer_because",
}  # fmt: skip
MESSAGE = {
    "message_id", "subject", "from", "to", "cc", "date", "text", "new_text", "attachments", "kind", "bounce",
    "in_reply_to", "references", "language", "authenticated", "defects",
}  # fmt: skip


def tried(desk: Home, raw: bytes, routes: tuple[str, ...] = (ROUTE,)) -> list[dict[str, Any]]:
    with reading(desk.databases.reading) as connection:
        routed = tuple(RoutedTo(each, each) for each in routes)
        return explain(desk.house, connection, Tried("x.eml", raw, routed, NOW, "kim@hosting.example"))


def written(desk: Home) -> str:
    """All that stands in both databases."""
    said = hashlib.sha256()
    with reading(desk.databases.reading) as connection:
        for table in (*tables.spool.sorted_tables, *tables.desk.sorted_tables):
            for row in connection.execute(select(table).order_by(*table.primary_key)):
                said.update(repr((table.name, *row)).encode("utf-8", "surrogateescape"))
    return said.hexdigest()


def test_explain_gives_what_the_contract_names(desk: Home) -> None:
    (found,) = tried(desk, mail())
    assert set(found) >= TOP
    assert set(found["message"]) >= MESSAGE
    assert (found["outcome"], found["case"], found["severity"], found["missing"]) == ("new_case", None, 2, [])
    assert found["fields"]["severity"] == {"label": "Severity", "value": 2, "written": "2", "valid": True}
    assert found["fields"]["module"]["value"] == ["mail"]
    assert found["answer"]["template"] == "acknowledgment"
    assert found["answer"]["to"] == "kim@hosting.example"
    assert found["clocks"][0]["due"] == (NOW + timedelta(hours=4)).isoformat()
    assert {"clause", "text"} == set(found["because"][0])


def test_explain_decides_as_the_desk_does_and_writes_nothing(desk: Home) -> None:
    desk.take(mail())
    before = written(desk)
    reply = mail("More.\n", message_id="two@hosting.example", subject="Re:", In_Reply_To="<one@hosting.example>")
    junk, missing = mail(X_Spam_Flag="YES", message_id="j@x.example"), mail("Broken.\n", message_id="m@x.example")
    for raw, outcome, case in (
        (mail(), "duplicate", "OX-1001"),
        (reply, "reply", "OX-1001"),
        (junk, "junk", None),
        (missing, "new_case", None),
        (mail(Auto_Submitted="auto-replied", message_id="a@x.example"), "automatic", None),
        (b"Content-Type: message/rfc822\r\n\r\n" * 1_000, "parked", None),
    ):
        (found,) = tried(desk, raw)
        assert (found["outcome"], found["case"]) == (outcome, case)
        assert bool(found["answer"]) != bool(found["no_answer_because"])
    assert written(desk) == before


def test_explain_of_a_mail_that_cannot_be_read_has_every_key(desk: Home) -> None:
    (found,) = tried(desk, b"Content-Type: message/rfc822\r\n\r\n" * 1_000)
    assert set(found) >= TOP


def test_explain_and_the_desk_agree(desk: Home) -> None:
    raws = [
        mail(FORM.replace("DEBIAN", "Windows")),
        mail("Hilfe, nichts geht mehr! Wir können seit heute keine Mails lesen.\n", message_id="d@hosting.example"),
        mail(sender="stranger@nowhere.example", message_id="s@nowhere.example"),
        mail(FORM.replace("Severity: 2", "Severity: 1"), message_id="one1@hosting.example"),
    ]
    for raw in raws:
        (found,) = tried(desk, raw)
        (outcome,) = desk.take(raw)
        case = desk.cases()[-1]
        assert found["outcome"] == outcome["outcome"]
        assert (found["severity"], found["marks"]) == (case.severity, sorted(case.marks))
        assert found["clocks"][0]["due"] == (case.clocks[0].due_at.isoformat() if case.clocks[0].due_at else None)
        if found["answer"]:
            sent = desk.outbox()[-1]
            assert (found["answer"]["template"], found["answer"]["to"]) == (sent["kind"], sent["to"])
