"""Who is given a case is told of it by somebody else's act, and by nobody's own."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import NOW, Home, home, mail, opened

from intake.config import Config
from intake.config.settings import Notices
from intake.core.case.act import Act
from intake.desk import act
from intake.store import people
from intake.store.people import Agent

ADA, BO = "ada@desk.example", "bo@desk.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        settings = made.config.settings.model_copy(
            update={"notices": Notices(zone="Europe/Berlin", hours_of={BO: ["Mon-Fri 13:00-17:00"]})}
        )
        with opened(Config(settings, made.config.file, made.config.text), made.databases) as desk:
            with desk.databases.desk.begin() as connection:
                people.save_agents(connection, [Agent(ADA, "Ada L."), Agent(BO, "Bo", "Europe/London")])
            desk.take(mail())
            yield desk


def assign(desk: Home, whom: str, by: str = ADA, hours: int = 5) -> None:
    act.perform(desk.house, "OX-1001", Act("assign", whom, by), NOW + hours * HOUR)


def told(desk: Home) -> list[dict[str, Any]]:
    return [each for each in desk.outbox(desk=True) if each["kind"] == "desk-assigned"]


def words(desk: Home) -> str:
    (letter,) = told(desk)
    body = message_from_bytes(desk.sent(letter["id"]), policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(f"{letter['to']} {letter['subject']} {body.get_content()}".split())


def test_they_read_who_gave_it_to_them_and_what_is_due_when_in_their_own_zone(desk: Home) -> None:
    assign(desk, BO)
    said = words(desk)
    assert said.startswith(f"{BO} [OX-1001] Assigned to you, severity 2: The inbox stays empty")
    assert f"{ADA} assigned this case to you." in said
    assert "First answer due: Monday, 23 November 2026, 13:00 (Europe/London, GMT) (4 business hours)" in said


def test_the_letter_waits_for_their_hours(desk: Home) -> None:
    assign(desk, BO, hours=1)
    assert told(desk) == []
    desk.tick(NOW + 4 * HOUR)
    assert [each["to"] for each in told(desk)] == [BO]


@pytest.mark.parametrize("whom", [ADA, ""])
def test_nobody_is_told_of_what_they_took_themselves_or_gave_back(desk: Home, whom: str) -> None:
    assign(desk, whom)
    assert told(desk) == []


def test_who_has_the_case_already_is_not_told_again(desk: Home) -> None:
    assign(desk, BO)
    assign(desk, BO)
    assert len(told(desk)) == 1


def test_a_role_is_told_as_such(desk: Home) -> None:
    assign(desk, "lead")
    said = words(desk)
    assert said.startswith("lead@desk.example")
    assert f"{ADA} assigned this case to the role lead." in said


def test_a_case_that_was_given_on_before_their_hours_is_not_told(desk: Home) -> None:
    assign(desk, BO, hours=1)
    assign(desk, "lead@desk.example", hours=2)
    desk.tick(NOW + 6 * HOUR)
    assert [each["to"] for each in told(desk)] == ["lead@desk.example"]
    history = [each["text"] for each in desk.shown("OX-1001")["history"] if each["event"] == "not-told"]
    assert f"desk-assigned to {BO}: the case was given to somebody else" in history
