"""Pictures of the console for the docs, in Chromium over made cases: `make screenshots` writes them."""

import sys
import tempfile
from pathlib import Path

from browser import chromium
from console import ADA, BO, Desk, desk
from house import FORM

GRAVE = FORM.replace("Severity: 2", "Severity: 1")
MINOR = FORM.replace("Severity: 2", "Severity: 3")
WORDS = "\nSince this morning the inbox of all users stays empty.\nWe restarted the groupware twice.\n\nKim\n"
REPLY = "Hello Kim,\n\nplease send us the log of the IMAP service of this morning, from 06:00 on.\n\nBo"
SIZE = {"width": 1200, "height": 760}


def main(folder: Path) -> None:
    """Writes the pictures into a folder."""
    with desk(Path(tempfile.mkdtemp())) as made, chromium() as browser:
        reference = _fill(made)
        for name, path in (
            ("console-list", "/"),
            ("console-case", f"/cases/{reference}"),
            ("console-template", "/templates/en/acknowledgment"),
        ):
            context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
            secret = made.secret_of(ADA, "manager", "Ada Beispiel")
            context.add_cookies([{"name": "intake_session", "value": secret, "url": made.url}])
            page = context.new_page()
            page.goto(made.url + path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{name}.png")
            context.close()


def _fill(made: Desk) -> str:
    """Some cases as a morning brings them; the reference of the one to look at."""
    ada, bo = made.person(ADA, "manager", "Ada Beispiel"), made.person(BO, "agent", "Bo Muster")
    made.later(days=-3)
    late = made.case(MINOR, subject="Calendar shows the wrong time zone", sender="Sam <it@hosting.example>")
    made.later(days=3)
    reference = made.case(FORM + WORDS)
    made.case(GRAVE, subject="Nobody can log in")
    waiting = made.case(subject="Outbound mail bounces with 550")
    made.case("How do I set up a vacation notice?", subject="Vacation notices", sender="Pat <pat@telco.example>")
    made.case("My password does not work.", subject="Password", sender="Rob <rob@unknown.example>")
    made.later(minutes=35)
    ada.act(waiting, "ask", "Which address did the bounce name?")
    ada.act(late, "assign", ADA)
    bo.act(reference, "note", "Same trace as in the last outage; the index was corrupt then.")
    bo.act(reference, "ask", REPLY)
    bo.act(reference, "status", "open")
    return reference


if __name__ == "__main__":
    main(Path(sys.argv[1]))
