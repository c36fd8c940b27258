"""The open cases kept at hand: always as the store has them, whatever changed, and read no more than that."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act, work_list
from intake.desk.open_cases import OpenCases
from intake.desk.sight import sight
from intake.store import slim, tables
from intake.store.engine import reading

ADA = "ada@desk.example"


def listed(desk: Home, kept: OpenCases, address: str = ADA) -> list[str]:
    with reading(desk.databases.reading) as connection:
        return [each.reference for each in kept.seen_by(desk.house, connection, sight(desk.house, address))]


def expected(desk: Home) -> list[tuple[str, str]]:
    """As the command line lists them, which reads everything anew."""
    with reading(desk.databases.reading) as connection:
        rows = work_list.listed(connection, desk.house.policies, None, 1_000)
    return [(row.case.reference, row.place_because) for row in rows if row.place_because]


def take(desk: Home, number: int, severity: int = 2, **headers: str) -> str:
    desk.take(
        mail(FORM.replace("Severity: 2", f"Severity: {severity}"), message_id=f"{number}@hosting.example", **headers)
    )
    return desk.cases()[-1].reference


def do(desk: Home, reference: str, what: str, value: str = "") -> None:
    act.perform(desk.house, reference, Act(what, value, ADA), NOW)


def test_every_change_is_seen_and_each_reason_is_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slim, "DRAWER", 2)
    kept = OpenCases()
    with home(tmp_path) as desk:
        assert listed(desk, kept) == []
        references = [take(desk, number, 1 + number % 4) for number in range(7)]
        for reference in references:
            do(desk, reference, "severity", "3") if desk.case(reference).severity != 3 else None
        for what, value in (
            ("severity", "2"),
            ("severity", "4"),
            ("status", "resolved"),
            ("status", "open"),
            ("note", "x"),
            ("spam", ""),
        ):
            for reference in references[1::3]:
                do(desk, reference, what, value)
                assert listed(desk, kept) == [each for each, _ in expected(desk)], (what, reference)
        with reading(desk.databases.reading) as connection:
            ids = {case.reference: case.id for case in kept.seen_by(desk.house, connection, sight(desk.house, ADA))}
        assert [(each, kept.why(ids[each])) for each in ids] == expected(desk)


def test_what_did_not_change_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slim, "DRAWER", 1)
    kept = OpenCases()
    asked: list[list[int]] = []
    of_drawers = slim.of_drawers

    def counted(connection: Any, states: Any, drawers: Any, with_fields: Any) -> Any:
        asked.append(list(drawers))
        return of_drawers(connection, states, drawers, with_fields)

    monkeypatch.setattr(slim, "of_drawers", counted)
    with home(tmp_path) as desk:
        references = [take(desk, number) for number in range(4)]
        listed(desk, kept)
        listed(desk, kept)
        do(desk, references[2], "severity", "1")
        listed(desk, kept)
        ids = [case.id for case in desk.cases()]
    assert asked == [ids, [ids[2]]]


def test_a_policy_that_is_published_anew_orders_the_list_anew(tmp_path: Path) -> None:
    kept = OpenCases()
    with home(tmp_path) as desk:
        take(desk, 1)
        before = listed(desk, kept)
        from intake import app

        desk.house.policies, desk.house.templates = app.load_files(desk.config, desk.databases)
        assert listed(desk, kept) == before


def test_nobody_else_sees_what_is_private(tmp_path: Path) -> None:
    kept = OpenCases()
    with home(tmp_path) as desk:
        desk.take(mail("A hole.", to="security@support.example"), routes=("security@support.example",))
        secret = desk.case().reference
        assert listed(desk, kept) == []
        assert listed(desk, kept, "security@desk.example") == [secret]
        assert listed(desk, kept) == []


def test_a_case_that_only_gained_a_link_changes_nothing_of_the_order(tmp_path: Path) -> None:
    kept = OpenCases()
    with home(tmp_path) as desk:
        first, second = take(desk, 1), take(desk, 2)
        assert listed(desk, kept) == [first, second]
        with desk.databases.desk.begin() as connection:
            later = NOW + timedelta(days=1)
            connection.execute(tables.clock.update().where(tables.clock.c.case_id == 1).values(due_at=later))
            connection.execute(tables.case.update().where(tables.case.c.id == 1).values(version=99))
        assert listed(desk, kept) == [second, first]
