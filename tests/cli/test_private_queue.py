"""ZIT-5: a private queue's cases stand in no list that people read unless they name the queue."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from house import mail, write_config

SECURITY = "security@support.example"
HIDDEN = 'cases of the private queue "security" are not shown: --queue security shows them'


def test_zit_5_lists_for_people_leave_private_cases_out_unless_their_queue_is_named(
    tmp_path: Path, commands: Any
) -> None:
    write_config(tmp_path)
    now = datetime.now(UTC)
    date = now.strftime("%a, %d %b %Y %H:%M:%S +0000")
    for name, to, subject in (("one", "zitadel@support.example", "Login slow"), ("two", SECURITY, "A hole")):
        raw = mail("Severity: 1\n", to=to, subject=subject, message_id=f"{name}@x.example", Date=date)
        (tmp_path / f"{name}.eml").write_bytes(raw)
    at = (now + timedelta(days=20)).isoformat()
    done = commands(
        ("ingest", "one.eml", "two.eml", "--config", "config.toml"),
        ("case", "list", "--config", "config.toml"),
        ("case", "list", "--queue", "security", "--config", "config.toml"),
        ("case", "list", "--json", "--config", "config.toml"),
        ("case", "list", "--json", "--queue", "support", "--config", "config.toml"),
        ("forecast", "--at", at, "--config", "config.toml"),
        ("forecast", "--at", at, "--queue", "security", "--config", "config.toml"),
        ("report", "credits", "--config", "config.toml"),
        ("outbox", "list", "--config", "config.toml"),
        ("outbox", "list", "--queue", "security", "--config", "config.toml"),
        ("outbox", "list", "--json", "--config", "config.toml"),
    )
    assert [each.status for each in done] == [0] * len(done)
    _, plain, named, whole, support, forecast, of_queue, credits_, outbox, outbox_of_queue, every_letter = done
    (secret,) = [each["reference"] for each in whole.json if each["queue"] == "security"]
    assert "Login slow" in plain.out
    assert "A hole" not in plain.out
    assert secret not in plain.out
    assert HIDDEN in plain.out
    assert "A hole" in named.out
    assert "Login slow" not in named.out
    assert [each["subject"] for each in support.json] == ["Login slow"]
    assert secret not in forecast.out
    assert HIDDEN in forecast.out
    assert "ZIT-" not in of_queue.out.replace(secret, "")
    assert secret not in credits_.out
    assert "Login slow" in outbox.out
    assert "A hole" not in outbox.out
    assert secret not in outbox.out
    assert "security@desk.example" not in outbox.out
    assert HIDDEN in outbox.out
    assert "A hole" in outbox_of_queue.out
    assert "Login slow" not in outbox_of_queue.out
    assert {secret} < {each["case"] for each in every_letter.json}
