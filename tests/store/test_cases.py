"""Cases in the store: whatever a case says comes back, and a stale save is refused."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from house import fresh_databases
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from intake.core.case.case import Case, Clock, Entry, Participant, Step
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.errors import Stale
from intake.store import cases
from intake.store.engine import Databases, reading

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)

# to the microsecond, before 1970 and far ahead, at several offsets
offsets = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-11))])
instants = st.datetimes(timezones=offsets).filter(lambda at: 1 < at.year < 9998)
maybe = st.none() | instants
steps = st.lists(st.builds(Step, at=instants), max_size=3).map(tuple)
clocks = st.lists(
    st.builds(
        Clock,
        severity=st.none() | st.integers(1, 9),
        started_at=instants,
        aim_at=maybe,
        due_at=maybe,
        ended_at=maybe,
        missed_at=maybe,
        steps=steps,
    ),
    max_size=3,
).map(lambda found: tuple(replace(each, number=number) for number, each in enumerate(found, 1)))
people = st.lists(st.builds(Participant), max_size=3).map(
    lambda found: tuple(replace(each, number=number) for number, each in enumerate(found, 1))
)


def parted(case: Case) -> Case:
    """The case as it can be: whoever is off takes no part."""
    off = tuple(each for each in case.participants if each.role == "off")
    left = tuple(each for each in case.participants if each.role != "off")
    return replace(case, participants=left, taken_off=off)


# one text for each language
others = st.dictionaries(st.text(), st.text(), max_size=2).map(lambda texts: tuple(texts.items()))
st.register_type_strategy(Because, st.builds(Because, others=others))
whole_cases = st.builds(
    Case,
    id=st.just(0),
    version=st.just(0),
    customer_id=st.none(),
    severity=st.integers(1, 9),
    wished_severity=st.none() | st.integers(1, 9),
    opened_at=instants,
    changed_at=instants,
    closed_at=maybe,
    clocks=clocks,
    participants=people,
    fields=st.dictionaries(st.text(), st.builds(FieldValue), max_size=3),
).map(parted)

SLOW_AND_CHOOSY = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared() -> Iterator[Databases]:
    """For property tests, which write under fresh references."""
    with tempfile.TemporaryDirectory() as folder:
        made = fresh_databases(Path(folder))
        yield made
        made.close()


def clock(number: int = 1, at: datetime | None = LATER, state: str = "running") -> Clock:
    steps = (Step(at, "missed", "triage"),) if at else ()
    return Clock(number, "response", 2, "4 hours", "business", NOW, None, at, (), state, steps=steps)  # type: ignore[arg-type]


def case(reference: str = "OX-1", *clocks: Clock) -> Case:
    return Case(
        id=0,
        reference=reference,
        version=0,
        policy="open-xchange",
        policy_version="v",
        plan=None,
        route="a@support.example",
        queue="support",
        customer_id=None,
        contact=Address("Kim", "kim@hosting.example"),
        answer_to=None,
        subject="s",
        language="en",
        zone="UTC",
        state="new",
        severity=2,
        wished_severity=None,
        because=(),
        marks=frozenset(),
        fields={},
        waived=frozenset(),
        linked=(),
        assignee=None,
        opened_at=NOW,
        changed_at=NOW,
        closed_at=None,
        answered=frozenset(),
        participants=(Participant(1, "kim@hosting.example", "Kim", "customer"),),
        clocks=clocks,
    )


def unranked(_case: Case) -> tuple[bytes, str]:
    return b"", ""


def save(databases: Databases, wanted: Case) -> Case:
    with databases.desk.begin() as connection:
        case_id = cases.save(connection, wanted, unranked)
    return loaded(databases, case_id)


def loaded(databases: Databases, case_id: int) -> Case:
    with reading(databases.desk) as connection:
        return cases.load(connection, [case_id])[case_id]


def can_be_kept(databases: Databases, *wanted: Case) -> bool:
    """PostgreSQL's texts hold no zeros; those of mails are taken out when they are read."""
    return not databases.shared or "\\x00" not in repr(wanted)


