"""What somebody sees of cases is one rule, said twice: for a case at hand, and as a condition of queries."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from house import Home, home, mail
from sqlalchemy import select

from intake.desk.sight import sight
from intake.store import cases, tables
from intake.store.engine import reading
from intake.store.seen import cases_seen, routes_seen

SECURITY, OTHER = "security@support.example", "hole@support.example"
MORE = f'[[route]]\naddress = "{OTHER}"\npolicy = "zimbra"\nqueue = "holes"\nrole = "lead"\nprivate = true\n'
PEOPLE = ("nobody@desk.example", "security@desk.example", "lead@desk.example")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, more=MORE) as made:
        yield made


def test_zit_5_queries_show_what_the_rule_shows_and_nothing_else(desk: Home) -> None:
    desk.take(mail())
    first = desk.case()
    places = product(
        ("zimbra@support.example", SECURITY, OTHER, "gone@support.example"),
        ("support", "security", "holes", "gone"),
        (frozenset[str](), frozenset({"security"})),
    )
    made = [
        replace(first, id=0, version=0, reference=f"X-{number}", route=route, queue=queue, marks=marks)
        for number, (route, queue, marks) in enumerate(places)
    ]
    with desk.databases.desk.begin() as connection:
        cases.save_all(connection, made, desk.house.ranks)
    for address in PEOPLE:
        seen = sight(desk.house, address)
        with reading(desk.databases.desk) as connection:
            query = select(tables.case.c.reference).where(cases_seen(seen), tables.case.c.reference.startswith("X-"))
            found = set(connection.scalars(query))
            routes = set(connection.scalars(select(tables.case.c.route).where(routes_seen(seen, tables.case.c.route))))
        assert found == {case.reference for case in made if seen.sees(case)}, address
        assert routes == {case.route for case in (first, *made) if seen.sees_route(case.route)}, address
        assert found


def test_zit_5_each_private_queue_is_seen_by_its_own_people_alone(desk: Home) -> None:
    desk.take(mail(to=SECURITY), routes=[SECURITY])
    desk.take(mail(to=OTHER, message_id="two@hosting.example"), routes=[OTHER])
    one, two = desk.cases()
    shown = {address: [sight(desk.house, address).sees(case) for case in (one, two)] for address in PEOPLE}
    assert shown == dict(zip(PEOPLE, ([False, False], [True, False], [False, True]), strict=True))
