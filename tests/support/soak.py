"""Kills without end, in rounds that go on from where they stopped; writes the page that says how many there were.

    python tests/support/soak.py [ROUNDS]

Counts stand in var/soak.json, and docs/reliability.md is made from them.
"""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from kills import Survived, survive

ROOT = Path(__file__).parent.parent.parent
COUNTS, PAGE = ROOT / "var" / "soak.json", ROOT / "docs" / "reliability.md"
MAILS, KILLS = 200, 20
TEXT = """# Reliability

This page is written by `make soak`, which goes on from where it stopped; nothing on it was typed by hand.

Until {day}: {kills:,} kills of the whole program (`kill -9`, at random moments, on SQLite) while {mails:,} mails
streamed in over SMTP. No mail that got its 250 was lost, each had one outcome and one case, each case its one
acknowledgment, and `intake ledger --audit` found nothing broken; a round in which it is otherwise ends the run and is
not counted here. Clients began {tries:,} SMTP sessions, as mail servers do that try again. Letters that left a second
time, with the same Message-ID, since their program was killed between handing them over and noting so: {twice:,}.
"""


def main(rounds: int) -> None:
    """So many rounds, each with kills of its own."""
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {"rounds": 0}
    for _ in range(rounds):
        with TemporaryDirectory() as folder:
            survived = survive(Path(folder), MAILS, KILLS, seed=1_000 + counts["rounds"])
        counts["rounds"] += 1
        _add(counts, survived)
        COUNTS.parent.mkdir(exist_ok=True)
        COUNTS.write_text(json.dumps(counts))
        PAGE.write_text(TEXT.format(day=f"{datetime.now(UTC):%Y-%m-%d}", **counts), encoding="utf-8")
        sys.stdout.write(f"{counts}\n")


def _add(counts: dict[str, int], survived: Survived) -> None:
    for name, value in asdict(survived).items():
        counts[name] = counts.get(name, 0) + value


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
