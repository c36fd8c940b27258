"""What commands say of second runs, parts that are off, languages and counts is true, and written for people."""

from pathlib import Path
from typing import Any

from house import CUSTOMERS, mail, write_config
from running import running

from intake.outbound.samples import SAMPLES, sample

AGENTS = "address,name,zone\nada@desk.example,Ada,Europe/Berlin\nbo@desk.example,Bo,\n"
GERMAN = CUSTOMERS.replace('language = "en"', 'language = "de"')
DEEP = b"From: kim@hosting.example\r\nMIME-Version: 1.0\r\n" + b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each) for each in range(200)
)


def test_a_second_run_says_what_was_there_already(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "customers.toml").write_text(CUSTOMERS)
    (tmp_path / "changed.toml").write_text(CUSTOMERS.replace("Europe/London", "Europe/Dublin"))
    (tmp_path / "agents.csv").write_text(AGENTS)
    (tmp_path / "a.eml").write_bytes(mail())
    imports = ["customer import customers.toml", "customer import customers.toml", "customer import changed.toml"]
    imports += ["agent import agents.csv", "agent import agents.csv", "ingest a.eml", "ingest a.eml"]
    said = [done.out.partition("\n")[0] for done in commands(*(line.split() for line in imports))]
    assert said == [
        "2 customers new, 0 changed, 0 the same",
        "0 customers new, 0 changed, 2 the same",
        "0 customers new, 1 changed, 1 the same",
        "2 agents new, 0 changed, 0 the same",
        "0 agents new, 0 changed, 2 the same",
        "1 mail kept and decided; the ledger balances",
        "1 mail kept and decided, 1 known already; the ledger balances",
    ]


def test_one_of_a_thing_is_not_called_many(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    _, tick, later = commands(["ingest", "a.eml"], ["tick"], ["tick"])
    assert tick.out == "0 cases chased; 1 mail sent, 0 for later, 0 failed\n"
    assert later.out == "0 cases chased; 0 mails sent, 0 for later, 0 failed\n"


def test_parked_mails_are_listed_with_times_as_people_read_them(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "deep.eml").write_bytes(DEEP)
    config = str(write_config(tmp_path, {"notices.zone": "Europe/Berlin"}))
    _, listed = commands(*([*line.split(), "--config", config] for line in ("ingest deep.eml", "parked list")))
    assert " CET " in listed.out or " CEST " in listed.out
    assert "+00:00" not in listed.out


def test_a_letter_is_shown_in_its_cases_language_unless_another_is_asked_for(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "customers.toml").write_text(GERMAN)
    (tmp_path / "a.eml").write_bytes(mail())
    render = ["template", "render", "acknowledgment"]
    *_, own, english, plain = commands(
        ["customer", "import", "customers.toml"],
        ["ingest", "a.eml"],
        [*render, "--case", "OX-1001"],
        [*render, "--case", "OX-1001", "--language", "en"],
        render,
    )
    assert "Guten Tag" in own.out
    assert "Hello" in english.out
    assert "Hello" in plain.out


def test_samples_in_german_have_german_dates() -> None:
    assert sample("acknowledgment", "de")["response"]["due"] == (
        "Montag, 23. November 2026, 13:00 (Europe/Berlin, CET)"
    )
    assert all(sample(name, "en") == values for name, values in SAMPLES.items())


def test_who_tried_a_letter_again_stands_in_its_cases_history(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "agents.csv").write_text(AGENTS)
    (tmp_path / "a.eml").write_bytes(mail())
    *_, retried, case = commands(
        ["agent", "import", "agents.csv"],
        ["ingest", "a.eml", "--answer"],
        ["outbox", "retry", "1", "--as", "Ada"],
        ["case", "show", "OX-1001", "--json"],
    )
    assert retried.status == 0
    assert [each["event"] for each in case.json["history"] if each["actor"] == "ada@desk.example"] == ["tried again"]


def test_the_program_names_only_parts_that_have_work(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        (line,) = [each for each in program.log().splitlines() if each.startswith("intake serves")]
        assert "smtp" in line
        assert "lmtp" not in line
        assert "imap" not in line
