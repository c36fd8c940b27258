"""A person's data erased on request: nothing of it is left in the store, and everything still adds up."""

from datetime import timedelta
from pathlib import Path

import pytest
from house import FORM, NOW, Home, home, mail
from sqlalchemy import insert, select

from intake.core.case.act import Act
from intake.core.case.acts import ACTS
from intake.desk import act, erasing, merging, parked
from intake.desk.receive import again
from intake.desk.sight import everything
from intake.errors import IntakeError
from intake.store import audit, cases, ledger, people, search, tables
from intake.store.engine import reading
from intake.store.people import Agent

ADA = "ada@desk.example"
KIM, LEE = "kim@hosting.example", "lee@hosting.example"
WORD = "Zebrafink"


def do(desk: Home, reference: str, what: str, value: str = "") -> None:
    act.perform(desk.house, reference, Act(what, value, ADA), NOW)


def written(desk: Home) -> tuple[str, str]:
    """A case of Kim's that is over, and one of Lee's on which Kim wrote; Kim's name and word stand in both."""
    text = f"{FORM}\n{WORD} stands in the log of {KIM}.\n"
    desk.take(mail(text, sender=f"Kim Kimmel <{KIM}>", subject=f"The {WORD}", message_id="1@hosting.example"))
    own = desk.cases()[-1].reference
    do(desk, own, "note", f"{WORD} again")
    do(desk, own, "reply", f"Dear Kim Kimmel, {WORD} it is.")
    do(desk, own, "status", "closed")
    desk.keep(mail(FORM, sender=f"Lee <{LEE}>", subject="Of Lee's", message_id="2@hosting.example"), envelope_from=LEE)
    desk.receive(NOW)
    other = desk.cases()[-1].reference
    do(desk, other, "cc", KIM)
    joined = mail(
        f"I saw a {WORD}, too.", sender=f"Kim Kimmel <{KIM}>", subject=f"Re: [{other}]", message_id="3@hosting.example"
    )
    desk.take(joined, NOW + timedelta(minutes=1))
    return own, other


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*.db*"))


