"""A program of some roles alone: it has what these need, and no more."""

import subprocess
import sys
from pathlib import Path

import pytest

LOOK = """
import sys
from pathlib import Path
from intake.app.program import Program
from intake.config import load
program = Program(load(Path(sys.argv[1])), [sys.argv[2]])
program.start()
print(program.listening)
program.close()
print(*sys.modules)
"""


@pytest.mark.parametrize("role", ["smtp", "send"])
def test_a_process_that_only_takes_or_sends_mail_loads_nothing_that_reads_and_decides(
    role: str, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[smtp]\nlisten = "127.0.0.1:0"\n[[route]]\naddress = "support@desk.example"\npolicy = "zoho"\n',
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(config), role], capture_output=True, text=True, timeout=60, check=True
    )
    said, modules = done.stdout.splitlines()
    assert ("smtp 127.0.0.1" in said) == (role == "smtp")
    assert not {"intake.desk.receive", "intake.outbound.templateset", "jinja2", "numpy"} & set(modules.split())
