"""What is published is what runs: each figure comes from the file, with its clause."""

from datetime import date

import pytest
from full import full
from matter import shipped

from intake.core.policy.policy import Policy
from intake.core.policy.published import published
from intake.core.policy.published_when import condition
from intake.core.policy.schema_rules import When

TODAY = date(2026, 11, 25)


def rows(clock: str) -> dict[tuple[str | None, ...], dict[int, str | None]]:
    (table,) = [each for each in published(full(), TODAY)["targets"] if each["clock"] == clock]
    return {
        (row["plan"], *row["tags"]): {level: cell and cell["target"] for level, cell in row["cells"].items()}
        for row in table["rows"]
    }


def test_the_table_of_targets_says_what_holds_for_each_plan_tag_and_severity() -> None:
    assert rows("response")["basic",] == {1: "1 to 2 hours", 2: "4 business hours", 3: "1 business day"}
    assert rows("response")["basic", "critical"][1] == "1 to 2 hours, 24x7"
    assert rows("response")["gold",] == {1: "30 minutes, 24x7", 2: "2 business hours", 3: "best effort"}


def test_a_clock_that_counts_from_the_response_says_so() -> None:
    assert rows("resolution") == {
        ("gold",): {1: "8 hours, 24x7", 2: None, 3: None},
        ("basic",): {1: "4 hours, from the response", 2: "1 business day, from the response", 3: None},
    }


def test_closed_dates_of_this_year_and_the_next_are_named() -> None:
    (calendar,) = published(full(), TODAY)["calendars"]
    assert list(calendar["closed"]) == [2026, 2027]
    named = {each["date"]: each["name"] for each in calendar["closed"][2027]}
    assert named["2027-11-24"] == "Founders' Day"
    assert named["2027-03-26"] == "Good Friday"


def test_a_policy_without_plans_or_targets_is_published_too(policy: Policy) -> None:
    shown = published(policy, TODAY)
    assert [table["clock"] for table in shown["targets"]] == ["response"]
    assert [each["label"] for each in shown["fields"]] == ["Severity", "System", "Steps", "Nickname"]


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (When(), "always"),
        (When(given=False, channel="email"), "no severity was given; by email"),
        (When(plans=["gold"], words=["outage", "down*"]), "plan: gold; words: outage, down*"),
        (When(given_in=[1, 2], example_off_by=2), "given: 1, 2; 2 levels or more from the example"),
        (When(fields={"module": ["mail"]}, tags=["x"], sender="known"), "module: mail; tag: x; sender known"),
    ],
)  # fmt: skip
def test_conditions_stand_in_words(when: When, said: str) -> None:
    assert condition(when) == said


def test_of_many_words_the_first_are_shown() -> None:
    assert condition(When(words=list("abcdefg"))) == "words: a, b, c, d, e, and 2 more"
    assert condition(When(words=list("abcdef"))) == "words: a, b, c, d, e, f"


def test_what_stands_in_no_table_is_published_too() -> None:
    file = shipped("zoho").file
    other = shipped("zimbra").file
    parts = [
        file.entitlement,
        file.registration,
        file.consent,
        file.flood,
        file.escalation,
        shipped("zitadel").file.credits,
    ]
    parts += [other.engineer, *other.alerts, *other.allowance, *other.lowering, *other.warnings, *other.tasks]
    policies = [shipped(name) for name in ("zoho", "zimbra", "zitadel")]
    told = [each["text"] for policy in policies for each in published(policy, TODAY)["further"]]
    assert all(part and any(part.reason.published in text for text in told) for part in parts)


def test_no_part_of_a_condition_is_left_out() -> None:
    whole = When(
        given=True, given_in=[1], severity=[2], channel="email", plans=["p"], fields={"f": ["v"]}, words=["w"],
        without_words=["n"], tags=["t"], sender="known", example=True, example_off_by=1,
    )  # fmt: skip
    assert len(condition(whole).split("; ")) == len(When.model_fields)
