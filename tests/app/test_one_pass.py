"""One pass as if it were another instant: nothing of it happens at the time of day."""

from datetime import timedelta
from pathlib import Path

from house import FORM, NOW, home, mail

from intake import app


def test_mail_that_waits_is_decided_and_told_at_the_instant_of_the_pass(tmp_path: Path) -> None:
    later = NOW + timedelta(minutes=90)
    with home(tmp_path, {"outgoing.maildir": str(tmp_path / "out")}) as desk:
        desk.keep(mail(FORM), at=NOW)
        _, counts = app.one_pass(desk.config, desk.house, later)
        assert counts.sent == 2
        case = desk.case()
        assert (case.opened_at, case.changed_at) == (NOW, later)
        assert {each["at"] for each in desk.shown(case.reference)["history"]} == {later.isoformat()}
