"""The page of figures, made from the figures."""

import json
from collections.abc import Mapping

from benchmarks.figure import Figure
from benchmarks.memory import RESULT

WHAT = {
    "smtp_accept": "a mail accepted by SMTP and durably kept",
    "smtp_accept_two": "the same by two processes on one spool",
    "mail_to_case": "a mail from the spool to a stored case with its queued acknowledgment, two readers",
    "mail_to_sent": "the same, until a mail server has taken the acknowledgment",
    "read_mail": "one mail read",
    "render_answer": "one acknowledgment made, from values to bytes",
    "due_time": "twelve business hours added to an instant",
    "tick_idle_million": "a chaser's tick that finds nothing to do, among many open cases",
    "mail_to_case_at_million": "a mail to a stored case, among many open cases",
}


PAGE = """# Performance

This page is written by `.venv/bin/python -m benchmarks --page`; nothing on it was typed by hand. `make bench` measures
the same and prints it.

Measured: {about}.

A load well above nothing means that others used the machine: compare the ratios then, since each figure and its floor
were measured in the same run.

| what | figure | floor | ratio | the floor is |
| --- | --- | --- | --- | --- |
{rows}

Mails are those of `benchmarks/corpus.py`: 70 % plain with a form, 20 % multipart of 8 to 20 kB, 10 % with attachments
of 50 to 200 kB.

## Memory

`.venv/bin/python -m benchmarks.memory` runs the receiver (`--roles smtp`) and the desk (`--roles desk,send,chase`) as
two processes with one reading process, and lets mail stream in. Last on {memory[day]}, {memory[minutes]:g} minutes,
{memory[mails]:,} mails; resident megabytes:

| process | once warm | at the end | most |
| --- | --- | --- | --- |
{memory_rows}

A reading process ends after 2,000 chunks of up to ten mails, and another takes its place.
"""


def page(found: Mapping[str, Figure], about: str) -> str:
    """Markdown."""
    rows = [
        f"| {WHAT[name]} (`{name}`) | {_shown(each.value)} {each.unit} | {_shown(each.floor)} | {each.ratio:.2f} "
        f"| {each.what} |"
        for name, each in found.items()
    ]
    memory = json.loads(RESULT.read_text(encoding="utf-8"))
    held = [
        f"| {part} | {of['warm']:.0f} | {of['end']:.0f} | {of['most']:.0f} |"
        for part, of in memory["megabytes"].items()
    ]
    return PAGE.format(about=about, rows="\n".join(rows), memory=memory, memory_rows="\n".join(held))


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
