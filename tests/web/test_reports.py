"""Reports in the console: promises kept, volume, times, misses, credits, what is ahead; CSV; private queues."""

import csv
import io
import re
from datetime import timedelta

import pytest
from console import ADA, BO, Desk
from house import FORM, NOW, mail

from intake.core.case.case import Customer
from intake.store import people
from intake.web.plots import bars

SECURITY = "security@support.example"
TEXT = re.compile(r"<[^>]+>")


def words(html: str) -> str:
    return " ".join(TEXT.sub(" ", html).split())


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_promises_are_counted_by_week_policy_plan_and_severity(fresh: Desk) -> None:
    ada = fresh.person()
    fresh.later(days=-7)
    ada.act(fresh.case(subject="In time"), "reply", "Here you are.")
    fresh.case(FORM.replace("Severity: 2", "Severity: 1"), subject="Too late")
    fresh.later(days=7)
    fresh.home.tick(NOW)
    fresh.case(subject="Just now")
    page = words(ada.get("/reports").text)
    assert "Promises of response: 50.0 % met" in page
    assert "Mon 16 Nov 2026 50.0 % 1 1 0" in page
    assert "Mon 23 Nov 2026 – 0 0 1" in page
    assert "open-xchange 50.0 % 1 1 1" in page
    assert "Severity 1 0.0 % 0 1 0" in page
    assert "Cases opened: 3" in page
    assert "Mon 16 Nov" not in words(ada.get("/reports", weeks=1).text)
    assert "Promises of response: 50.0 % met" in words(ada.get("/reports", weeks=52).text)
    assert ada.get("/reports", weeks=53).status_code == 400
    rows = table(ada.get("/reports/targets.csv").text)
    (week,) = [each for each in rows if each["name"] == "2026-11-16"]
    assert (week["met"], week["missed"], week["open"]) == ("1", "1", "0")


def test_first_answers_stand_by_how_long_they_took(fresh: Desk) -> None:
    ada, quick, slow = fresh.person(), fresh.case(subject="Quick"), fresh.case(subject="Slow")
    fresh.later(minutes=10)
    ada.act(quick, "reply", "Here you are.")
    fresh.later(hours=3)
    ada.act(slow, "reply", "Here you are.")
    page = words(ada.get("/reports").text)
    assert "up to 15 min 1 up to 1 h 0 up to 4 h 1 up to 8 h 0" in page


def test_misses_are_told_with_why_and_filters_hold(fresh: Desk) -> None:
    late = fresh.case(subject="=cmd()")
    given = fresh.case(subject="With somebody")
    ada = fresh.person()
    ada.act(given, "assign", ADA)
    fresh.home.tick(NOW + timedelta(days=2))
    fresh.later(days=2)
    page = ada.get("/reports/misses").text
    assert late in page
    assert "nobody had it" in page
    assert "somebody had it" in page
    assert late not in ada.get("/reports/misses", policy="zimbra").text
    rows = {each["case"]: each for each in table(ada.get("/reports/misses.csv").text)}
    assert rows[late]["subject"] == "'=cmd()"
    assert rows[given]["with"] == ADA


def test_why_a_target_was_missed_stays_what_was_so_then(fresh: Desk) -> None:
    late, ada = fresh.case(), fresh.person()
    fresh.home.tick(NOW + timedelta(days=2))
    fresh.later(days=2)
    ada.act(late, "assign", ADA)
    ada.act(late, "reply", "Here you are.")
    (row,) = [each for each in table(ada.get("/reports/misses.csv").text) if each["clock"] == "response"]
    assert (row["case"], row["with"], row["cause"]) == (late, ADA, "nobody had it")


def test_credits_are_those_of_the_command(fresh: Desk) -> None:
    with fresh.home.databases.desk.begin() as connection:
        people.save(connection, [Customer(0, "Of zitadel", "zitadel", "extended-sla", domains=("pays.example",))])
    case = fresh.case("Severity: 1\n", to="zitadel@support.example", sender="Kim <kim@pays.example>")
    fresh.home.tick(NOW + timedelta(days=3))
    fresh.later(days=3)
    page = fresh.person().get("/reports/credits").text
    assert "Of zitadel" in page
    assert case in page
    (row,) = table(fresh.person().get("/reports/credits.csv").text)
    assert (row["customer"], row["case"]) == ("Of zitadel", case)
    assert int(row["days"]) > 0


def test_what_is_ahead_comes_from_the_forecast(fresh: Desk) -> None:
    case = fresh.case()
    page = fresh.person().get("/reports/ahead").text
    assert case in page
    assert "missed" in page
    assert {each["case"] for each in table(fresh.person().get("/reports/ahead.csv").text)} == {case}


def test_zit_5_no_report_knows_of_private_cases(fresh: Desk) -> None:
    """Neither figures nor lists; and what one sees is not kept for another."""
    secret = fresh.case("Severity: 1\n", to=SECURITY, subject="Remote code execution")
    fresh.home.tick(NOW + timedelta(days=4))
    fresh.later(days=4)
    insider, outsider = fresh.person("security@desk.example"), fresh.person(BO, "admin")
    assert "Cases opened: 1" in words(insider.get("/reports").text)
    assert secret in insider.get("/reports/ahead.csv").text + insider.get("/reports/misses").text
    for path in ("/reports", "/reports/misses", "/reports/credits", "/reports/ahead"):
        page = outsider.get(path).text
        assert secret not in page
        assert "Remote" not in page
    assert "Cases opened: 0" in words(outsider.get("/reports").text)
    for name in ("targets", "misses", "credits", "ahead"):
        text = outsider.get(f"/reports/{name}.csv").text
        assert all(each.get("met", "0") == "0" and "case" not in each for each in table(text)), name


def test_a_plot_fits_its_frame_whatever_the_figures() -> None:
    for values in ([0, 0], [1, 0], [7, 3], [999_999, 1], [10**9, 10**9]):
        plot = bars("x", ["a", "b"], [("met", values), ("missed", values)])
        assert all(each.y >= 0 and each.y + each.height <= plot.base + 0.2 for each in plot.bars)
        assert plot.ticks[-1][1] >= 2 * max(values)
        assert [figure for _, figure in plot.ticks] == sorted({figure for _, figure in plot.ticks})


@pytest.mark.parametrize("path", ["/reports", "/reports/misses", "/reports/credits", "/reports/ahead"])
def test_an_empty_desk_has_empty_reports(fresh: Desk, path: str) -> None:
    assert fresh.person(role="viewer").get(path).status_code == 200


def test_a_case_counts_once_however_many_promises_of_a_kind_it_has(fresh: Desk) -> None:
    reference = fresh.case("Severity: 1\n", to="zitadel@support.example", subject="Asks again")
    fresh.case("It stops.", to="zimbra@support.example", subject="Has no update promised")
    ada = fresh.person()
    for number in range(3):
        ada.act(reference, "reply", f"Answer {number}.")
        fresh.take(mail("And now?", subject=f"Re: [{reference}]", message_id=f"again{number}@hosting.example"))
        fresh.later(hours=1)
    for kind in ("response", "update", "resolution"):
        assert "Cases opened: 2" in words(ada.get("/reports", kind=kind).text), kind
