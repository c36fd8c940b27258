"""What the commands print for scripts, what they leave behind, and what they leave alone."""

import csv
import hashlib
import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest
from house import CUSTOMERS, FORM, ROUTE, mail, write_config
from running import PROGRAM, intake

EXPLAIN = (
    "file message fields missing outcome case route policy policy_version plan severity marks because clocks answer "
    "no_answer_because"
)
MESSAGE = (
    "message_id subject from to cc date text new_text attachments kind bounce in_reply_to references language "
    "authenticated defects"
)
OUTBOX = "id case kind to subject state message_id queued_at sent_at reason"
LEDGER = "received new_case reply automatic duplicate junk parked waiting balanced"
ADA = ["--as", "ada@desk.example"]


def rows(folder: Path) -> dict[str, list[Any]]:
    """Everything that stands in the databases."""
    found: dict[str, list[Any]] = {}
    for file in ("desk.db", "spool.db"):
        with sqlite3.connect(f"file:{folder / file}?mode=ro", uri=True) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                found[f"{file} {table}"] = connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608
        connection.close()
    return found


def files(folder: Path) -> dict[str, str]:
    """Every file with its content's hash."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_explain_tells_everything_and_writes_nothing_where_there_is_no_store(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    (tmp_path / "b.eml").write_bytes(mail(FORM.replace("Severity: 2", "Severity: 9"), message_id="b@hosting.example"))
    at = ["--at", "2026-11-23T09:00:00+01:00"]
    both, shown = commands(["explain", "a.eml", "b.eml", "--json", *at], ["explain", "a.eml", *at])
    assert "letter    desk-new-case to triage@desk.example\n" in shown.out
    first, second = (json.loads(line) for line in both.out.splitlines())
    assert set(files(tmp_path)) == {"a.eml", "b.eml"}
    assert set(EXPLAIN.split()) <= set(first)
    assert set(MESSAGE.split()) <= set(first["message"])
    assert (first["file"], first["outcome"], first["case"], first["route"]) == ("a.eml", "new_case", None, ROUTE)
    assert set(first["fields"]["severity"]) == {"label", "value", "written", "valid"}
    assert (second["fields"]["severity"]["valid"], second["missing"]) == (False, ["severity"])
    assert {"clause", "text"} == set(first["because"][0])
    assert {"kind", "started", "aim", "due", "calendar", "because"} <= set(first["clocks"][0])
    assert {"template", "language", "to", "subject", "text"} == set(first["answer"])


def test_explain_reads_the_store_and_leaves_it_as_it_is_even_where_a_policy_has_changed(
    tmp_path: Path, commands: Any
) -> None:
    (home,) = commands(["init", "home"])
    assert home.status == 0
    (tmp_path / "customers.toml").write_text(CUSTOMERS)
    (tmp_path / "a.eml").write_bytes(mail())
    config = ["--config", "home/config.toml"]
    ready = commands(["customer", "import", "customers.toml", *config], ["ingest", "a.eml", *config])
    assert [done.status for done in ready] == [0, 0]
    policy = tmp_path / "home/policies/open-xchange.toml"
    policy.write_text(policy.read_text().replace("You gave Severity", "You said Severity"))
    template = tmp_path / "home/templates/en/acknowledgment.md"
    template.write_text(template.read_text().replace("Subject: ", "Subject: New ", 1))

    before = rows(tmp_path / "home/var")
    again, other = commands(["explain", "a.eml", "--json", *config], ["explain", "-", "--json", *config])
    assert again.json["outcome"] == "duplicate"
    assert other.status == 1
    done = intake("explain", "-", "--json", *config, folder=tmp_path, stdin=mail(message_id="two@hosting.example"))
    explained = json.loads(done.stdout)
    assert "You said Severity 2." in [each["text"] for each in explained["because"]]
    assert explained["answer"]["subject"].startswith("New ")
    assert explained["clocks"][0]["due"]
    assert rows(tmp_path / "home/var") == before


def test_a_case_through_every_act_of_a_person(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "half.eml").write_bytes(mail("".join(FORM.splitlines(keepends=True)[:9])))
    (tmp_path / "customers.toml").write_text(CUSTOMERS)
    steps = [
        ["agent", "add", "ada@desk.example", "--name", "Ada Beispiel", "--zone", "Europe/Berlin"],
        ["customer", "import", "customers.toml", "--json"],
        ["ingest", "half.eml", "--answer", "--json"],
        ["case", "reply", "OX-1001", "Please restart.", "--attach", "half.eml", *ADA, "--json"],
        ["case", "note", "OX-1001", "Rang twice.", *ADA, "--json"],
        ["case", "assign", "OX-1001", "bo@desk.example", *ADA, "--json"],
        ["case", "severity", "OX-1001", "3", "--because", "a workaround", *ADA, "--json"],
        ["case", "status", "OX-1001", "waiting", *ADA, "--json"],
        ["case", "waive", "OX-1001", "steps_to_reproduce", *ADA, "--json"],
        ["case", "open", "--from", "kim@telco.example", "--subject", "A call", "--text", FORM, *ADA, "--json"],
        ["case", "spam", "OX-1002", *ADA, "--json"],
    ]
    ends = commands(*steps)
    assert [done for done in ends if done.status] == []
    assert ends[1].json == {"new": 2, "changed": 0, "same": 0}
    assert set(ends[2].json) == {"kept", "known", "unreadable", "ledger"}
    looks = ["case list", "case list --state closed", "case show OX-1001", "outbox list", "ledger", "parked list"]
    looks += ["agent list", "customer list", "template list", "tick"]
    listed, closed, case, letters, ledger, parked, agents, customers, templates, tick = (
        done.json for done in commands(*([*line.split(), "--json"] for line in looks))
    )
    assert [row["reference"] for row in listed] == ["OX-1001", "OX-1002"]
    assert [row["reference"] for row in closed] == ["OX-1002"]
    assert (case["state"], case["severity"], case["assignee"], case["waived"]) == (
        "waiting",
        3,
        "bo@desk.example",
        ["steps_to_reproduce"],
    )
    acts = [entry["event"] for entry in case["history"] if entry["actor"] == "ada@desk.example"]
    assert len(acts) >= 6
    response = next(clock for clock in case["clocks"] if clock["kind"] == "response")
    assert response["ended"]
    assert [each["direction"] for each in case["messages"]] == ["in", "out", "note"]
    assert [(each["filename"], each["sent"]) for each in case["messages"][1]["attachments"]] == [("half.eml", True)]
    assert all(set(OUTBOX.split()) <= set(row) for row in letters)
    assert {"missing-information", "reply"} <= {row["kind"] for row in letters if row["case"] == "OX-1001"}
    assert set(ledger) == set(LEDGER.split())
    assert (ledger["received"], ledger["new_case"], ledger["balanced"], parked) == (1, 1, True, [])
    assert agents == [{"address": "ada@desk.example", "name": "Ada Beispiel", "zone": "Europe/Berlin"}]
    assert [row["name"] for row in customers] == ["Beispiel Hosting", "Sample Telco"]
    assert {"name", "language", "version"} == set(templates[0])
    assert (tick["failed"], tick["sent"] > 0) == (0, True)


def test_a_letter_is_kept_back_and_let_go_under_a_persons_name(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    opened, shown, withheld, tick, listed, released, again, case = commands(
        ["ingest", "a.eml", "--answer"],
        ["outbox", "show", "1", "--json"],
        ["outbox", "withhold", "1", *ADA],
        ["tick"],
        ["outbox", "list", "--state", "withheld", "--json"],
        ["outbox", "release", "1", *ADA],
        ["outbox", "show", "1", "--json"],
        ["case", "show", "OX-1001", "--json"],
    )
    assert [done.status for done in (opened, withheld, tick, released)] == [0] * 4
    assert "Auto-Submitted: auto-replied" in shown.json["raw"]
    assert [row["id"] for row in listed.json] == [1]
    assert again.json["state"] == "queued"
    events = [(entry["actor"], entry["event"]) for entry in case.json["history"]]
    assert ("ada@desk.example", "withheld") in events
    assert ("ada@desk.example", "released") in events


def test_a_parked_mail_is_shown_byte_for_byte_and_decided_again(tmp_path: Path, commands: Any) -> None:
    deep = b"Subject: deep\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 1500 + b"end\r\n"
    (tmp_path / "deep.eml").write_bytes(deep)
    kept, listed, shown, again = commands(
        ["ingest", "deep.eml", "--json"], ["parked", "list", "--json"], ["parked", "show", "1"],
        ["parked", "retry", "1", "--json"],
    )  # fmt: skip
    assert kept.json["ledger"]["parked"] == 1
    assert {"id", "route", "reason", "parked_at", "size"} <= set(listed.json[0])
    assert shown.out.encode() == deep
    assert [row["outcome"] for row in again.json] == ["parked"]


def test_a_mail_taken_for_automatic_is_listed_with_its_reason_and_released(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "note.eml").write_bytes(b"From: kim@hosting.example\r\nSubject: x\r\nX-Autoreply: yes\r\n\r\nHelp\r\n")
    _, listed, again, empty = commands(
        ["ingest", "note.eml"], ["parked", "list", "--automatic", "--json"], ["parked", "retry", "1", "--json"],
        ["parked", "list", "--automatic", "--json"],
    )  # fmt: skip
    assert [row["reason"] for row in listed.json] == ["auto-reply: x-autoreply in the header"]
    assert [row["outcome"] for row in again.json] == ["new_case"]
    assert empty.json == []


def test_people_read_one_mail_and_a_sender_without_a_name(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "a.eml").write_bytes(mail(sender="kim@hosting.example"))
    kept, case, explained = commands(["ingest", "a.eml"], ["case", "show", "OX-1001"], ["explain", "a.eml"])
    assert kept.out.startswith("1 mail kept and decided")
    assert "  from      <kim@hosting.example>   customer" in case.out
    assert "  from      <kim@hosting.example>  (person)" in explained.out


def test_people_read_due_times_of_explain_in_local_time(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "customers.toml").write_text(CUSTOMERS)
    (tmp_path / "a.eml").write_bytes(mail())
    asked = ["explain", "a.eml", "--at", "2026-11-23T09:00:00+01:00"]
    _, read, scripted = commands(["customer", "import", "customers.toml"], asked, [*asked, "--json"])
    assert scripted.json["clocks"][0]["due"] == "2026-11-23T12:00:00+00:00"
    assert "  clock     response: due Mon 23 Nov 2026 13:00 CET" in read.out


def test_due_answers_a_line_each_and_goes_on_after_a_bad_one(tmp_path: Path, commands: Any) -> None:
    asked = {"policy": "open-xchange", "plan": None, "severity": 2, "opened": "2026-11-20T16:00:00+01:00"}
    target = {"targets": {"response": {"2": "4 business hours"}}}
    lines = [{"id": 1, **asked, **target, "unknown": 1}, {"id": 2, **asked}, {"id": 3, "policy": "nope"}]
    text = "\n".join(
        [*(json.dumps(line) for line in lines), "no json", json.dumps({"id": 5, **asked, **target}), " ", ""]
    )
    (tmp_path / "cases.jsonl").write_text(text)
    (done,) = commands(["due", "--batch", "cases.jsonl"])
    first, second, third, fourth, fifth = (json.loads(line) for line in done.out.splitlines())
    assert done.status == 0
    # Friday 16:00 in Berlin: one hour that day, three on Monday
    assert first["response"] == {"due": "2026-11-23T11:00:00+00:00", "calendar": "business"}
    assert {"id", "response", "update", "resolution", "because"} == set(first)
    assert second["response"] is None
    assert (third["id"], "nope" in third["error"], fourth["id"]) == (3, True, None)
    assert fifth["response"] == first["response"]
    piped = intake("due", "--batch", "-", folder=tmp_path, stdin=text.encode())
    assert piped.stdout.decode() == done.out


def test_init_writes_a_configuration_that_checks_and_works_and_is_not_written_over(
    tmp_path: Path, commands: Any
) -> None:
    (tmp_path / "a.eml").write_bytes(mail())
    made, checked, taken, listed, rendered, other = commands(
        ["init", "desk"],
        ["check", "--config", "desk/config.toml", "--json"],
        ["ingest", "a.eml", "--config", "desk/config.toml"],
        ["case", "list", "--config", "desk/config.toml", "--json"],
        ["template", "render", "acknowledgment", "--case", "OX-1001", "--language", "de", "--json",
         "--config", "desk/config.toml"],
        ["template", "check", "desk/templates"],
    )  # fmt: skip
    assert [done.status for done in (made, checked, taken, listed, rendered, other)] == [0] * 6
    assert checked.json == []
    assert (tmp_path / "desk/var/desk.db").exists()
    assert not (tmp_path / "var").exists()
    assert "OX-1001" in rendered.json["subject"]
    before = files(tmp_path / "desk")
    (again,) = commands(["init", "desk"])
    assert again.status == 1
    assert "config.toml" in again.err
    assert files(tmp_path / "desk") == before


def test_init_leaves_no_folder_that_its_path_only_passes_through(tmp_path: Path, commands: Any) -> None:
    (made,) = commands(["init", "a/../desk", "--json"])
    assert made.status == 0
    assert Path(made.json["config"]).is_file()
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == ["desk"]


def test_init_says_why_it_cannot_write(tmp_path: Path) -> None:
    words = ["sh", "-c", 'ulimit -f 1; exec "$0" init desk', str(PROGRAM)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "desk: cannot be written: " in done.stderr
    assert "File too large" in done.stderr


def test_check_names_every_mistake_with_file_line_and_key(tmp_path: Path, commands: Any) -> None:
    (made,) = commands(["init", "desk"])
    assert made.status == 0
    config = tmp_path / "desk/config.toml"
    good = config.read_text()
    config.write_text(good.replace('policy = "open-xchange"', 'policy = "open-exchange"'))
    template = tmp_path / "desk/templates/en/reply.md"
    template.write_text(template.read_text() + "\n{{ nothing }}\n")
    policy = tmp_path / "desk/policies/open-xchange.toml"
    policy.write_text(policy.read_text().replace('kind = "line"', 'knid = "line"', 1))
    people, script = commands(["check", "--config", str(config)], ["check", "--config", str(config), "--json"])
    assert (people.status, script.status) == (1, 1)
    found = json.loads(script.out)
    assert {"file", "line", "key", "text"} == set(found[0])
    assert {Path(each["file"]).name for each in found} >= {"reply.md", "open-xchange.toml"}
    assert all(each["line"] for each in found if Path(each["file"]).name in ("reply.md", "open-xchange.toml"))
    assert 'did you mean "kind"?' in people.err

    config.write_text(good.replace("listen =", "listne =", 1))
    (unread,) = commands(["check", "--config", str(config), "--json"])
    (mistake,) = (each for each in json.loads(unread.out) if each["file"] == str(config))
    assert unread.status == 1
    assert good.splitlines()[mistake["line"] - 1].startswith("listen =")


def test_check_names_the_mistakes_of_every_kind_of_file_in_one_round(tmp_path: Path, commands: Any) -> None:
    (made,) = commands(["init", "desk"])
    assert made.status == 0
    config, policy, template = (
        tmp_path / "desk" / name for name in ("config.toml", "policies/zoho.toml", "templates/en/reply.md")
    )
    changes = [
        ("size_limit_mb = 25", 'size_limit_mb = "big"'),
        ("listen =", "listne ="),
        ('address = "zimbra@support.example"', 'address = "zimbra at support.example"'),
        ('policy = "zerto"', 'policy = "zertoo"'),
        ('role = "security"', 'role = "securty"'),
        ('manager = ["manager@desk.example"]', 'managr = ["manager@desk.example"]'),
        ("# DE = {", 'DEU = { lead = ["lead-de@desk.example"] }\nDE = { acount-manager = ["x@desk.example"] } # {'),
        ("old_mail_hours = 24", "old_mail_hours = -1"),
    ]
    text = config.read_text()
    for was, becomes in changes:
        assert was in text
        text = text.replace(was, becomes, 1)
    config.write_text(text)
    policy.write_text(policy.read_text().replace("prefix =", "prefx =", 1))
    template.write_text(template.read_text() + "\n{{ nothing }}\n")
    (done,) = commands(["check", "--config", str(config), "--json"])
    found = {(Path(each["file"]).name, each["key"]): each for each in json.loads(done.out)}
    expected = {
        ("config.toml", "smtp.size_limit_mb"): "big",
        ("config.toml", "smtp.listne"): 'did you mean "listen"?',
        ("config.toml", "route[2].address"): "support@company.example",
        ("config.toml", "route[3].policy"): 'did you mean "zerto"?',
        ("config.toml", "route[6].role"): 'did you mean "security"?',
        ("config.toml", "roles"): 'did you mean "managr"?',
        ("config.toml", "roles_in.DEU"): "such as DE",
        ("config.toml", "roles_in.DE.acount-manager"): 'did you mean "account-manager"?',
        ("config.toml", "answers.old_mail_hours"): "more than 0",
        ("zoho.toml", "prefx"): 'did you mean "prefix"?',
        ("zoho.toml", "prefix"): "missing",
        ("reply.md", ""): "nothing",
    }
    lines = text.splitlines()
    assert {place: each for place, each in expected.items() if each not in found.get(place, {}).get("text", "?")} == {}
    assert set(found) == set(expected)
    for (file, key), each in found.items():
        if file == "config.toml" and key != "roles":
            assert key.rpartition(".")[2].partition("[")[0] in lines[each["line"] - 1]


def test_customers_come_from_toml_and_from_csv_alike(tmp_path: Path, commands: Any) -> None:
    (tmp_path / "c.toml").write_text(CUSTOMERS)
    columns = ["name", "domains", "contacts", "policy", "zone", "country", "language", "support_keys"]
    targets = ["1 hour, 24x7", "4 business hours", "1 business day", "3 business days"]
    values = ["Beispiel Hosting", "hosting.example", "it@hosting.example", "open-xchange", "Europe/Berlin", "DE", "en"]
    for name, delimiter in (("comma.csv", ","), ("semicolon.csv", ";")):
        with (tmp_path / name).open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow([*columns, *(f"targets.response.{level}" for level in (1, 2, 3, 4))])
            writer.writerow([*values, "OX-KEY-1", *targets])
    ends = commands(
        ["customer", "import", "c.toml"],
        ["customer", "show", "Beispiel Hosting", "--json"],
        ["customer", "import", "comma.csv", "--json"],
        ["customer", "show", "Beispiel Hosting", "--json"],
        ["customer", "import", "semicolon.csv", "--json"],
        ["customer", "show", "Beispiel Hosting", "--json"],
    )
    assert [end.json["new"] for end in (ends[2], ends[4])] == [0, 0]
    assert ends[1].json == ends[3].json == ends[5].json


@pytest.mark.parametrize("locale", ["C", "en_US.ISO-8859-1"])
def test_what_a_terminal_cannot_show_stops_nothing_and_json_is_always_utf_8(tmp_path: Path, locale: str) -> None:
    config = str(write_config(tmp_path))
    env = {"LC_ALL": locale, "PYTHONIOENCODING": "iso-8859-1", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    text = mail(subject="受信箱 Grüße", message_id="j@hosting.example")
    assert intake("ingest", "-", "--config", config, folder=tmp_path, stdin=text, env=env).returncode == 0
    people = intake("case", "list", "--config", config, folder=tmp_path, env=env)
    script = intake("case", "list", "--json", "--config", config, folder=tmp_path, env=env)
    assert (people.returncode, script.returncode) == (0, 0)
    assert "Grüße".encode("iso-8859-1") in people.stdout
    assert json.loads(script.stdout.decode("utf-8"))[0]["subject"] == "受信箱 Grüße"
