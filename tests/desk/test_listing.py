"""The work list out of the store: in order, filtered and counted by the database, whatever changes."""

from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from house import FORM, NOW, Home, home, mail
from sqlalchemy import event, update

from intake.core.case.act import Act
from intake.core.case.work_list import OVER, rank
from intake.desk import act
from intake.desk.ranking import catch_up
from intake.desk.sight import sight
from intake.store import listing, tables
from intake.store.engine import reading
from intake.store.listing import Asked

ADA = "ada@desk.example"


def listed(desk: Home, asked: Asked | None = None) -> list[str]:
    with reading(desk.databases.reading) as connection:
        names = {each.id: each.reference for each in desk.cases()}
        found = [names[each] for each in listing.open_cases(connection, asked or Asked())]
        assert listing.count_open(connection, asked or Asked(), 100) == len(found)
        assert listing.count_open(connection, asked or Asked(), 2) == min(len(found), 2)
    return found


def expected(desk: Home) -> list[str]:
    """By the policies as they serve, reckoned anew; of one policy."""
    found = [each for each in desk.cases() if each.state not in OVER]
    return [
        each.reference
        for each in sorted(found, key=lambda case: (rank(desk.house.policies.serving(case.policy), case), case.id))
    ]


def take(desk: Home, number: int, severity: int = 2, **headers: str) -> str:
    text = FORM.replace("Severity: 2", f"Severity: {severity}")
    desk.take(mail(text, message_id=f"{number}@hosting.example", **headers))
    return desk.cases()[-1].reference


def do(desk: Home, reference: str, what: str, value: str = "") -> None:
    act.perform(desk.house, reference, Act(what, value, ADA), NOW)


CHANGES = (
    ("severity", "2"),
    ("severity", "4"),
    ("status", "resolved"),
    ("status", "open"),
    ("note", "x"),
    ("reply", "Please restart."),
    ("spam", ""),
)


def test_after_every_change_each_case_stands_where_its_policy_says(desk: Home) -> None:
    assert listed(desk) == []
    references = [take(desk, number, 1 + number % 4) for number in range(7)]
    assert listed(desk) == expected(desk)
    for what, value in CHANGES:
        for reference in references[1::3]:
            if what != "severity" or desk.case(reference).severity != int(value):
                do(desk, reference, what, value)
            assert listed(desk) == expected(desk), (what, reference)
    assert len(listed(desk)) == 5


def test_each_filter_is_of_what_the_case_says(desk: Home) -> None:
    plain, grave = take(desk, 1), take(desk, 2, 1)
    do(desk, plain, "assign", ADA)
    do(desk, plain, "status", "waiting")
    stranger = desk.take(mail("Hello?", sender="Rob <rob@unknown.example>", message_id="3@unknown.example"))
    del stranger
    third = desk.cases()[-1].reference
    assert listed(desk, Asked(assignee=ADA)) == [plain]
    assert set(listed(desk, Asked(assignee=""))) == {grave, third}
    assert listed(desk, Asked(state="waiting")) == [plain]
    assert listed(desk, Asked(severity=1)) == [grave]
    assert listed(desk, Asked(unsorted=True)) == [third]
    assert listed(desk, Asked(mark="unentitled")) == [third]
    assert listed(desk, Asked(mark="%")) == []
    assert listed(desk, Asked(customers=(desk.case(plain).customer_id or 0,))) == [grave, plain]
    assert listed(desk, Asked(customers=())) == []
    assert listed(desk, Asked(policy="zimbra")) == listed(desk, Asked(queue="none")) == []
    assert listed(desk, Asked(due_before=NOW + timedelta(hours=2))) == [grave]


def test_policies_are_merged_and_no_list_is_read_further_than_it_is_shown(desk: Home) -> None:
    for number, severity in enumerate((3, 1)):
        take(desk, number, severity)
    for number in (2, 3):
        take_zimbra(desk, number)
    found = listed(desk)
    assert [desk.case(each).severity for each in found] == [1, 3, 4, 4]
    asked: list[str] = []
    event.listen(desk.databases.reading, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with reading(desk.databases.reading) as connection:
        assert len(list(islice(listing.open_cases(connection, Asked(), 1), 1))) == 1
    ordered = [each for each in asked if "ORDER BY cases.rank" in each]
    assert len(ordered) == 2
    assert all("LIMIT" in each for each in ordered)


def take_zimbra(desk: Home, number: int) -> None:
    raw = mail("It stops.", to="zimbra@support.example", message_id=f"{number}@telco.example")
    desk.take(raw, routes=("zimbra@support.example",))


def test_what_another_version_of_the_policy_ranked_is_ranked_anew_and_shown_until_then(desk: Home) -> None:
    references = [take(desk, number, severity) for number, severity in enumerate((3, 1, 2))]
    with desk.databases.desk.begin() as connection:
        connection.execute(update(tables.case).values(rank=b"\0\0\0\0\0\0\0\1", ranked_by="before"))
    assert listed(desk) == references
    versions = [each.version for each in desk.cases()]
    assert catch_up(desk.house) == 3
    assert listed(desk) == expected(desk) != references
    assert [each.version for each in desk.cases()] == versions
    assert catch_up(desk.house) == 0


def test_what_an_older_version_opened_or_closed_without_regard_to_the_list_is_put_right(desk: Home) -> None:
    opened, ranked, closed = (take(desk, number, 4 - number) for number in range(3))
    wanted = expected(desk)
    case, of = tables.case, tables.case.c.reference
    blank = {"rank": None, "ranked_by": None, "due_at": None, "unsorted": False}
    with desk.databases.desk.begin() as connection:
        connection.execute(update(case).where(of == opened).values(blank))
        connection.execute(update(case).where(of == closed).values(state="closed", closed_at=NOW))
    assert listed(desk) == [closed, ranked]
    assert catch_up(desk.house) == 2
    assert listed(desk) == expected(desk) == [each for each in wanted if each != closed]
    assert listed(desk, Asked(due_before=NOW + timedelta(days=365))) == listed(desk)
    assert catch_up(desk.house) == 0


def test_zit_5_nobody_else_sees_or_counts_what_is_private(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail("A hole.", to="security@support.example"), routes=("security@support.example",))
        secret = desk.case().reference
        assert listed(desk, Asked(sight(desk.house, ADA))) == []
        assert listed(desk, Asked(sight(desk.house, "security@desk.example"))) == [secret]


@pytest.mark.sqlite("asks SQLite for its plan")
def test_the_database_answers_a_list_from_the_index_alone(desk: Home) -> None:
    take(desk, 1)
    plans: list[str] = []
    seen = Asked(
        sight(desk.house, ADA),
        queue="support",
        severity=2,
        customers=(1, 2),
        assignee="",
        unsorted=False,
        due_before=NOW,
    )
    statements: list[tuple[str, object]] = []
    event.listen(desk.databases.reading, "before_cursor_execute", lambda *given: statements.append(given[2:4]))
    with reading(desk.databases.reading) as connection:
        list(listing.open_cases(connection, seen, 10))
        listing.count_open(connection, seen, 100)
        asked = [each for each in statements if " cases" in each[0]]
        for statement, values in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            plans += [str(row[-1]) for row in rows]
    looks = [each for each in plans if " cases" in each]
    assert len(looks) >= 4
    assert all("COVERING INDEX cases_listed" in each for each in looks), plans
