"""A case exempt from its policy's targets, and one that is not exempt after all (ZOH-5)."""

from datetime import datetime, timedelta

import pytest
from matter import Matter, known, opened

from intake.core.case.act import Refused

MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+05:30")
HOUR = timedelta(hours=1)


@pytest.fixture
def case() -> Matter:
    """Severity 2 in Kolkata's zone: the response is due on Monday at 22:00."""
    return opened("zoho", MONDAY, "Severity: 2\nInvoices are rounded wrongly.", known("zoho", zone="Asia/Kolkata"))


def test_an_exemption_taken_back_lets_the_response_go_on_with_its_old_due_time(case: Matter) -> None:
    due = case.due("response")
    case.does(MONDAY + HOUR, "exempt", "yes", "a limit of the product")
    assert case.due("response") is None
    case.does(MONDAY + 3 * HOUR, "exempt", "no", "it is a defect")
    assert case.due("response") == due == MONDAY + 12 * HOUR
    clock = case.case.running("response")
    assert clock is not None
    assert (clock.number, clock.because[-1].text) == (1, "not exempt after all: it goes on with its old due time")
    assert case.events("exempt")[-1] == "not exempt: it is a defect; response goes on, due Mon 23 Nov 2026 22:00 IST"
    case.waits(MONDAY + 10 * HOUR)
    assert case.notices[-1].kind == "desk-due-soon"


def test_what_fell_due_while_it_was_exempt_is_missed_once_the_targets_hold(case: Matter) -> None:
    case.does(MONDAY + HOUR, "exempt", "yes").waits(MONDAY + 13 * HOUR)
    assert not case.events("missed")
    case.does(MONDAY + 14 * HOUR, "exempt", "no").waits(MONDAY + 14 * HOUR)
    assert case.events("missed") == ["the response target was missed"]


def test_what_was_answered_while_it_was_exempt_is_met_and_the_next_update_counts_from_now(case: Matter) -> None:
    case.does(MONDAY + HOUR, "exempt", "yes").does(MONDAY + 2 * HOUR, "reply", "Please wait.")
    case.does(MONDAY + 3 * HOUR, "exempt", "no")
    assert case.due("response") is None
    update = case.case.running("update")
    assert update is not None
    assert update.started_at == MONDAY + 3 * HOUR


def test_an_update_goes_on_with_its_old_due_time_too(case: Matter) -> None:
    case.does(MONDAY + HOUR, "reply", "We look at it.")
    due = case.due("update")
    case.does(MONDAY + 2 * HOUR, "exempt", "yes").does(MONDAY + 3 * HOUR, "exempt", "no")
    assert case.due("update") == due


def test_a_severity_that_was_raised_meanwhile_counts_from_the_raise_at_the_latest(case: Matter) -> None:
    case.does(MONDAY + HOUR, "exempt", "yes").does(MONDAY + 2 * HOUR, "severity", "1")
    case.does(MONDAY + 3 * HOUR, "exempt", "no")
    assert case.due("response") == MONDAY + 6 * HOUR


def test_a_case_that_is_over_by_now_keeps_its_clocks_ended(case: Matter) -> None:
    case.does(MONDAY + HOUR, "exempt", "yes").does(MONDAY + 2 * HOUR, "status", "closed")
    case.does(MONDAY + 3 * HOUR, "exempt", "no")
    assert {clock.state for clock in case.case.clocks} == {"ended"}


def test_while_the_customer_has_the_next_turn_the_resolution_stands_still() -> None:
    case = opened("zimbra", MONDAY, "All is down.", known("zimbra", plan="premier"), channel="phone", severity=1)
    case.does(MONDAY + HOUR / 4, "ask").does(MONDAY + HOUR, "exempt", "yes").does(MONDAY + 2 * HOUR, "exempt", "no")
    clock = case.case.running("resolution")
    assert clock is not None
    assert clock.state == "paused"
    case.writes(MONDAY + 3 * HOUR, "Here is the log.")
    # four hours from the response, of which none has gone by while the customer had the turn
    assert case.due("resolution") == MONDAY + 7 * HOUR


def test_a_proposal_turned_down_changes_no_clock_and_an_exemption_is_said_once(case: Matter) -> None:
    due = case.due("response")
    case.does(MONDAY + HOUR, "exempt", "no")
    assert case.due("response") == due
    case.does(MONDAY + HOUR, "exempt", "yes")
    with pytest.raises(Refused, match="is exempt already"):
        case.does(MONDAY + HOUR, "exempt", "yes")
