"""The work list out of the store."""

from datetime import timedelta

from house import FORM, NOW, Home, mail
from sqlalchemy import event

from intake.core.case.act import Act
from intake.desk.act import perform
from intake.desk.work_list import listed
from intake.store.engine import reading


def references(desk: Home, state: str | None = None, limit: int = 100) -> list[str]:
    with reading(desk.databases.reading) as connection:
        return [row.case.reference for row in listed(connection, desk.house.policies, state, limit)]


def take(desk: Home, severity: int, number: int) -> None:
    raw = mail(FORM.replace("Severity: 2", f"Severity: {severity}"), message_id=f"{number}@hosting.example")
    desk.take(raw, NOW + timedelta(minutes=number))


def test_open_cases_come_in_their_policys_order_and_those_that_are_over_after_them(desk: Home) -> None:
    for number, severity in enumerate((3, 1, 2, 1), 1):
        take(desk, severity, number)
    perform(desk.house, "OX-1002", Act("status", "closed", "ada@desk.example"), NOW + timedelta(hours=1))
    assert references(desk) == ["OX-1004", "OX-1003", "OX-1001", "OX-1002"]
    assert references(desk, "new") == ["OX-1004", "OX-1003", "OX-1001"]
    assert references(desk, "closed") == ["OX-1002"]
    assert references(desk, limit=2) == ["OX-1004", "OX-1003"]


def test_the_reason_stands_beside_each_open_case(desk: Home) -> None:
    take(desk, 2, 1)
    with reading(desk.databases.reading) as connection:
        (row,) = listed(connection, desk.house.policies, None, 10)
    assert str(row.json()["place_because"]).startswith("Severity 2; due Mon 23 Nov 14:01")


def test_cases_that_are_over_are_not_read_where_they_are_not_shown(desk: Home) -> None:
    for number in (1, 2, 3):
        take(desk, 2, number)
    for reference in ("OX-1001", "OX-1002"):
        perform(desk.house, reference, Act("status", "closed", "ada@desk.example"), NOW + timedelta(hours=1))
    asked: list[object] = []
    event.listen(desk.databases.reading, "before_cursor_execute", lambda *given: asked.append(given[3]))
    assert references(desk, limit=1) == ["OX-1003"]
    assert not [each for each in asked if "closed" in str(each)]


def due(desk: Home) -> str | None:
    with reading(desk.databases.reading) as connection:
        (row,) = listed(connection, desk.house.policies, None, 10)
        assert row.json()["due"] == desk.shown(row.case.reference)["due"]
    return None if row.json()["due"] is None else str(row.json()["due"])


def test_due_is_of_the_running_promise_that_falls_due_first_and_nothing_once_it_is_kept(desk: Home) -> None:
    take(desk, 2, 1)
    response = desk.case("OX-1001").latest("response")
    assert response is not None
    assert response.due_at is not None
    assert due(desk) == response.due_at.isoformat()
    perform(desk.house, "OX-1001", Act("reply", "Please restart.", "ada@desk.example"), NOW + timedelta(hours=1))
    running = [clock.due_at for clock in desk.case("OX-1001").clocks if clock.state == "running" and clock.due_at]
    assert response.due_at not in running
    assert due(desk) == (min(running).isoformat() if running else None)


def test_nothing_is_due_in_a_case_that_is_over(desk: Home) -> None:
    take(desk, 2, 1)
    perform(desk.house, "OX-1001", Act("status", "closed", "ada@desk.example"), NOW + timedelta(hours=1))
    assert due(desk) is None
