"""`intake case show` for people: who has the case, what is owed, what each line of its history rests on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import NOW, Home, home, mail

from intake.cli.case import _show
from intake.core.case.act import Act
from intake.desk.act import perform

ADA = "ada@desk.example"
CUSTOMERS = """
[[customer]]
name = "Beispiel"
domains = ["hosting.example"]
policy = "zimbra"
plan = "elite"
engineer = "ada@desk.example"
"""
ZIMBRA = "zimbra@support.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, customers=CUSTOMERS) as made:
        made.take(mail("Mails arrive late.\n", to=ZIMBRA), routes=[ZIMBRA])
        yield made


def shown(desk: Home, capsys: pytest.CaptureFixture[str]) -> str:
    _show(desk.shown("ZIM-1001") | {"credits": []})
    return capsys.readouterr().out


def test_it_says_who_has_the_case_and_the_clause_of_what_was_done(
    desk: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    perform(desk.house, "ZIM-1001", Act("severity", "1", ADA), NOW)
    perform(desk.house, "ZIM-1001", Act("workaround", "", ADA, "restarted"), NOW)
    perform(desk.house, "ZIM-1001", Act("escalate", "", ADA), NOW)
    text = shown(desk, capsys)
    assert "  with      ada@desk.example\n" in text
    assert "  escalated level 1, lead, since Mon 23 Nov 2026 01:00 PST\n" in text
    assert "workaround: workaround: restarted (ZIM-6)\n" in text
    assert "Severity 1 becomes 2; response due Mon 23 Nov 2026 01:15 PST (15 minutes, 24x7) becomes due" in text


def test_a_follow_up_stands_there_with_its_owner_until_it_is_done(
    desk: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    perform(desk.house, "ZIM-1001", Act("severity", "1", ADA), NOW)
    perform(desk.house, "ZIM-1001", Act("status", "resolved", ADA), NOW)
    raw = mail("Please send us the root cause analysis.", message_id="2@x.example", In_Reply_To="<one@hosting.example>",
               to=ZIMBRA)  # fmt: skip
    desk.take(raw, routes=[ZIMBRA])
    assert "  follow-up root-cause-analysis: Root cause analysis, owed by ada@desk.example\n" in shown(desk, capsys)
    perform(desk.house, "ZIM-1001", Act("done", "root-cause-analysis", ADA), NOW)
    assert "Root cause analysis, done Mon 23 Nov 2026 01:00 PST\n" in shown(desk, capsys)
