"""The pages beside the work list in Chromium: what axe finds, phones, dark, keys, paper, and a replay that goes on."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium
from console import BO, Desk
from house import NOW, mail
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.real
Open = Callable[..., Page]
PAGES = (
    "/mail",
    "/mail?show=junk",
    "/mail/outbox",
    "/mail/channels",
    "/mail/ledger",
    "/customers",
    "/customers/1",
    "/customers/1/edit",
    "/customers/import",
    "/policies",
    "/policies/zitadel",
    "/policies/open-xchange/due?severity=2",
    "/policies/open-xchange/examples",
    "/policies/open-xchange/versions",
    "/policies/open-xchange/replay",
    "/reports",
    "/reports/misses",
    "/reports/credits",
    "/reports/ahead",
    "/desk",
    "/people",
    "/erase",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture(scope="module")
def filled(here: Desk) -> Desk:
    """A desk with something on every page."""
    here.case(subject="Averyveryveryverylongwordwithoutanyspaceinitatall" * 3)
    here.home.take(
        b"From: bad@hosting.example\r\nMIME-Version: 1.0\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 999
    )
    here.home.take(mail("Buy now", message_id="junk@hosting.example", X_Spam_Flag="YES"))
    here.home.tick(NOW + timedelta(days=2))
    here.later(days=2)
    here.case(subject="Still open")
    return here


@pytest.fixture
def open_page(filled: Desk, browser: Browser) -> Iterator[Open]:
    """Opens a page as an admin; what its scripts or its policy complained of fails the test at its end."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str, **how: object) -> Page:
        context = browser.new_context(timezone_id="Europe/Berlin", **how)  # type: ignore[arg-type]
        contexts.append(context)
        # somebody else each time: a role given anew ends the sessions before
        secret = filled.secret_of(f"p{len(contexts)}.{BO}", "admin")
        context.add_cookies([{"name": "intake_session", "value": secret, "url": filled.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(filled.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(filled: Desk, open_page: Open, scheme: str) -> None:
    axe, page, found = Axe(), open_page("/desk", color_scheme=scheme), {}
    for path in PAGES:
        answer = page.goto(filled.url + path)
        assert answer
        assert answer.ok, path
        violations = axe.run(page).response["violations"]
        if violations:
            found[path] = [(each["id"], [node["html"][:120] for node in each["nodes"]][:3]) for each in violations]
    assert found == {}


def test_every_page_fits_a_phone_and_every_one_can_be_seen_in_the_menu(filled: Desk, open_page: Open) -> None:
    phone, wide = open_page("/desk", viewport={"width": 360, "height": 740}), open_page("/desk")
    for path in PAGES:
        phone.goto(filled.url + path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360, path
    menu = "nav[aria-label=Pages]"
    cut = "nav => [...nav.children].filter(each => each.getBoundingClientRect().right > innerWidth).length"
    assert phone.locator(menu).evaluate(cut) == 0
    lines = "nav => new Set([...nav.children].map(each => each.offsetTop)).size"
    assert wide.locator(menu).evaluate(lines) == 1


def test_by_keys_alone_to_a_report_of_another_policy(open_page: Open) -> None:
    page = open_page("/reports")
    page.get_by_label("Policy", exact=True).focus()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("ArrowDown")
    assert "policy=" in page.url
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()


def test_a_report_on_paper_has_its_plots_and_nothing_to_press(open_page: Open) -> None:
    page = open_page("/reports")
    page.emulate_media(media="print")
    expect(page.locator("header.bar")).to_be_hidden()
    expect(page.locator("form.filters")).to_be_hidden()
    expect(page.get_by_role("img").first).to_be_visible()


def test_a_replay_tells_its_result_without_reloading(filled: Desk, open_page: Open) -> None:
    text = filled.home.house.policies.get("open-xchange").text
    page = open_page("/policies/open-xchange/replay")
    file = {"name": "changed.toml", "mimeType": "text/plain", "buffer": text.encode()}
    page.get_by_label("The policy’s file as it would be").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Replay it over the stored cases").click()
    expect(page.get_by_text("would differ")).to_be_visible(timeout=60_000)
