"""What notices go by are cases as they are stored, whether or not they were loaded again."""

from pathlib import Path

from house import FORM, NOW, Home, mail, opened
from sqlalchemy import event

from intake.core.case.act import Act
from intake.core.case.case import Case
from intake.desk import act
from intake.desk.notices import send_notices
from intake.desk.receive import receive
from intake.store import cases
from intake.store.engine import reading

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))[::20]


def keep(desk: Home, number: int, **headers: str) -> None:
    desk.keep(mail(FORM, message_id=f"{number}@hosting.example", subject=f"Matter {number}", **headers))


def fresh(desk: Home, ids: list[int]) -> dict[int, Case]:
    with reading(desk.databases.reading) as connection:
        return desk.house.fresh.load(connection, ids)


def loads(desk: Home) -> list[str]:
    """The statements that load whole cases from now on."""
    found: list[str] = []

    @event.listens_for(desk.databases.reading, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM cases" in statement and "cases.fields" in statement:
            found.append(statement)

    return found


def test_whatever_a_mail_makes_of_a_case_is_as_it_is_stored(desk: Home) -> None:
    routes = list(desk.house.routes)
    for place, file in enumerate(MAILS):
        desk.keep(file.read_bytes(), routes=routes[: 1 + place % 2])
    while receive(desk.house, NOW):
        pass
    ids = [case.id for case in desk.cases()]
    with reading(desk.databases.reading) as connection:
        stored = cases.load(connection, ids)
    assert fresh(desk, ids) == stored


def test_what_was_stored_a_moment_ago_is_not_loaded_again(desk: Home) -> None:
    for number in range(4):
        keep(desk, number)
    receive(desk.house, NOW)
    found = loads(desk)
    send_notices(desk.house, NOW)
    assert [each["kind"] for each in desk.outbox(desk=True)] == ["desk-digest"]
    assert found == []
    assert len(fresh(desk, [1])) == len(found) == 1


def test_a_case_that_somebody_changed_in_between_is_told_of_as_it_is_by_now(desk: Home) -> None:
    keep(desk, 1)
    receive(desk.house, NOW)
    with opened(desk.config, desk.databases) as second:
        act.perform(second.house, "OX-1001", Act("severity", "1", "ada@desk.example", "It is down"), NOW)
    assert fresh(desk, [1])[1] == desk.case("OX-1001")
    assert desk.case("OX-1001").severity == 1


def test_what_another_desk_has_told_is_kept_no_longer(desk: Home) -> None:
    keep(desk, 1)
    receive(desk.house, NOW)
    with opened(desk.config, desk.databases) as second:
        send_notices(second.house, NOW)
    send_notices(desk.house, NOW)
    found = loads(desk)
    assert fresh(desk, [1])[1] == desk.case("OX-1001")
    assert found
