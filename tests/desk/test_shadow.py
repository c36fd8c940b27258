"""Shadow mode: everything runs, nothing leaves; and nothing of it reaches a customer once it is over."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from house import NOW, Home, home, mail, opened

from intake.config import Config
from intake.core.case.act import Act
from intake.desk import act
from intake.desk.forecast import forecast
from intake.store import outbox
from intake.store.engine import reading

ADA = "ada@desk.example"
DAY = timedelta(days=1)


@pytest.fixture
def shadow(tmp_path: Path) -> Iterator[Home]:
    """A desk in shadow mode, with a case that something is missing in."""
    with home(tmp_path, {"answers.shadow": True}) as made:
        made.take(mail("It is broken.\n"))
        yield made


@contextmanager
def live(shadow: Home) -> Iterator[Home]:
    """The same desk after the next start, out of shadow mode."""
    config = shadow.config
    answers = config.settings.answers.model_copy(update={"shadow": False})
    settings = config.settings.model_copy(update={"answers": answers})
    with opened(Config(settings, config.file, config.text), shadow.databases) as made:
        yield made


def states(desk: Home) -> Counter[tuple[str, str]]:
    """The letters to customers, by kind and state."""
    return Counter((each["kind"], each["state"]) for each in desk.outbox())


def test_everything_runs_and_nothing_leaves(shadow: Home) -> None:
    act.perform(shadow.house, "OX-1001", Act("reply", "Please restart.", ADA), NOW)
    shadow.tick(NOW + 10 * DAY)
    every = shadow.outbox() + shadow.outbox(desk=True)
    assert {each["state"] for each in every} == {"withheld"}
    assert {"missing-information", "reply", "reminder"} <= {each["kind"] for each in every}
    assert all(shadow.sent(each["id"]) for each in every)


def test_in_shadow_mode_the_case_is_closed_for_silence_as_it_would_be(shadow: Home) -> None:
    for day in range(1, 40):
        shadow.tick(NOW + day * DAY)
    assert shadow.case().state == "closed"
    assert ("closed-for-silence", "withheld") in states(shadow)


def test_afterwards_no_reminder_and_no_closing_reaches_a_customer_who_was_sent_nothing(shadow: Home) -> None:
    with live(shadow) as desk:
        with reading(desk.databases.reading) as connection:
            foreseen = [each.what for each in forecast(desk.house, connection, NOW, NOW + 40 * DAY)]
        for day in range(1, 40):
            desk.tick(NOW + day * DAY)
        assert states(desk) == {("missing-information", "withheld"): 1}
        assert desk.case().state == "new"
        assert "closed" not in foreseen
        said = [each["text"] for each in desk.shown("OX-1001")["history"]]
        assert "no reminder: the letters before it were held back in shadow mode" in said
        assert "information is missing, and our letters were held back" in said


@pytest.mark.parametrize("by", ["release", "answer"])
def test_once_a_letter_has_left_the_case_goes_on_as_any_other(shadow: Home, by: str) -> None:
    with live(shadow) as desk:
        if by == "release":
            with desk.databases.desk.begin() as connection:
                outbox.release(connection, desk.outbox()[0]["id"], ADA, NOW)
        else:
            act.perform(desk.house, "OX-1001", Act("ask", "Which server?", ADA), NOW)
        desk.tick(NOW + 4 * DAY)
        assert ("reminder", "queued") in states(desk)
