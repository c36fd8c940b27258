"""What 10,000 lines of `intake due --batch` take, beside reading and writing the same lines and nothing else.

    python benchmarks/due_batch.py [lines]

Prints seconds of the whole command, its start included. The aim is 10 s for 10,000 lines.
"""

import json
import random
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

FULL = Path(__file__).parents[1] / "tests" / "support" / "full.toml"
OPENED = datetime(2026, 1, 1, tzinfo=UTC)
COPY = "import sys, json\nfor line in sys.stdin:\n    print(json.dumps(json.loads(line)))"


def lines(count: int) -> str:
    """So many cases at random instants of three years."""
    random.seed(1)
    made = (
        {
            "id": number,
            "policy": str(FULL),
            "plan": random.choice(["gold", "basic"]),
            "severity": random.choice([1, 2, 3]),
            "opened": (OPENED + timedelta(minutes=random.randrange(3 * 525_600))).isoformat(),
            "zone": random.choice(["Europe/Berlin", "Asia/Tokyo", "America/Sao_Paulo"]),
        }
        for number in range(count)
    )
    return "\n".join(map(json.dumps, made)) + "\n"


def seconds(words: list[str], given: str) -> float:
    """How long a command takes that reads `given`."""
    began = time.perf_counter()
    subprocess.run(words, input=given.encode(), stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - began


def main(count: int) -> None:
    given = lines(count)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "cases.jsonl"
        file.write_text(given, encoding="utf-8")
        program = str(Path(sys.executable).with_name("intake"))
        print(f"{seconds([program, 'due', '--batch', str(file)], ''):8.2f} s  intake due --batch, {count} lines")
    print(f"{seconds([sys.executable, '-c', COPY], given):8.2f} s  the same lines read and written")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
