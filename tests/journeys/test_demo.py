"""The demo, and templates that change while the program serves."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from house import CUSTOMERS, mail
from running import PROGRAM, Running, eventually, running

from intake.shipped import shipped

SUBJECT = re.compile(r"^Subject: .*")


def test_the_demo_ends_by_itself_with_cases_a_letter_and_where_to_look_next(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/intake").symlink_to(PROGRAM)
    words = ["bin/intake", "demo", "--once", "--folder", str(folder)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr.decode()
    assert re.search(r"^OX-\d+ .* 2 ", shown, re.MULTILINE)
    assert re.search(r"To \S+@\S+: \[OX-\d+\] We have", shown)
    assert "it balances" in shown
    # what it names as the next command works as it stands there
    next_command = re.search(r"(\S*intake) (case show \S+ --config \S+)", shown)
    assert next_command
    assert next_command[1] == "bin/intake"
    again = subprocess.run(
        [*next_command[0].split(), "--json"], cwd=tmp_path, capture_output=True, check=False, timeout=120
    )
    assert json.loads(again.stdout)["reference"] in next_command[2]
    assert not (tmp_path / "var").exists()


@pytest.fixture
def own_templates(tmp_path: Path) -> Path:
    """Templates of one's own beside config.toml."""
    made = tmp_path / "templates/en"
    made.mkdir(parents=True)
    text = (shipped("templates") / "en/acknowledgment.md").read_text()
    (made / "acknowledgment.md").write_text(SUBJECT.sub("Subject: [{{ case.reference }}] Ours", text, count=1))
    return made / "acknowledgment.md"


def acknowledgments(program: Running, count: int) -> list[str]:
    """The subjects of the acknowledgments, once there are as many."""

    def found() -> list[str] | None:
        rows = [row["subject"] for row in program.json("outbox", "list") if row["kind"] == "acknowledgment"]
        return rows if len(rows) >= count else None

    return eventually(found, 60, f"{count} acknowledgments\n{program.log()[-2000:]}")


def test_a_broken_template_never_serves_and_a_good_one_serves_from_the_next_mail_on(
    tmp_path: Path, own_templates: Path
) -> None:
    good = own_templates.read_text()
    with running(tmp_path, {"files.templates": "templates"}, customers=CUSTOMERS) as program:

        def write(number: int) -> str:
            program.send(mail(subject=f"Question {number}", message_id=f"{number}@hosting.example"))
            return acknowledgments(program, number)[-1]

        assert write(1).endswith("Ours")
        own_templates.write_text("Subject: Broken {{ case.nothing }}\n\nHello {% if %}\n")
        eventually(lambda: "acknowledgment.md:" in program.log(), 60, "the broken file to be named")
        assert write(2).endswith("Ours")

        seen = len(program.log())
        own_templates.write_text(SUBJECT.sub("Subject: [{{ case.reference }}] Anew", good, count=1))
        eventually(lambda: "read again" in program.log(seen), 60, "the good file to be read")
        assert write(3).endswith("Anew")
        assert program.stop() == 0
        assert "Traceback" not in program.log()
