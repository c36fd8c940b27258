"""Service credits by customer and case, out of the store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from full import FULL_ROUTE, full_home
from house import NOW, Home, mail

from intake.core.case.act import Act
from intake.desk import service_credits
from intake.desk.act import perform
from intake.store.engine import reading

LATER = NOW + timedelta(hours=4)


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Home]:
    """A case of each customer at Severity 1: gold's answered 65 minutes late, the other not answered yet."""
    with full_home(tmp_path) as made:
        for number, domain in enumerate(("gold.example", "basic.example")):
            raw = mail("Severity: 1", sender=f"kim@{domain}", message_id=f"{number}@{domain}")
            made.take(raw, routes=(FULL_ROUTE,), envelope_from=f"kim@{domain}")
        perform(made.house, "FU-1001", Act("reply", "Done.", "ada@desk.example"), NOW + timedelta(minutes=95))
        yield made


def found(late: Home, **narrowed: object) -> list[tuple[str | None, str, int, int]]:
    with reading(late.databases.reading) as connection:
        rows = list(service_credits.of_store(late.house, connection, LATER, **narrowed))  # type: ignore[arg-type]
    return [(each.customer, each.case, each.json()["minutes_over"], each.credit.days) for each in rows]


def test_each_missed_target_earns_by_the_policys_rule_until_it_is_answered(late: Home) -> None:
    assert found(late) == [("Gold Mine", "FU-1001", 65, 4), ("Basic Works", "FU-1002", 120, 8)]


def test_a_report_is_narrowed_by_customer_and_by_when_the_target_was_missed(late: Home) -> None:
    assert [each[1] for each in found(late, customer="Gold Mine")] == ["FU-1001"]
    assert found(late, customer="Nobody Known") == []
    due = NOW + timedelta(minutes=30)
    assert [each[1] for each in found(late, since=due, until=due + timedelta(seconds=1))] == ["FU-1001"]
    assert [each[1] for each in found(late, since=due + timedelta(seconds=1))] == ["FU-1002"]
    assert found(late, until=due) == []


def test_days_are_added_up_by_customer(late: Home) -> None:
    with reading(late.databases.reading) as connection:
        groups = service_credits.by_customer(list(service_credits.of_store(late.house, connection, LATER)))
    assert [(each["customer"], each["days"]) for each in groups] == [("Basic Works", 8), ("Gold Mine", 4)]
    (credit,) = groups[1]["credits"]
    assert credit["because"] == {
        "clause": "F-4", "text": "response: 65 min over in 24x7, 1 day for every 15 min"
    }  # fmt: skip
    assert credit["clock"] == "response"
