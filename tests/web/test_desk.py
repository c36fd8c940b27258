"""The desk's page: each part's state by what it leaves in the store, and who answers when."""

import re
from pathlib import Path

from console import ADA, BO, Desk, desk
from house import FORM, mail
from running import eventually, running

from intake import app
from intake.app.pulse import Pulse
from intake.config import load
from intake.store import heartbeats, spool
from intake.store.engine import reading
from intake.store.spool import MailboxState

TEXT = re.compile(r"<[^>]+>")
MAILBOX = '[[mailbox]]\nname = "box"\nhost = "127.0.0.1"\nuser = "u"\npassword = "env:NONE"\npoll_seconds = 60\n'


def words(html: str) -> str:
    return " ".join(TEXT.sub(" ", html).split())


def page(here: Desk, role: str = "viewer") -> str:
    return words(here.person(BO, role).get("/desk").text)


def test_mail_that_waits_too_long_to_be_decided_is_told(fresh: Desk) -> None:
    fresh.case()
    assert "readers and desk fine every mail is decided" in page(fresh)
    fresh.home.keep(mail(FORM, message_id="waits@hosting.example"), at=fresh.now)
    assert "readers and desk fine 1 mail waits" in page(fresh)
    fresh.later(minutes=3)
    assert "readers and desk look 1 mail waits" in page(fresh)
    assert "Needs a look: readers and desk" in page(fresh)


def test_a_chaser_and_a_deliverer_that_stand_still_are_told(fresh: Desk) -> None:
    fresh.case()
    assert "chaser fine" in page(fresh)
    assert "sender fine" in page(fresh)
    fresh.later(days=1)
    assert "chaser look a step is overdue" in page(fresh)
    assert "sender look a mail waits to go" in page(fresh)


def test_a_mailbox_that_nobody_looks_into_is_told(tmp_path: Path) -> None:
    with desk(tmp_path, more=MAILBOX) as here:
        assert re.search(r"imap box at \S+ at \S+ INBOX look never looked into", page(here)), page(here)
        spool.save_mailbox_state(here.home.databases.spool, "box", MailboxState(1, 0, here.now))
        assert re.search(r"INBOX fine .+ looked into", page(here))
        here.later(minutes=10)
        assert re.search(r"INBOX look .+ not looked into for long", page(here))


def test_each_part_tells_when_it_last_worked_and_one_that_stands_still_is_told(fresh: Desk) -> None:
    pulse = Pulse(fresh.home.databases.desk, "one", lambda: fresh.now)
    parts = ("receiver", "desk", "chaser", "sender")
    for part in parts:
        pulse.worked(part)
    pulse.write()
    assert "Every part does its work" in page(fresh)
    fresh.later(minutes=4)
    for part in parts:
        if part != "chaser":
            pulse.worked(part)
    pulse.write()
    fresh.later(minutes=2)
    text = page(fresh)
    assert "Needs a look: chaser Parts" in text
    assert re.search(r"chaser look 6 min ago .+ it stands still; nothing is to be done", text), text
    assert "sender fine 2 min ago" in text
    assert fresh.browser().get("/health").json() == {"status": "ok", "late": ["chaser"]}


def test_each_of_several_instances_is_told_and_one_that_ended_in_order_is_not_missed(fresh: Desk) -> None:
    pulses = [Pulse(fresh.home.databases.desk, name, lambda: fresh.now) for name in ("here", "there", "gone")]
    for pulse in pulses:
        pulse.worked("desk")
        pulse.write()
    pulses[2].end()
    assert re.search("readers and desk on here fine .+ on there fine", page(fresh))
    fresh.later(minutes=6)
    pulses[0].worked("desk")
    pulses[0].write()
    assert "Needs a look: readers and desk on there Parts" in page(fresh)
    assert "gone" not in page(fresh)
    assert fresh.browser().get("/health").json() == {"status": "ok", "late": ["desk on there"]}
    fresh.later(days=2)
    pulses[0].worked("desk")
    pulses[0].write()
    assert "there" not in page(fresh)


def test_the_running_program_tells_of_each_of_its_parts(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        databases = app.open_store(load(program.config))

        def beats() -> bool:
            with reading(databases.desk) as connection:
                return set(heartbeats.load(connection)) == {"receiver", "desk", "chaser", "sender"}

        try:
            eventually(beats, 60, "every part to tell that it worked")
        finally:
            databases.close()


def test_people_stand_with_roles_hours_and_what_they_may(tmp_path: Path) -> None:
    changes = {"notices.hours_of": {"lead": ["Mon-Fri 09:00-17:00"]}}
    with desk(tmp_path, {"roles.lead": [ADA]}, more="") as here:
        del changes
        here.person(ADA, "agent")
        text = page(here)
        assert f"Ada {ADA} Europe/Berlin lead 24x7 agent" in text
        assert "triage@desk.example triage" in text
        # whoever sees a private queue is told to its people alone
        assert "security@desk.example" not in text
        assert "Accounts and sessions" not in text
        assert "Accounts and sessions" in page(here, "admin")
