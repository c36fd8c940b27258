"""Wrong input is named in a clear line on standard error, with what would be right; never a traceback."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import termios
from pathlib import Path
from typing import Any

import pytest
from house import mail, write_config
from running import COMMAND_SECONDS, PROGRAM, STARTS_WITHIN, Running, eventually, intake, running

URL = re.compile(r"(?m)^url = .*$")
ADA = ("--as", "ada@desk.example")
# the words, the exit status, and what standard error must name: where, and what would be right
WRONG: list[tuple[str, int, tuple[str, ...]]] = [
    ("explain missing.eml", 1, ("missing.eml", "No such file", "expected")),
    ("explain empty-folder", 1, ("empty-folder holds no mails",)),
    ("explain binary.dat", 1, ("binary.dat", "not a mail")),
    ("explain latin.toml", 1, ("latin.toml", "not a mail", "expected")),
    ("explain header.csv a.eml", 1, ("header.csv", "not a mail")),
    ("explain empty.eml", 1, ("empty.eml", "it is empty")),
    ("explain a.eml --to nobody@elsewhere.example", 1, ("nobody@elsewhere.example", "open-xchange@support.example")),
    ("explain a.eml --at yesterday", 1, ("--at", "yesterday", "2026-11-23T09:00:00+01:00")),
    ("explain a.eml --at 2026-11-23T09:00:00", 1, ("--at", "2026-11-23T09:00:00+01:00")),
    ("explain a.eml --at 9999-12-31T23:59:59Z", 1, ("--at", "9999")),
    ("explain a.eml --config missing.toml", 1, ("missing.toml", "No such file")),
    ("explain a.eml --config empty-folder", 1, ("empty-folder", "Is a directory")),
    ("explain a.eml --config latin.toml", 1, ("latin.toml", "not UTF-8")),
    ("explain a.eml --config broken.toml", 1, ("broken.toml:1", "not TOML")),
    ("explain", 2, ("FILES",)),
    ("ingest missing.eml", 1, ("missing.eml", "No such file")),
    ("ingest a.eml --to nobody@elsewhere.example", 1, ("nobody@elsewhere.example",)),
    ("case show OX-9", 1, ("OX-9", "intake case list")),
    ("case reply OX-9 hello --as ada@desk.example", 1, ("OX-9",)),
    ("case note OX-9 hello --as ada@", 1, ("--as", '"ada@"', "ada@desk.example")),
    ("case assign OX-9 ada@ --as ada@desk.example", 1, ("the agent", '"ada@"', "ada@desk.example")),
    ("agent show nobody", 1, ('"nobody"', "intake agent add")),
    ("agent import header.csv", 1, ("header.csv", "address,name,zone")),
    ("case note OX-9 hello", 2, ("--as",)),
    ("case status OX-9 nope --as ada@desk.example", 2, ("nope", "resolved")),
    ("case list --state nope", 2, ("nope", "resolved")),
    ("case list --limit 0", 2, ("--limit",)),
    ("case open --from kim --subject x --as ada@desk.example", 1, ("--from", '"kim"')),
    ("case open --from k@h.example --subject x --to no@x.example --as ada@desk.example", 1, ("no@x.example",)),
    ("case open --from k@h.example --subject x --channel fax --as ada@desk.example", 1, ("fax", "phone or portal")),
    ("due", 2, ("--batch", "--opened")),
    (
        "due --policy open-xchangd --severity 1 --opened 2026-11-23T09:00:00Z",
        1,
        ("open-xchangd", 'did you mean "open-xchange"?'),
    ),
    ("due --policy open-xchange --severity 9 --opened 2026-11-23T09:00:00Z", 1, ("severity", "1, 2, 3, 4")),
    ("due --policy open-xchange --severity two --opened 2026-11-23T09:00:00Z", 1, ("severity", "two", "1, 2, 3, 4")),
    ("due --policy zimbra --plan gold --severity 1 --opened 2026-11-23T09:00:00Z", 1, ("gold", "elite, elite-plus")),
    ("due --policy zimbra --severity 1 --opened 2026-11-23T09:00:00", 1, ("offset", "2026-11-23T09:00:00+01:00")),
    ("due --policy open-xchange --severity 1 --opened noon", 1, ("opened", "noon")),
    ("due --policy open-xchange --severity 1 --opened 2026-11-23T09:00:00Z --target soon", 1, ("soon", "30 minutes")),
    ("due --policy missing.toml --severity 1 --opened 2026-11-23T09:00:00Z", 1, ("missing.toml", "No such file")),
    ("due --policy latin.toml --severity 1 --opened 2026-11-23T09:00:00Z", 1, ("latin.toml", "not UTF-8")),
    ("due --policy broken.toml --severity 1 --opened 2026-11-23T09:00:00Z", 1, ("broken.toml:1", "not TOML")),
    ("due --batch missing.jsonl", 1, ("missing.jsonl", "No such file")),
    ("due --batch empty-folder", 1, ("empty-folder", "Is a directory")),
    ("parked show 9", 1, ("9", "intake parked list")),
    ("parked show 99999999999999999999", 2, ("less than or equal",)),
    ("parked retry 9", 1, ("9", "intake parked list")),
    ("parked show x", 2, ("integer",)),
    ("outbox show 9", 1, ("9", "intake outbox list")),
    ("outbox retry 9", 1, ("outgoing mail 9",)),
    ("outbox withhold 9 --as ada@desk.example", 1, ("outgoing mail 9",)),
    ("outbox release 9 --as ada@desk.example", 1, ("outgoing mail 9",)),
    ("outbox list --state nope", 2, ("nope", "withheld")),
    ("tick --at nope", 1, ("--at", "nope")),
    ("tick --at 9999-12-31T23:59:59Z", 1, ("--at", "9999")),
    ("template check missing", 1, ("missing", "no such folder")),
    ("template render acknowledgement", 1, ('did you mean "acknowledgment"',)),
    ("template render acknowledgment --case OX-9", 1, ("OX-9",)),
    ("template render acknowledgment --language xx", 1, ("--language", '"xx"', "de, en")),
    ("customer import missing.toml", 1, ("missing.toml", "No such file")),
    ("customer import latin.toml", 1, ("latin.toml", "not UTF-8")),
    ("customer import broken.toml", 1, ("broken.toml:1", "not TOML")),
    ("customer import empty-folder", 1, ("empty-folder", "Is a directory")),
    ("customer import policy.toml", 1, ("policy.toml:3", "policy", "open-xchange")),
    ("customer import header.csv", 1, ("header.csv", "name,domains,policy")),
    ("customer import cells.csv", 1, ("cells.csv:2", "more cells")),
    ("customer import both.csv", 1, ("both.csv:1: targets", "twice")),
    ("customer show Nobody", 1, ("Nobody",)),
    ("agent add nomail --name X", 1, ("address",)),
    ("agent add ada@desk.example --name X --zone Nowhere", 1, ("zone", "Europe/Berlin")),
    ("agent add ada@desk.example --name X --zone America/NewYork", 1, ('did you mean "America/New_York"?',)),
    ("agent add ada@desk.example --name X --zone berlin", 1, ('did you mean "Europe/Berlin"?',)),
    ("agent import policy.toml", 1, ("policy.toml",)),
    ("agent import latin.toml", 1, ("latin.toml", "not UTF-8")),
    ("init a.eml", 1, ("a.eml", "File exists")),
    ("demo --once --folder a.eml", 1, ("a.eml", "File exists")),
    ("serve --roles smtpd", 2, ("smtpd", "lmtp")),
    ("case list --config typo.toml", 1, ("typo.toml:", 'did you mean "hostname"?')),
    ("case list --config driver.toml", 1, ("driver.toml:13", "store.url", "postgresql://")),
    ("case list --config url.toml", 1, ("store.url", "postgresql://")),
    ("check --config folder.toml", 1, ("folder.toml:", "files.policies", "a.eml is no folder")),
    ("check --config french.toml", 1, ("french.toml:8", "service.language", "de, en")),
    ("check --config link.toml", 1, ("link.toml:9", "service.public_url", "https://")),
    ("check --config lost.toml", 1, ("lost.toml:", "files.templates", "lost is no folder of templates")),
    ("template check --config lost.toml", 1, ("lost.toml:", "files.templates", "lost is no folder")),
    ("due --policy broken --severity 1 --opened 2026-11-23T09:00:00Z --config mine.toml", 1, ("broken.toml:1", "TOML")),
    (f"explain {'a' * 300}.eml", 1, ("aaa.eml", "name too long")),
    (f"ingest {'a' * 300}.eml", 1, ("aaa.eml", "name too long")),
    (f"init {'a' * 300}", 1, ("aaa", "name too long")),
    ("nope", 2, ("nope",)),
    ("chekc", 2, ("chekc", "did you mean 'check'")),
    ("case list --queue nope", 1, ("--queue", "nope", "security, support")),
    ("outbox list --queue nope", 1, ("--queue", "nope", "security, support")),
    ("agent add zimbra@support.example --name X", 1, ("zimbra@support.example", "route's own address")),
    ("due --batch a.eml --policy zoho", 2, ("--batch", "without --policy")),
    ("due --policy zoho --severity 1 --opened 2026-11-23T09:00:00Z --tag critcal", 1, ('did you mean "critical"?',)),
    ("template render nope", 1, ("nope", "intake template list")),
    ("serve --roles=", 2, ("--roles names none", "lmtp")),
    ("check --config types.toml", 1, ("smtp.listen: must be a text in quotes", "roles.triage: must be a list")),
    ("check --config tls.toml", 1, ("smtp.tls_certificate: there is no file", "smtp.tls_key: there is no file")),
]
# and of SQLite's files
WRONG_FILES: list[tuple[str, int, tuple[str, ...]]] = [
    ("serve --config taken.toml", 1, ("store.folder", "a.eml is a file")),
    ("check --config taken.toml", 1, ("taken.toml:", "store.folder", "a.eml is a file")),
    ("ledger --config taken.toml", 1, ("store.folder", "a.eml is a file")),
    ("case list --config garbage.toml", 1, ("garbage/", "not a database")),
]


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that can be wrong about a file."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "empty-folder").mkdir()
    (folder / "a.eml").write_bytes(mail())
    (folder / "empty.eml").write_bytes(b"")
    (folder / "binary.dat").write_bytes(bytes(range(256)) * 20)
    (folder / "latin.toml").write_bytes(b'name = "\xe4"\n')
    (folder / "broken.toml").write_text("a = ]\n")
    (folder / "policy.toml").write_text('[[customer]]\nname = "X"\npolicy = "nope"\n')
    (folder / "header.csv").write_text("name,domains,policy\n")
    (folder / "cells.csv").write_text("name,policy,targets.response.1\nX,open-xchange,1 hour, 24x7\n")
    (folder / "both.csv").write_text("name,policy,targets,targets.response.1\nX,open-xchange,1 hour,2 hours\n")
    config = write_config(folder / "config").read_text()
    (folder / "taken.toml").write_text(config.replace('folder = "var"', 'folder = "a.eml"'))
    (folder / "garbage.toml").write_text(config.replace('folder = "var"', 'folder = "garbage"'))
    (folder / "garbage").mkdir()
    for name in ("desk.db", "spool.db"):
        (folder / "garbage" / name).write_bytes(b"this is no database at all\n" * 200)
    (folder / "driver.toml").write_text(URL.sub('url = "mysql://localhost/x"', config))
    (folder / "url.toml").write_text(URL.sub('url = "elsewhere"', config))
    (folder / "folder.toml").write_text(config.replace('# policies = "policies"', 'policies = "a.eml"'))
    (folder / "mine.toml").write_text(config.replace('# policies = "policies"', 'policies = "policies"'))
    (folder / "policies").mkdir()
    (folder / "policies" / "broken.toml").write_text("a = ]\n")
    types = config.replace('listen = "127.0.0.1:8025"', "listen = 8025", 1)
    types = types.replace('triage = ["triage@desk.example"]', 'triage = "triage@desk.example"')
    (folder / "types.toml").write_text(types)
    (folder / "tls.toml").write_text(config.replace("# tls_", "tls_"))
    (folder / "french.toml").write_text(config.replace('language = "en"', 'language = "fr"', 1))
    (folder / "link.toml").write_text(config.replace('public_url = ""', 'public_url = "desk"', 1))
    (folder / "lost.toml").write_text(config.replace('# templates = "templates"', 'templates = "lost"', 1))
    (folder / "typo.toml").write_text(config.replace("hostname =", "hostnam ="))
    return folder


@pytest.mark.parametrize("lines", [WRONG, pytest.param(WRONG_FILES, marks=pytest.mark.sqlite("its files"))])
def test_each_wrong_input_is_named_with_what_would_be_right(
    wrong: Path, commands: Any, lines: list[tuple[str, int, tuple[str, ...]]]
) -> None:
    ends = commands(*(line.split() for line, _, _ in lines), folder=wrong)
    unclear = [done for done, (_, status, named) in zip(ends, lines, strict=True) if not is_clear(done, status, named)]
    assert not unclear, "\n".join(map(str, unclear))


def is_clear(done: Any, status: int, named: tuple[str, ...]) -> bool:
    """Whether it ended so, and said so in a line or two with everything that is to be named."""
    noise = ("Traceback", "mistake of this program", "\x1b")
    says = all(each.lower() in done.err.lower() for each in named) and not any(each in done.err for each in noise)
    return says and done.status == status and (status == 2 or len(done.err.splitlines()) <= 2)


def test_a_bad_argument_and_bad_standard_input_are_named(wrong: Path) -> None:
    config = str(write_config(wrong / "own"))
    opened = ["case", "open", "--from", "kim@hosting.example", "--subject", "x", *ADA, "--config", config]
    assert intake(*opened, folder=wrong).returncode == 0
    cases = [
        (["case", "note", "OX-1001", os.fsdecode(b"\xff"), *ADA], b"", b"not UTF-8"),
        (["case", "note", "OX-1001", "-", *ADA], b"\xff\xfe", b"not UTF-8"),
        (["case", "reply", "OX-1001", " ", *ADA], b"", b"empty"),
        (["explain", os.fsdecode(b"\xff.eml")], b"", b"No such file"),
    ]
    for words, stdin, said in cases:
        done = intake(*words, "--config", config, folder=wrong, stdin=stdin)
        assert (done.returncode, said in done.stderr) == (1, True), done
        assert b"Traceback" not in done.stderr


def test_a_policy_that_is_broken_stands_in_no_other_ones_way(wrong: Path, commands: Any) -> None:
    asked = ["due", "--policy", "zimbra", "--severity", "1", "--opened", "2026-11-23T09:00:00Z", "--json"]
    (done,) = commands([*asked, "--config", "mine.toml"], folder=wrong)
    assert done.json["response"]["due"]


def test_a_line_of_a_batch_that_cannot_be_read_spoils_itself_alone(wrong: Path) -> None:
    good = b'{"id": 1, "policy": "open-xchange", "severity": 1, "opened": "2026-11-23T09:00:00Z"}\n'
    lines = b"\xff\n" + b"[" * 100_000 + b"\n" + good + good.replace(b'"id": 1', b'"id": NaN')
    done = intake("due", "--batch", "-", folder=wrong, stdin=lines)
    assert (done.returncode, done.stderr) == (0, b"")
    first, second, third, fourth = (json.loads(line) for line in done.stdout.splitlines())
    assert fourth == {"id": None, "error": "not JSON: NaN is no number"}
    marked = intake("due", "--batch", "-", folder=wrong, stdin=b"\xef\xbb\xbf" + good)
    assert json.loads(marked.stdout) == third
    assert first == {"id": None, "error": "the line is not UTF-8"}
    assert second["error"].startswith("not JSON")
    assert third["id"] == 1


def test_a_misspelt_setting_of_the_environment_is_named(wrong: Path) -> None:
    done = intake("case", "list", folder=wrong, env={"INTAKE_SMTP__LISTN": "x"})
    assert done.returncode == 1
    assert b'INTAKE_SMTP__LISTN: no such key; did you mean "listen"?' in done.stderr


def test_nobody_is_troubled_when_the_reader_of_our_output_goes_away(wrong: Path) -> None:
    for words in (["case", "list", "--json"], ["case", "list"], ["--help"]):
        end, ours = os.pipe()
        os.close(end)
        process = subprocess.Popen([str(PROGRAM), *words], stdout=ours, stderr=subprocess.PIPE, cwd=wrong)
        os.close(ours)
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (1, b""), words


def test_ctrl_c_ends_a_command_without_a_traceback(wrong: Path) -> None:
    config = write_config(wrong / "interrupted")
    process = subprocess.Popen(
        [str(PROGRAM), "ingest", "-", "--config", str(config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # a shell has what it runs in the background ignore Ctrl-C, tests included
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdin
    process.stdin.write(b"Subject: half\n")
    process.stdin.flush()
    eventually(lambda: unread(process) == 0, STARTS_WITHIN, "the command to read")
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=COMMAND_SECONDS)
    assert (process.returncode, out) == (130, b""), said
    assert said == b""


def unread(process: "subprocess.Popen[bytes]") -> int:
    """How many bytes it was given and has not taken yet."""
    assert process.stdin
    return int.from_bytes(fcntl.ioctl(process.stdin, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_ctrl_c_stops_the_program_as_a_service_manager_does(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        program.send(mail())
        eventually(lambda: program.json("ledger")["waiting"] == 0, 60)
        interrupt(program)
        eventually(lambda: "stopped" in program.log(), 30, "the end")
        assert "Traceback" not in program.log()


def interrupt(program: Running) -> None:
    """What a terminal does: every process of the group gets it."""
    assert program.pid
    os.killpg(program.pid, signal.SIGINT)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with running(tmp_path / "one") as first:
        place = f"127.0.0.1:{first.port}"
        second = write_config(tmp_path / "two", {"smtp.listen": place})
        done = intake("serve", "--config", str(second), folder=tmp_path)
        assert done.returncode == 1
        assert place in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()


@pytest.mark.sqlite("on PostgreSQL several may serve")
def test_a_folder_that_is_taken_is_named(tmp_path: Path) -> None:
    with running(tmp_path / "one") as first:
        again = first.attempt("serve")
        assert again.returncode == 1
        assert f"{first.folder / 'var'}: process {first.pid} serves " in again.stderr.decode()


@pytest.mark.sqlite("on PostgreSQL nothing has to be written there")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, commands: Any) -> None:
    # nobody may make a folder there, root included
    config = write_config(tmp_path, {"store.folder": "/proc/nowhere"})
    for done in commands(["case", "list", "--config", str(config)], ["init", "/proc/nowhere"]):
        assert done.status == 1
        assert "/proc/nowhere: cannot be written" in done.err
