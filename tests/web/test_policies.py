"""Policies in the console: as published, examples, the calculator, versions, and replaying a change."""

import re
import time

import pytest
from console import ADA, BO, Desk, Person
from house import FORM

from intake.cli import policy_page
from intake.core.policy.published import published
from intake.desk.due import due

SECURITY = "security@support.example"
TEXT = re.compile(r"<[^>]+>")


def words(html: str) -> str:
    return " ".join(TEXT.sub(" ", html).split())


def upload(somebody: Person, policy: str, text: str) -> str:
    return somebody.client.post(
        f"/policies/{policy}/replay",
        data={"csrf": somebody.csrf},
        files={"file": ("changed.toml", text.encode())},
        follow_redirects=True,
    ).text


def replayed(somebody: Person, policy: str) -> str:
    """The result of a replay, once it is there."""
    until = time.monotonic() + 300
    while "hx-get" in (page := somebody.get(f"/policies/{policy}/replay/progress").text):
        assert time.monotonic() < until
    return page


def test_the_list_names_every_policy_and_where_its_mail_goes(here: Desk) -> None:
    page = here.person(role="viewer").get("/policies").text
    for policy in here.home.house.policies:
        assert f'href="/policies/{policy.name}"' in page
    assert "zimbra@support.example" in page
    assert SECURITY not in page
    assert SECURITY in here.person("security@desk.example").get("/policies").text


@pytest.mark.parametrize("name", ["open-xchange", "zimbra", "zerto", "zitadel", "zoho"])
def test_a_policy_reads_as_the_command_publishes_it(here: Desk, name: str) -> None:
    shown = published(here.home.house.policies.get(name), here.now.date())
    standing = policy_page.html(shown)
    body = standing[standing.index("<p>Source") : standing.index("</body>")]
    assert words(body) in words(here.person().get(f"/policies/{name}").text)


@pytest.mark.parametrize("name", ["open-xchange", "zitadel"])
def test_examples_are_run_and_told(here: Desk, name: str) -> None:
    count = len(here.home.house.policies.get(name).file.examples)
    page = here.person().get(f"/policies/{name}/examples").text
    assert f"All {count} examples come out as they say" in page


def test_the_calculator_answers_as_the_command_does(here: Desk) -> None:
    ada = here.person()
    asked = {"severity": 2, "opened": "2026-11-23T09:00:00+01:00", "targets": {"response": {"2": "4 business hours"}}}
    answer = due(here.home.house.policies.get("open-xchange"), asked)
    page = ada.get("/policies/open-xchange/due", severity=2, opened="2026-11-23T09:00", target="4 business hours").text
    # an instant without an offset is one of the reader's zone, Berlin
    assert answer["response"]["due"] == "2026-11-23T12:00:00+00:00"
    assert "Monday 23 November 2026, 13:00 CET (Berlin)" in page
    for reason in answer["because"]:
        assert reason["clause"] in page
    now = ada.get("/policies/open-xchange/due", severity=1, target="1 hour, 24x7").text
    assert "Monday 23 November 2026, 11:00 CET" in now


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"severity": 9}, "severity: 9 is none"),
        ({"severity": 1, "zone": "Europe/Berln"}, "zone"),
        ({"severity": 1, "opened": "yesterday"}, "opened"),
        ({"severity": 1, "opened": "9999-12-31T23:59", "target": "1 hour, 24x7"}, "leaves the years"),
        ({"severity": 1, "opened": "0001-01-01T00:00", "target": "1 hour, 24x7"}, "too far"),
        ({"severity": 1, "target": "soon"}, "soon"),
    ],
)
def test_the_calculator_says_what_it_cannot_answer(here: Desk, asked: dict[str, object], said: str) -> None:
    found = here.person().get("/policies/open-xchange/due", **asked)
    assert found.status_code == 400
    assert said in words(found.text)


def test_versions_tell_how_many_cases_run_under_which(fresh: Desk) -> None:
    fresh.case(subject="One")
    fresh.person().act(fresh.case(subject="Two"), "status", "resolved")
    policy = fresh.home.house.policies.get("open-xchange")
    page = words(fresh.person().get("/policies/open-xchange/versions").text)
    assert re.search(rf"{policy.version} serves \S+( \S+)? 1 2 ", page), page


def test_zit_5_counts_of_versions_leave_private_cases_out(fresh: Desk) -> None:
    fresh.case(to=SECURITY, subject="A hole")
    page = words(fresh.person(ADA, "admin").get("/policies/zitadel/versions").text)
    assert re.search(r"serves \S+( \S+)? 0 0 ", page), page
    assert re.search(r" 1 1 ", words(fresh.person("security@desk.example").get("/policies/zitadel/versions").text))


def test_a_changed_file_is_replayed_and_what_differs_is_told(fresh: Desk) -> None:
    boss, reference = fresh.person(BO, "manager"), fresh.case()
    text = fresh.home.house.policies.get("open-xchange").text
    upload(boss, "open-xchange", text)
    assert "0 of 1 cases would differ" in replayed(boss, "open-xchange")
    assert "None" not in boss.get("/policies/open-xchange/replay.csv").text
    changed = re.sub(r"(?m)^severity = 2$", "severity = 3", text)
    upload(boss, "open-xchange", changed)
    assert reference in replayed(boss, "open-xchange") or changed == text
    upload(boss, "open-xchange", text.replace('severity = "given"', "severity = 1"))
    page = words(replayed(boss, "open-xchange"))
    assert re.search(rf"{reference} severity \d \(OX-5\) 1 \(OX-5\)", page), page
    assert re.search(r"response due \w\w\w \d\d:\d\d \(OX-4\)|response due none|response due \d\d:\d\d", page), page
    assert "+00:00" not in page


def test_a_file_that_is_no_policy_or_another_one_is_refused(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    assert "changed.toml" in upload(boss, "zimbra", "name = 'x'")
    other = fresh.home.house.policies.get("zoho").text
    assert "right would be zimbra" in upload(boss, "zimbra", other)
    agent = fresh.person(ADA, "agent")
    assert agent.get("/policies/zimbra/replay").status_code == 403
    assert "may not do this" in upload(agent, "zimbra", other)


def test_zit_5_a_replay_looks_at_no_private_case_of_others(fresh: Desk) -> None:
    fresh.case(FORM, to=SECURITY, subject="A hole")
    text = fresh.home.house.policies.get("zitadel").text
    boss = fresh.person(BO, "manager")
    upload(boss, "zitadel", text)
    assert "of 0 cases" in replayed(boss, "zitadel")
    insider = fresh.person("security@desk.example", "manager")
    upload(insider, "zitadel", text)
    assert "of 1 cases" in replayed(insider, "zitadel")


def test_an_unknown_policy_is_nothing_here(here: Desk) -> None:
    for path in ("", "/examples", "/due", "/versions"):
        assert here.person().get(f"/policies/nothing{path}").status_code == 404
