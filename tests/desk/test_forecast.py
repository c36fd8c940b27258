"""The forecast out of the store: in order of time, with totals, and nothing written."""

from datetime import timedelta

from house import FORM, NOW, Home, mail

from intake.desk.forecast import forecast, forecast_json
from intake.store.engine import reading


def test_events_of_all_cases_come_in_order_of_time_with_totals(desk: Home) -> None:
    desk.take(mail(FORM, message_id="a@hosting.example"))
    desk.take(mail(FORM.replace("Severity: 2", "Severity: 1"), message_id="b@hosting.example"))
    before = desk.cases()
    until = NOW + timedelta(hours=4)
    with reading(desk.databases.reading) as connection:
        events = forecast(desk.house, connection, NOW, until)
    assert [(event.case, event.what) for event in events[:3]] == [
        ("OX-1002", "due-soon"), ("OX-1002", "missed"), ("OX-1002", "escalated")
    ]  # fmt: skip
    assert [event.at for event in events] == sorted(event.at for event in events)
    shown = forecast_json(events, NOW, until)
    assert shown["totals"]["missed"] == 2
    assert shown["totals"]["cases"] == 2
    assert desk.cases() == before


def test_mail_of_a_list_is_foreseen_no_reminder_and_gets_none(desk: Home) -> None:
    desk.take(mail("Severity: 2\n", List_Id="<users.hosting.example>"))
    until = NOW + timedelta(days=30)
    with reading(desk.databases.reading) as connection:
        events = [each for each in forecast(desk.house, connection, NOW, until) if each.clock == "information"]
    assert [(each.what, each.role) for each in events] == [("not-closed", "triage")]
    for days in range(31):
        desk.tick(NOW + timedelta(days=days))
    assert desk.outbox() == []
    assert desk.case().state == "new"


def test_what_was_foreseen_is_what_the_tick_does(desk: Home) -> None:
    desk.take(mail(FORM))
    until = NOW + timedelta(hours=5)
    with reading(desk.databases.reading) as connection:
        events = forecast(desk.house, connection, NOW, until)
    for event in events:
        desk.tick(event.at)
    history = [entry["event"] for entry in desk.shown("OX-1001")["history"]]
    assert [entry for entry in history if entry in ("due-soon", "missed", "escalated")] == [
        event.what for event in events
    ]
    with reading(desk.databases.reading) as connection:
        assert forecast(desk.house, connection, until, until) == []