@pytest.mark.sqlite("looks into SQLite's own files")
def test_nothing_of_a_person_is_left_in_any_file(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        written(desk)
        for said in (KIM, WORD, "Kimmel"):
            assert said.encode() in everything_in(tmp_path), said
        erasing.erase(desk.house, KIM.upper(), ADA, NOW)
        left = everything_in(tmp_path).lower()
        for said in (KIM, WORD, "Kimmel"):
            assert said.lower().encode() not in left, said


def test_ledger_history_and_every_rule_of_the_store_still_hold(desk: Home) -> None:
    own, other = written(desk)
    with reading(desk.databases.reading) as connection:
        before = ledger.counts(connection)
    found = erasing.erase(desk.house, KIM, ADA, NOW)
    assert (len(found.cases), len(found.messages), len(found.elsewhere), len(found.mails)) == (1, 1, 1, 2)
    with reading(desk.databases.reading) as connection:
        assert ledger.counts(connection) == before
        assert before["balanced"]
        assert [each for each in audit.audit(connection) if each.broken] == []
        assert search.cases_with(connection, WORD, 10) == []
    for reference in (own, other):
        case = desk.case(reference)
        with reading(desk.databases.reading) as connection:
            entries = cases.history(connection, case.id)
        assert (entries[-1]["event"], entries[-1]["actor"]) == ("erased", ADA)
        assert len(entries) > 3
        assert KIM not in str(desk.shown(reference))
    shown = desk.shown(other)
    assert "an error is shown" in str(shown["messages"][0])
    assert desk.case(other).contact.address == LEE


def test_a_letter_that_waits_to_go_out_to_them_does_not(desk: Home) -> None:
    written(desk)
    erasing.erase(desk.house, KIM, ADA, NOW)
    with reading(desk.databases.desk) as connection:
        columns = tables.outgoing.c
        rows = connection.execute(select(columns.recipient, columns.raw, columns.state)).all()
    assert not [row for row in rows if row.recipient == KIM]
    assert all(row.state == "withheld" for row in rows if not row.raw)


def test_answers_of_the_api_that_would_be_given_again_are_gone(desk: Home) -> None:
    own, other = written(desk)
    del other
    with desk.databases.desk.begin() as connection:
        people.save_agents(connection, [Agent(ADA, "Ada")])
        values = {"hash": "h", "name": "t", "address": ADA, "scopes": [], "made_by": ADA, "made_at": NOW}
        connection.execute(insert(tables.token).values(id=1, **values))
        for key, answer in (("of-kim", {"body": f"case {own}"}), ("of-others", {"body": "case ZZ-1"})):
            row = {"token_id": 1, "key": key, "asked": "a", "status": 200, "answer": answer, "at": NOW}
            connection.execute(insert(tables.idempotency).values(row))
    erasing.erase(desk.house, KIM, ADA, NOW)
    with reading(desk.databases.desk) as connection:
        assert list(connection.scalars(select(tables.idempotency.c.key))) == ["of-others"]


def test_a_preview_changes_nothing_and_an_open_case_holds_it_up(desk: Home) -> None:
    own, _ = written(desk)
    whole = desk.shown(own)
    assert erasing.told(erasing.preview(desk.house, KIM))["cases"] == 1
    assert desk.shown(own) == whole
    do(desk, own, "status", "open")
    with pytest.raises(IntakeError, match=f"{own}: still open"):
        erasing.erase(desk.house, KIM, ADA, NOW)
    assert WORD in str(desk.shown(own))


@pytest.mark.parametrize("what", sorted(set(ACTS) - {"note", "assign"}))
def test_no_act_brings_an_erased_case_back_to_life(desk: Home, what: str) -> None:
    own, _ = written(desk)
    erasing.erase(desk.house, KIM, ADA, NOW)
    before, letters = desk.case(own), len(desk.outbox())
    with pytest.raises(IntakeError, match=f"{own} was erased on request"):
        do(desk, own, what, KIM if what in ("cc", "uncc", "customer") else "open")
    assert (desk.case(own), len(desk.outbox())) == (before, letters)


def test_an_erased_case_is_merged_into_none_and_none_into_it_and_not_split(desk: Home) -> None:
    own, other = written(desk)
    erasing.erase(desk.house, KIM, ADA, NOW)
    for pair in ((own, other), (other, own)):
        with pytest.raises(IntakeError, match=f"{own} was erased on request"):
            merging.merge(desk.house, *pair, ADA, "", NOW)
    with pytest.raises(IntakeError, match=f"{own} was erased on request"):
        merging.split(desk.house, own, [1], ADA, "", NOW)


@pytest.mark.parametrize("subject", ["Re: [{own}] The matter", "Something else"])
def test_who_writes_again_after_the_erasing_has_a_new_case(desk: Home, subject: str) -> None:
    own, _ = written(desk)
    erasing.erase(desk.house, KIM, ADA, NOW)
    raw = mail(
        FORM, sender=f"Kim <{KIM}>", subject=subject.format(own=own), message_id="9@hosting.example",
        In_Reply_To="<1@hosting.example>",
    )  # fmt: skip
    (outcome,) = desk.take(raw, NOW + timedelta(hours=1))
    assert outcome["outcome"] == "new_case"
    assert (desk.case(own).state, desk.case(own).contact.address) == ("closed", "")


def test_mail_that_waits_and_agents_hold_it_up(desk: Home) -> None:
    desk.keep(mail(FORM, sender=f"Kim <{KIM}>"))
    with desk.databases.desk.begin() as connection:
        people.save_agents(connection, [Agent(ADA, "Ada")])
    with pytest.raises(IntakeError, match=r"1 mails of kim@hosting\.example wait"):
        erasing.preview(desk.house, KIM)
    with pytest.raises(IntakeError, match="is an agent"):
        erasing.preview(desk.house, ADA)


def test_what_was_erased_is_not_decided_again(desk: Home) -> None:
    machine = mail("Out of office.", sender=f"Kim <{KIM}>", auto_submitted="auto-replied")
    mail_id = desk.keep(machine)
    desk.receive(NOW)
    erasing.erase(desk.house, KIM, ADA, NOW)
    with pytest.raises(IntakeError, match="was erased on request"):
        again(desk.house, mail_id, NOW)


def test_a_mail_that_a_person_calls_spam_is_junk_and_answered_by_nobody_until_it_is_released(desk: Home) -> None:
    mail_id = desk.keep(mail(FORM, sender=f"Kim <{KIM}>", auto_submitted="auto-replied"))
    desk.receive(NOW)
    letters = len(desk.outbox())
    (row,) = parked.spam(desk.house, everything(desk.house), mail_id, ADA, NOW)
    assert (row["outcome"], row["because"]) == ("junk", f"{ADA} says that it is spam")
    assert len(desk.outbox()) == letters
    with reading(desk.databases.reading) as connection:
        assert ledger.counts(connection)["balanced"]
    assert [again(desk.house, mail_id, NOW) for _ in ("as what it was before", "as a person's")] == [1, 1]
    assert len(desk.cases()) == 1
