"""What scripts build on: every command takes `--config` and `--json`, and acts stand under the name that was given."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from house import CUSTOMERS, mail, write_config
from running import intake

ADA = ["--as", "ada@desk.example"]
# every command in an order in which each finds what it needs, with a key or more of what it prints
EVERY: list[tuple[str, set[str]]] = [
    ("init made", {"folder", "config"}),
    ("agent add ada@desk.example --name Ada", {"address", "name", "zone"}),
    ("agent import agents.csv", {"new", "changed", "same"}),
    ("agent show ada@desk.example", {"address", "name", "zone", "roles"}),
    ("agent list", set()),
    ("customer import customers.toml", {"new", "changed", "same"}),
    ("customer list", set()),
    ("customer show Sample", {"name", "domains", "contacts", "targets", "support_keys", "account_manager"}),
    ("ingest a.eml deep.eml", {"kept", "known", "unreadable", "ledger"}),
    ("explain a.eml", {"file", "message", "outcome", "case", "answer", "no_answer_because"}),
    ("due --policy open-xchange --severity 1 --opened 2026-11-23T09:00:00Z", {"id", "response", "update", "because"}),
    ("case list", set()),
    ("case show OX-1001", {"reference", "messages", "clocks", "history", "because", "outgoing"}),
    ("case reply OX-1001 hello --as ada@desk.example", {"reference", "state", "assignee"}),
    ("case note OX-1001 hello --as ada@desk.example", {"reference"}),
    ("case assign OX-1001 bo --as ada@desk.example", {"reference"}),
    ("case severity OX-1001 3 --as ada@desk.example", {"reference"}),
    ("case status OX-1001 waiting --as ada@desk.example", {"reference"}),
    ("case workaround OX-1001 --as ada@desk.example", {"reference"}),
    ("case escalate OX-1001 --as ada@desk.example", {"reference"}),
    ("case have-it OX-1001 --as ada@desk.example", {"reference"}),
    ("case agreed OX-1001 call --as ada@desk.example", {"reference"}),
    ("case waive OX-1001 steps_to_reproduce --as ada@desk.example", {"reference"}),
    ("case open --from kim@hosting.example --subject Call --as ada@desk.example", {"reference"}),
    ("case spam OX-1002 --as ada@desk.example", {"reference"}),
    ("ledger", {"received", "waiting", "balanced"}),
    ("agent add cy@desk.example --name Cy", {"address"}),
    ("agent remove cy@desk.example --as ada@desk.example", {"address", "open_cases", "cases_that_are_over", "removed"}),
    ("parked list", set()),
    ("parked show 2", {"id", "outcomes", "raw"}),
    ("parked retry 2", set()),
    ("outbox list", set()),
    ("outbox show 1", {"id", "case", "kind", "to", "subject", "state", "message_id", "queued_at", "sent_at", "reason"}),
    ("outbox withhold 1 --as ada@desk.example", {"id", "state"}),
    ("outbox release 1 --as ada@desk.example", {"id", "state"}),
    ("outbox retry 1", {"id", "state"}),
    ("tick", {"at", "chased", "sent", "later", "failed"}),
    ("forecast --at 2099-01-01T00:00:00Z", {"from", "to", "events", "totals"}),
    ("report credits", {"days", "customers"}),
    ("policy list", set()),
    ("policy show open-xchange", {"name", "version", "severities", "targets"}),
    ("policy schema", {"properties"}),
    ("policy backtest made/policies/open-xchange.toml", {"policy", "was", "becomes", "totals"}),
    ("policy apply open-xchange", {"policy", "version", "applied", "cases"}),
    ("template list", set()),
    ("template check", set()),
    ("template render acknowledgment --case OX-1001", {"subject", "text", "html"}),
    ("check", set()),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a configuration, customers, agents, a mail and one that cannot be read."""
    write_config(tmp_path)
    short = "Severity: 2\nModule: mail\n"
    (tmp_path / "a.eml").write_bytes(mail(short))
    (tmp_path / "deep.eml").write_bytes(b"Subject: x\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 1500 + b"end\r\n")
    (tmp_path / "customers.toml").write_text(CUSTOMERS.replace("Sample Telco", "Sample"))
    (tmp_path / "agents.csv").write_text("address,name,zone\nbo@desk.example,Bo Example,Europe/Berlin\n")
    return tmp_path


def test_every_command_takes_config_and_json_and_prints_one_value(folder: Path, commands: Any) -> None:
    lines = [[*line.split(), "--config", "config.toml", "--json"] for line, _ in EVERY]
    ends = commands(*lines, folder=folder)
    wrong = []
    for done, (line, keys) in zip(ends, EVERY, strict=True):
        shown = done.out.splitlines()
        value = json.loads(shown[0]) if done.status == 0 and len(shown) == 1 else None
        sound = isinstance(value, list) if not keys else isinstance(value, dict) and keys <= set(value)
        wrong += [] if sound else [(line, done.status, done.out[:300], done.err)]
    assert not wrong
    assert json.loads(ends[-1].out) == []


def test_the_demo_and_the_service_print_json_too(folder: Path) -> None:
    done = intake("demo", "--once", "--json", "--folder", "demo", "--config", "config.toml", folder=folder)
    value = json.loads(done.stdout)
    assert {"folder", "listening", "cases", "ledger"} == set(value)
    assert value["ledger"]["balanced"]
    assert len(value["cases"]) >= 5


def test_the_configuration_may_come_from_the_environment(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    env = {"INTAKE_CONFIG": str(folder / "config.toml")}
    assert intake("ingest", str(folder / "a.eml"), folder=folder / "elsewhere", env=env).returncode == 0
    assert intake("case", "show", "OX-1001", "--config", "config.toml", folder=folder).returncode == 0
    assert list((folder / "elsewhere").iterdir()) == []


def test_an_agent_whom_nobody_added_acts_under_what_was_written_and_is_warned_of(folder: Path, commands: Any) -> None:
    _, fresh, named, case = commands(
        ["ingest", "a.eml"],
        ["case", "reply", "OX-1001", "Please restart.", "--as", "someone"],
        ["case", "note", "OX-1001", "Rang.", "--as", "bo@desk.example"],
        ["case", "show", "OX-1001", "--json"],
        folder=folder,
    )
    assert (fresh.status, fresh.out) == (0, "OX-1001 answered\n")
    assert 'warning: --as: "someone" is no agent; there is none yet; `intake agent add ADDRESS' in fresh.err
    assert named.status == 0
    assert "`intake agent add bo@desk.example" in named.err
    actors = [entry["actor"] for entry in case.json["history"]]
    assert actors[-2:] == ["someone", "bo@desk.example"]
    # notices go to whoever has a case: a name without an address has none
    assert case.json["assignee"] is None


def test_an_agent_is_found_by_address_by_name_and_by_what_stands_before_the_at(folder: Path, commands: Any) -> None:
    ways = ["ADA@desk.example", "ada", "Ada Beispiel", " ada beispiel "]
    _, _, _, *noted, near, case = commands(
        ["agent", "add", "ada@desk.example", "--name", "Ada Beispiel"],
        ["agent", "add", "bo@desk.example", "--name", "Bo Example"],
        ["ingest", "a.eml"],
        *(["case", "note", "OX-1001", "x", "--as", way] for way in ways),
        ["case", "assign", "OX-1001", "bo", "--as", "adda@desk.example"],
        ["case", "show", "OX-1001", "--json"],
        folder=folder,
    )
    assert [(done.status, done.err) for done in noted] == [(0, "")] * 4
    assert 'did you mean "ada@desk.example"?' in near.err
    entries = [entry["actor"] for entry in case.json["history"] if entry["event"] == "note"]
    assert entries == ["ada@desk.example"] * 4
    assert case.json["assignee"] == "bo@desk.example"


def test_a_case_may_be_given_to_a_role(folder: Path, commands: Any) -> None:
    _, given, wrong = commands(
        ["ingest", "a.eml"],
        ["case", "assign", "OX-1001", "lead", *ADA, "--json"],
        ["case", "assign", "OX-1001", "leed", *ADA],
        folder=folder,
    )
    assert given.json["assignee"] == "lead"
    assert (wrong.status, "the roles of open-xchange are" in wrong.err) == (1, True)


def test_that_a_case_is_given_to_an_address_which_is_nobodys_is_told(folder: Path, commands: Any) -> None:
    _, _, near, agent = commands(
        ["ingest", "a.eml"],
        ["agent", "add", "ada@desk.example", "--name", "Ada Beispiel"],
        ["case", "assign", "OX-1001", "adda@desk.example", *ADA],
        ["case", "assign", "OX-1001", "ada@desk.example", *ADA],
        folder=folder,
    )
    assert near.status == 0
    assert 'warning: the agent: "adda@desk.example" is no agent; did you mean "ada@desk.example"?' in near.err
    assert (agent.status, agent.err) == (0, "")


def test_whoever_escalates_stands_in_the_history_whatever_the_reason(folder: Path, commands: Any) -> None:
    _, done, case, outbox = commands(
        ["ingest", "a.eml"],
        ["case", "escalate", "OX-1001", "--because", "production stands still", *ADA],
        ["case", "show", "OX-1001", "--json"],
        ["outbox", "list", "--json"],
        folder=folder,
    )
    assert done.status == 0
    (entry,) = (each for each in case.json["history"] if each["event"] == "escalated")
    assert entry["actor"] == "ada@desk.example"
    assert entry["because"][0]["text"] == "production stands still"
    (notice,) = (each["subject"] for each in outbox.json if each["kind"] == "desk-escalated")
    # no clock was missed, so none is named
    assert notice.startswith("[OX-1001] Escalated to you: severity 2")


def test_explain_names_the_case_of_the_first_copy(folder: Path, commands: Any) -> None:
    before, _, after = commands(
        ["explain", "a.eml", "--json"], ["ingest", "a.eml"], ["explain", "a.eml", "--json"], folder=folder
    )
    assert (before.json["outcome"], before.json["case"]) == ("new_case", None)
    assert (after.json["outcome"], after.json["case"]) == ("duplicate", "OX-1001")


LATE = """
import sys
from intake.cli import main

heavy, sys.argv = set(sys.argv[1].split(",")), ["intake", *sys.argv[2:]]
try:
    main()
finally:
    loaded = heavy & set(sys.modules)
    assert not loaded, loaded
"""


@pytest.mark.parametrize(
    ("heavy", "line"),
    [
        ("pydantic,sqlalchemy,structlog", "--help"),
        (
            "sqlalchemy,structlog,jinja2,pebble,dns.resolver",
            "due --policy zimbra --severity 1 --opened 2026-11-23T09:00Z",
        ),
        ("structlog,jinja2,pebble,dns.resolver,alembic", "ledger"),
    ],
)
def test_a_command_waits_for_no_library_that_it_does_not_use(folder: Path, heavy: str, line: str) -> None:
    words = [sys.executable, "-c", LATE, heavy, *line.split()]
    if line == "ledger":
        assert intake("ledger", folder=folder).returncode == 0
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