@settings(max_examples=80, suppress_health_check=SLOW_AND_CHOOSY)
@given(wanted=whole_cases)
def test_whatever_a_case_says_comes_back(shared: Databases, wanted: Case) -> None:
    with shared.desk.begin() as connection:
        reference = f"OX-{cases.reserve(connection, 1)}"
    wanted = replace(wanted, reference=reference)
    assume(can_be_kept(shared, wanted))
    stored = save(shared, wanted)
    assert stored == replace(wanted, id=stored.id, version=1)


@settings(max_examples=40, suppress_health_check=SLOW_AND_CHOOSY)
@given(before=whole_cases, after=whole_cases)
def test_whatever_changes_comes_back_changed(shared: Databases, before: Case, after: Case) -> None:
    with shared.desk.begin() as connection:
        reference = f"OX-{cases.reserve(connection, 1)}"
    assume(can_be_kept(shared, before, after))
    stored = save(shared, replace(before, reference=reference))
    changed = replace(after, id=stored.id, version=stored.version, reference=reference)
    assert save(shared, changed) == replace(changed, version=2)


def test_a_save_on_an_older_version_is_stale_and_changes_nothing(databases: Databases) -> None:
    first = save(databases, case("OX-1", clock()))
    second = save(databases, replace(first, state="open"))
    with pytest.raises(Stale, match="OX-1"), databases.desk.begin() as connection:
        cases.save(connection, replace(first, state="closed", clocks=()), unranked)
    assert loaded(databases, first.id) == second


def test_numbers_are_handed_out_once(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        firsts = [cases.reserve(connection, count) for count in (1, 3, 1)]
    assert firsts == [1001, 1002, 1005]


def test_what_asks_is_found_by_its_instant_the_longest_waiting_first(databases: Databases) -> None:
    late = save(databases, case("OX-1", clock(at=LATER + timedelta(hours=2))))
    soon = save(databases, case("OX-2", clock(at=LATER)))
    save(databases, case("OX-3", clock(state="ended")))
    save(databases, case("OX-4", clock(at=None)))
    with reading(databases.desk) as connection:
        assert cases.asking(connection, LATER - timedelta(microseconds=1), 10) == []
        assert cases.asking(connection, LATER, 10) == [soon.id]
        assert cases.asking(connection, LATER + timedelta(days=1), 10) == [soon.id, late.id]
        assert cases.asking(connection, LATER + timedelta(days=1), 1) == [soon.id]


@pytest.mark.sqlite("its query plans")
def test_what_is_due_is_looked_up_by_an_index(databases: Databases) -> None:
    said: list[tuple[str, Any]] = []
    with reading(databases.desk) as connection:
        event.listen(
            connection, "before_cursor_execute", lambda _c, _cursor, query, values, *_: said.append((query, values))
        )
        cases.asking(connection, NOW, 10)
        [(query, values)] = said
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)]
    # the statement itself: with a GROUP BY it reads all clocks that are open
    assert plan == ["SEARCH clock USING COVERING INDEX clock_next (next_at<?)"]


def test_references_are_found_in_any_case_of_letters(databases: Databases) -> None:
    stored = save(databases, case("OX-1042"))
    with reading(databases.desk) as connection:
        assert cases.by_reference(connection, ["ox-1042", "OX-9"]) == {"OX-1042": stored.id}
        assert cases.by_reference(connection, []) == {}


def test_history_keeps_its_order_and_its_reasons(databases: Databases) -> None:
    stored = save(databases, case())
    entries = [Entry("opened", "a", because=(Because("OX-5", "why"),)), Entry("note", "b", "ada@desk.example")]
    with databases.desk.begin() as connection:
        cases.add_history(connection, stored.id, NOW, entries)
        cases.add_history(connection, stored.id, LATER, [Entry("state", "c")])
    with reading(databases.desk) as connection:
        found = cases.history(connection, stored.id)
    assert [(each["event"], each["actor"], each["at"]) for each in found] == [
        ("opened", "intake", NOW),
        ("note", "ada@desk.example", NOW),
        ("state", "intake", LATER),
    ]
    assert found[0]["because"] == (Because("OX-5", "why"),)


def test_a_naive_instant_is_refused(databases: Databases) -> None:
    with pytest.raises(Exception, match="needs a zone"):
        save(databases, replace(case(), opened_at=datetime(2026, 1, 1)))  # noqa: DTZ001
