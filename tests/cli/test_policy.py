"""`intake policy`, `forecast`, `report`: what people and scripts see."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from full import FULL_ROUTE, TEXT, full_home
from house import mail

from intake.cli import policy_page
from intake.core.policy.policy import load_policy
from intake.core.policy.published import published

CONFIG = """
[files]
policies = "policies"

[[route]]
address = "full@support.example"
policy = "full"
"""
TODAY = date(2026, 11, 25)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "full.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_the_commands_about_policies_work_on_an_empty_store(folder: Path, commands: Any) -> None:
    (folder / "changed.toml").write_text(TEXT.replace("4 business hours", "3 business hours"), encoding="utf-8")
    (folder / "other.toml").write_text(TEXT.replace('name = "full"', 'name = "none"', 1), encoding="utf-8")
    config = ["--config", "config.toml"]
    listed, shown, schema, tested, other, preview, nobody, ahead, credits_ = commands(
        ["policy", "list", "--json", *config],
        ["policy", "show", "full", *config],
        ["policy", "schema"],
        ["policy", "backtest", "changed.toml", "--json", *config],
        ["policy", "backtest", "other.toml", *config],
        ["policy", "apply", "full", *config],
        ["policy", "apply", "full", "--yes", *config],
        ["forecast", "--at", "2099-01-01T00:00:00Z", "--json", *config],
        ["report", "credits", "--json", *config],
        folder=folder,
    )
    assert {row["name"] for row in listed.json} >= {"full"}
    assert "Full Support" in shown.out
    assert schema.json["properties"]["name"]["type"] == "string"
    assert schema.json["description"]
    assert tested.json["totals"]["cases"] == 0
    assert (other.status, "none" in other.err) == (1, True)
    assert preview.out.startswith("0 open cases would move")
    assert (nobody.status, "--as" in nobody.err) == (1, True)
    assert ahead.json["events"] == []
    assert credits_.json == {"days": 0, "customers": []}


def test_the_text_fits_a_narrow_terminal(folder: Path, commands: Any) -> None:
    (shown,) = commands(["policy", "show", "full", "--config", "config.toml"], folder=folder)
    assert max(map(len, shown.out.splitlines())) <= 80


def test_due_times_are_printed_in_the_customers_zone_with_its_name_and_stay_instants_for_scripts(
    tmp_path: Path, commands: Any
) -> None:
    with full_home(tmp_path) as desk:
        raw = mail("Severity: 2", sender="kim@gold.example")
        desk.take(raw, routes=(FULL_ROUTE,), envelope_from="kim@gold.example")
    changed = TEXT.replace('2 = "2 business hours"', '2 = "3 business hours"')
    (tmp_path / "changed.toml").write_text(changed, encoding="utf-8")
    config = ["--config", "config.toml"]
    tested, scripted = commands(
        ["policy", "backtest", "changed.toml", *config],
        ["policy", "backtest", "changed.toml", "--json", *config],
        folder=tmp_path,
    )
    assert re.search(r"response due +Mon 23 Nov 2026 12:00 CET \(F-1\) +Mon 23 Nov 2026 13:00 CET \(F-1\)", tested.out)
    assert scripted.json["differences"][0]["becomes"]["value"] == "2026-11-23T12:00:00+00:00"
    (tmp_path / "policies" / "full.toml").write_text(changed, encoding="utf-8")
    shown, scripted = commands(["policy", "apply", "full", *config], ["policy", "apply", "full", "--json", *config],
                               folder=tmp_path)  # fmt: skip
    assert "response due Mon 23 Nov 2026 12:00 CET becomes Mon 23 Nov 2026 13:00 CET" in shown.out
    assert scripted.json["cases"][0]["clocks"][0]["becomes"] == "2026-11-23T12:00:00+00:00"


class Page(HTMLParser):
    """Which tags stand on a page, and whether each is closed."""

    VOID = {"meta", "br", "link", "img"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert not {"src", "href"} & {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_stands_by_itself_and_escapes_what_the_policy_says() -> None:
    shown = published(load_policy(TEXT, "full.toml"), TODAY)
    text = policy_page.html(shown)
    page = Page()
    page.feed(text)
    assert page.open == []
    assert "b" not in page.seen
    assert "made up for tests &lt;of all tables&gt;" in text
    assert "Founders&#39; Day" in text
    for clause in re.findall(r"^(F-\d)", TEXT, re.MULTILINE):
        assert clause in text


def test_everything_that_is_published_can_be_printed_as_json() -> None:
    shown = published(load_policy(TEXT, "full.toml"), TODAY)
    assert json.loads(json.dumps(shown))["severities"][0]["title"] == "down"
