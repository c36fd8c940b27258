"""Commands that look ahead and sum up: forecast, report."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from intake import app as program
from intake.cli.common import (
    ConfigOption,
    JsonOption,
    QueueOption,
    configured,
    group,
    instant,
    many,
    print_json,
    say,
    say_hidden,
    table,
)
from intake.desk import service_credits
from intake.desk.forecast import forecast as forecast_of
from intake.desk.forecast import forecast_json
from intake.desk.privacy import View
from intake.errors import IntakeError
from intake.store import people
from intake.store.engine import reading

commands = group("")
report = group("Reports: service credits.")

CustomerOption = Annotated[str | None, typer.Option(help="Only this customer, by name.")]


@commands.command()
def forecast(
    at: Annotated[str, typer.Option("--at", help="Up to this instant, such as 2026-11-30T09:00:00+01:00.")],
    queue: QueueOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """What will be chased, missed and escalated until an instant, if nobody did anything.

    Example: intake forecast --at 2026-11-30T09:00:00+01:00
    """
    now, until = program.now(), instant(at, "--at")
    assert until is not None
    if until < now:
        raise IntakeError(f'--at: "{at}" is over; right would be an instant to come')
    settings = configured(config)
    view = View(settings.settings, queue, everything=json)
    with program.house_of(settings, trial=True) as house, reading(house.databases.reading) as connection:
        events = forecast_of(house, connection, now, until, view.shows)
    shown = forecast_json(events, now, until)
    if json:
        print_json(shown)
        return
    if not events:
        view.found_nothing()
    columns = ["at", "case", "what", "clock", "who is told", "level"]
    zone = settings.settings.notices.zone
    where = ZoneInfo(zone) if zone else None
    rows = [[f"{event.at.astimezone(where):%a %d %b %Y %H:%M %Z}", event.case, event.what, event.clock, event.role,
             event.level] for event in events]  # fmt: skip
    table("", columns, rows, "nothing will be chased, missed or escalated until then")
    if events:
        cases, *kinds = shown["totals"].items()
        say(", ".join((many(cases[1], "case"), *(f"{count} {what}" for what, count in kinds))))
    say_hidden(view.hidden)


@report.callback()
def _reports() -> None:
    """Reports: service credits."""


@report.command("credits")
def credits_(
    since: Annotated[str | None, typer.Option("--from", help="Targets missed from this instant on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Targets missed before this instant.")] = None,
    customer: CustomerOption = None,
    queue: QueueOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Service credits by customer and case.

    Example: intake report credits --from 2026-11-01T00:00:00+01:00 --to 2026-12-01T00:00:00+01:00
    """
    first, last = instant(since, "--from"), instant(until, "--to")
    settings = configured(config)
    view = View(settings.settings, queue, everything=json)
    with program.house_of(settings, trial=True) as house, reading(house.databases.reading) as connection:
        if customer is not None and customer not in {each.name for each in people.every_customer(connection)}:
            raise IntakeError(f'no customer is named "{customer}"; `intake customer list` shows them')
        found = list(
            service_credits.of_store(
                house, connection, program.now(), customer=customer, since=first, until=last, shown=view.shows
            )
        )
    groups = service_credits.by_customer(found)
    if json:
        print_json({"days": sum(each["days"] for each in groups), "customers": groups})
        return
    rows = [_row(each["customer"], credit) for each in groups for credit in each["credits"]]
    table("", ["customer", "case", "days", "why"], rows, "no target was missed by enough for a credit")
    for each in groups:
        say(f"{each['customer'] or 'no customer'}: {many(each['days'], 'day')}")
    say_hidden(view.hidden)


def _row(customer: str | None, credit: dict[str, Any]) -> list[object]:
    because = credit["because"]
    return [customer or "-", credit["case"], credit["days"], f"{because['clause']}: {because['text']}"]
