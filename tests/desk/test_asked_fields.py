"""A mail's form is read for the policies that it may come under, whichever that turns out to be."""

from house import FORM, ROUTE, Home, mail
from sqlalchemy import select

from intake.store import tables
from intake.store.engine import reading

ESCALATION = "escalation@support.example"


def fields_of(desk: Home) -> dict[str, object]:
    with reading(desk.databases.desk) as connection:
        policy, fields = connection.execute(select(tables.case.c.policy, tables.case.c.fields)).one()
    assert policy == "open-xchange"
    return dict(fields)


def test_at_a_route_of_its_own_by_that_policy(desk: Home) -> None:
    desk.take(mail(FORM))
    assert fields_of(desk)["module"]


def test_at_the_escalation_route_by_the_policy_of_whoever_writes(desk: Home) -> None:
    desk.take(mail(FORM, to=ESCALATION), routes=(ESCALATION,))
    assert desk.config.settings.route[0].address == ROUTE
    assert fields_of(desk)["module"]
