"""What one acknowledgment costs, from values to finished bytes, beside the stdlib making the same mail in the same run.

    python benchmarks/render_answer.py [rounds]

Prints microseconds a mail, the best of the rounds: ours with templates filled, the templates alone, and, from texts
that are finished already, MIMEText and EmailMessage.
"""

import sys
import timeit
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from benchmarks.figure import Figure
from intake.core.answer.letter import Letter
from intake.core.mail.message import Address
from intake.outbound.render import render
from intake.outbound.samples import SAMPLES
from intake.outbound.templateset import load
from intake.shipped import shipped

CALLS = 500
OURS, FLOOR = "render: templates and bytes", "MIMEText, texts given"
LETTER = Letter(
    kind="acknowledgment",
    language="en",
    to=Address("Kim Sample", "kim@hosting.example"),
    sender=Address("Example Support", "support@desk.example"),
    envelope_from="bounce@desk.example",
    message_id="1042.a1@desk.example",
    date=datetime(2026, 11, 23, 8, 12, tzinfo=UTC),
    values=SAMPLES["acknowledgment"],
    automatic="auto-replied",
    in_reply_to="question@hosting.example",
    references=("question@hosting.example",),
    loop_mark="desk.example",
)


def microseconds(one: Callable[[], object], rounds: int) -> float:
    """The best round's time for one call."""
    return min(timeit.repeat(one, number=CALLS, repeat=rounds)) / CALLS * 1e6


def works() -> dict[str, Callable[[], object]]:
    """What is measured, by its name."""
    templates = load([shipped("templates")])
    template = templates.pick(LETTER.kind, LETTER.language)
    made = render(LETTER, templates)

    def mime_text() -> bytes:
        mail = MIMEMultipart("alternative")
        mail["Subject"], mail["From"], mail["To"] = made.subject, LETTER.sender.address, LETTER.to.address
        mail.attach(MIMEText(made.text, "plain", "utf-8"))
        mail.attach(MIMEText(made.html, "html", "utf-8"))
        return mail.as_bytes()

    def email_message() -> bytes:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = made.subject, LETTER.sender.address, LETTER.to.address
        mail.set_content(made.text)
        mail.add_alternative(made.html, subtype="html")
        return mail.as_bytes()

    return {
        OURS: lambda: render(LETTER, templates),
        "the templates alone": lambda: template.render(LETTER.values),
        FLOOR: mime_text,
        "EmailMessage, texts given": email_message,
    }


def figure(rounds: int = 5) -> Figure:
    """Ours beside the fastest of the stdlib."""
    ours, floor = (microseconds(works()[name], rounds) for name in (OURS, FLOOR))
    return Figure(ours, "µs", floor, "MIMEText from texts that are finished")


def main(rounds: int) -> None:
    for name, one in works().items():
        print(f"{microseconds(one, rounds):10.1f} µs  {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
