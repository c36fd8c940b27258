"""Pictures of the console for the docs, in Chromium over made cases: `make screenshots` writes them."""

import sys
import tempfile
from pathlib import Path

from browser import chromium
from console import ADA, BO, Desk, Person, desk
from house import FORM

from intake import app
from intake.app.pulse import Pulse
from intake.outbound.deliver import deliver

GRAVE = FORM.replace("Severity: 2", "Severity: 1")
MINOR = FORM.replace("Severity: 2", "Severity: 3")
WORDS = "\nSince this morning the inbox of all users stays empty.\nWe restarted the groupware twice.\n\nKim\n"
REPLY = "Hello Kim,\n\nplease send us the log of the IMAP service of this morning, from 06:00 on.\n\nBo"
SIZE = {"width": 1200, "height": 760}
FRAMES_ARE_HIGH = "[...document.querySelectorAll('iframe')].every(each => each.height || !each.checkVisibility())"


def main(folder: Path) -> None:
    """Writes the pictures into a folder."""
    with desk(Path(tempfile.mkdtemp())) as made, chromium() as browser:
        reference = _fill(made)
        for name, path in (
            ("console-list", "/"),
            ("console-case", f"/cases/{reference}"),
            ("console-template", "/templates/en/acknowledgment"),
            ("console-mail", "/mail/outbox"),
            ("console-customer", "/customers/1"),
            ("console-reports", "/reports"),
            ("console-policy", "/policies/open-xchange/due?severity=2&target=4+business+hours&zone=Europe/Berlin"),
            ("console-desk", "/desk"),
        ):
            context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
            secret = made.secret_of(ADA, "manager", "Ada Beispiel")
            context.add_cookies([{"name": "intake_session", "value": secret, "url": made.url}])
            page = context.new_page()
            page.goto(made.url + path)
            page.wait_for_load_state("networkidle")
            # a mail's frame takes its height once it is loaded
            page.wait_for_function(FRAMES_ARE_HIGH)
            page.screenshot(path=folder / f"{name}.png")
            context.close()


def _fill(made: Desk) -> str:
    """Some cases as a morning brings them; the reference of the one to look at."""
    ada, bo = made.person(ADA, "manager", "Ada Beispiel"), made.person(BO, "agent", "Bo Muster")
    for week in range(9, 0, -1):
        _week(made, ada, week)
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
    made.home.tick(made.now)
    pulse = Pulse(made.home.databases.desk, "desk.example", lambda: made.now)
    for part in ("receiver", "desk", "chaser", "sender"):
        pulse.worked(part)
    pulse.write()
    deliver(made.home.databases.desk, app.transport(made.home.config), "pictures", lambda: made.now, limit=10_000)
    return reference


def _week(made: Desk, somebody: Person, week: int) -> None:
    """A week that is over: some cases, all of them answered, now and then one too late."""
    made.later(weeks=-week)
    for number in range(3 + week * 5 % 4):
        reference = made.case(MINOR if number else FORM, subject=f"Question {week}.{number}")
        late = (week + number) % 7 == 0
        made.later(days=2 if late else 0, minutes=20 + number * 50)
        made.home.tick(made.now)
        somebody.act(reference, "reply", "Here you are.")
        somebody.act(reference, "status", "resolved")
        made.later(days=-2 if late else 0, minutes=-20 - number * 50)
    made.later(weeks=week)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
