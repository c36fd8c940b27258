"""`make bench`: each figure beside its floor in the same run; a table, `var/bench.json` and `docs/performance.md`.

    python -m benchmarks [--cases N] [--page]

`--cases`: open cases for what is measured among a million, where there is no time for a million. `--page` writes
docs/performance.md.
"""

import argparse
import json
import os
import platform
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import a_million, due_time, mail_to_case, mail_to_sent, read_mail, render_answer, smtp_accept
from benchmarks.figure import Figure
from benchmarks.page import page

ROOT = Path(__file__).parent.parent


def figures(cases: int) -> Iterator[tuple[str, Figure]]:
    """Each figure by its name, as soon as it is there."""
    kept, bare, _ = smtp_accept.main()
    yield "smtp_accept", Figure(kept, "mails/s", bare, "a bare aiosmtpd that keeps nothing")
    if two := smtp_accept.of_two_processes():
        yield "smtp_accept_two", two
    else:
        print("smtp_accept_two          left out: it needs Postfix's smtp-source")
    yield "mail_to_case", mail_to_case.measure()
    yield "mail_to_sent", mail_to_sent.measure()
    yield "read_mail", read_mail.figure()
    yield "render_answer", render_answer.figure()
    yield "due_time", due_time.figure()
    idle, among = a_million.measure(cases)
    yield "tick_idle_million", idle
    yield "mail_to_case_at_million", among


def main() -> None:
    wishes = argparse.ArgumentParser(prog="python -m benchmarks")
    wishes.add_argument("--cases", type=int, default=a_million.CASES)
    wishes.add_argument("--page", action="store_true")
    wished = wishes.parse_args()
    load = os.getloadavg()[0]
    found: dict[str, Figure] = {}
    for name, figure in figures(wished.cases):
        found[name] = figure
        print(f"{name:24} {figure.value:10.1f} {figure.unit:8} floor {figure.floor:10.1f}   ratio {figure.ratio:6.2f}")
    (ROOT / "var").mkdir(exist_ok=True)
    (ROOT / "var" / "bench.json").write_text(json.dumps({name: each.json() for name, each in found.items()}, indent=2))
    if wished.page:
        about = (
            f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"SQLite {sqlite3.sqlite_version}, load {load:.1f} when it began, {wished.cases:,} cases"
        )
        (ROOT / "docs" / "performance.md").write_text(page(found, about), encoding="utf-8")


if __name__ == "__main__":
    main()
