"""Kills without end, in rounds that go on from where they stopped; writes the page that says how many there were.

    python tests/support/soak.py [ROUNDS]

The counts are those of the table in docs/reliability.md, whoever wrote them, and each round that holds adds its own.
What a round that does not hold leaves behind stands in var/soak.
"""

import re
import shutil
import signal
import sys
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path

from kills import survive
from postgres import Postgres, postgres

ROOT = Path(__file__).parent.parent.parent
FOLDER, PAGE = ROOT / "var" / "soak", ROOT / "docs" / "reliability.md"
MAILS, KILLS = 500, 50
SQLITE, POSTGRES = "SQLite, one program", "PostgreSQL, three programs"
ROW = re.compile(r"\| (SQLite|PostgreSQL), [^|]+ \| (.+) \|")
TEXT = """# Reliability

This page is written by `make soak`, which goes on from the counts below; nothing on it was typed by hand.

Until {day}: {kills:,} kills (`kill -9` of whole programs, at random moments) while {mails:,} mails streamed in over
SMTP and LMTP.

| on | rounds | mails | kills | sessions that clients began | letters that left twice |
| --- | ---: | ---: | ---: | ---: | ---: |
{rows}

No mail that got its 250 was lost, each had one outcome and one case, each case its one acknowledgment, and
`intake ledger --audit` found nothing broken; a round in which it is otherwise ends the run and is not counted here.
Clients begin a session again, as mail servers do, until they get a 250. A letter leaves a second time, byte for byte
and with the same Message-ID, where its program was killed between handing it over and the commit that notes so, which
letters that leave at about the same time share. On PostgreSQL any of the programs dies, and one time in four the
database.
"""

Counts = dict[str, list[int]]


def main(rounds: int) -> None:
    """So many rounds, each with kills of its own, on SQLite and PostgreSQL in turns."""
    counts = read_page(PAGE.read_text(encoding="utf-8"))
    with postgres() as server:
        for _ in range(rounds):
            on = min(counts, key=lambda on: counts[on][0])
            added = _round(counts[on][0], server if on == POSTGRES else None)
            counts[on] = [before + more for before, more in zip(counts[on], added, strict=True)]
            PAGE.write_text(page(counts, datetime.now(UTC)), encoding="utf-8")
            sys.stdout.write(f"{on}: {counts[on]}\n")
            sys.stdout.flush()


def read_page(text: str) -> Counts:
    """The counts of a page's table by what they ran on, in the order of its columns; 0 for what it lacks."""
    counts = {on: [0] * 5 for on in (SQLITE, POSTGRES)}
    for on, cells in re.findall(ROW, text):
        name = next(each for each in counts if each.startswith(on))
        counts[name] = [int(cell.replace(",", "")) for cell in cells.split("|")]
    return counts


def page(counts: Counts, now: datetime) -> str:
    """The page that tells them."""
    rows = [f"| {on} | {' | '.join(f'{each:,}' for each in numbers)} |" for on, numbers in counts.items()]
    _, mails, kills, *_ = (sum(each) for each in zip(*counts.values(), strict=True))
    return TEXT.format(day=f"{now:%Y-%m-%d}", kills=kills, mails=mails, rows="\n".join(rows))


def _round(number: int, server: Postgres | None) -> tuple[int, ...]:
    """One round's counts, as the table has them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    if server is None:
        survived = survive(FOLDER, MAILS, KILLS, seed=1_000 + number)
    else:

        def dies() -> None:
            server.stop()
            server.start()

        url = server.database()
        survived = survive(FOLDER, MAILS, KILLS, seed=2_000_000 + number, url=url, instances=3, also=[dies])
        server.drop(url)
    shutil.rmtree(FOLDER)
    return (1, *astuple(survived))


if __name__ == "__main__":
    # an end in order takes the programs, the clients' server and the database along
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
