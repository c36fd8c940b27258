"""The console in Chromium: what only a browser shows. Scripts, keys, frames, the policy of the page."""

from collections.abc import Callable, Iterator

import pytest
from browser import chromium
from console import ADA, BO, HOSTILE, PASSWORD, Desk, formatted_mail
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

pytestmark = pytest.mark.real
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def open_page(here: Desk, browser: Browser) -> Iterator[Open]:
    """Opens a page as somebody; what the page's scripts complained of fails the test at its end."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str, address: str = ADA, role: str = "agent", **how: object) -> Page:
        context = browser.new_context(timezone_id="Europe/Berlin", **how)  # type: ignore[arg-type]
        contexts.append(context)
        if address:
            context.add_cookies([{"name": "intake_session", "value": here.secret_of(address, role), "url": here.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if _is_fault(said) else None)
        page.goto(here.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _is_fault(said: ConsoleMessage) -> bool:
    """What Chromium only recommends is none, nor is a page that says no with its status."""
    return said.type in ("error", "warning") and "Failed to load resource" not in said.text


def test_from_the_first_link_to_signed_out(here: Desk, open_page: Open) -> None:
    page = open_page(here.console.first_link().removeprefix(here.url), "")
    page.get_by_label("Your mail address").fill("first@desk.example")
    page.get_by_label("Your name").fill("Fay First")
    # the browser's own zone stands there already
    assert page.get_by_label("Your time zone").input_value() == "Europe/Berlin"
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Work list")).to_be_visible()
    page.get_by_text("Fay First").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Address").fill("first@desk.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Work list")).to_be_visible()


def test_by_keys_alone_from_the_list_to_a_reply_that_went_out(here: Desk, open_page: Open) -> None:
    reference = here.case(subject="By keys")
    page = open_page("/")
    page.keyboard.press("/")
    page.keyboard.type("By keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Found for")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keys")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("r")
    page.keyboard.type("Typed without a mouse.")
    expect(page.get_by_text("and nobody else")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("first response")
    sent = [each for each in here.home.outbox() if each["case"] == reference and each["kind"] == "reply"]
    assert len(sent) == 1


def test_what_is_typed_is_kept_without_pressing_anything(here: Desk, open_page: Open) -> None:
    page = open_page(f"/cases/{here.case(subject='A draft')}")
    page.get_by_label("Text").press_sequentially("Half a thought")
    with page.expect_response("**/draft"):
        pass
    page.reload()
    expect(page.get_by_label("Text")).to_have_value("Half a thought")


def test_a_hostile_mail_runs_nothing_and_loads_nothing(here: Desk, open_page: Open) -> None:
    """THREATS 35, 36."""
    page = open_page(f"/cases/{here.take(formatted_mail(HOSTILE))}")
    asked, dialogs = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.get_by_text("formatted", exact=True).click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Hello you")).to_be_visible()
    assert [url for url in asked if not url.startswith(here.url)] == []
    assert dialogs == []


def test_two_people_on_one_case_in_two_browsers(here: Desk, open_page: Open) -> None:
    reference = here.case(subject="Two at once")
    ada, bo = open_page(f"/cases/{reference}"), open_page(f"/cases/{reference}", BO)
    bo.get_by_role("button", name="I have it").click()
    expect(bo.get_by_role("status")).to_contain_text("has it")
    ada.get_by_label("Reply", exact=True).check()
    ada.get_by_label("Text").fill("I was slower.")
    ada.get_by_role("button", name="Send reply").click()
    expect(ada.get_by_role("alert")).to_contain_text("bo@desk.example has it")
    expect(ada.get_by_label("Text")).to_have_value("I was slower.")
    ada.get_by_role("button", name="Send reply").click()
    expect(ada.get_by_role("status")).to_contain_text("first response")


def test_a_page_fits_a_phone(here: Desk, open_page: Open) -> None:
    reference = here.case(subject="Averyveryveryverylongwordwithoutanyspaceinitatall" * 3)
    for path in ("/", f"/cases/{reference}"):
        page = open_page(path, viewport={"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_a_template_from_a_typo_to_the_mail_that_goes_out(here: Desk, open_page: Open) -> None:
    page = open_page("/templates/en/acknowledgment", role="manager")
    editor = page.get_by_label("Template")
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.type("Subject: [{{ case.reference }}] Edited\n\nHello {{ reader.nmae }},")
    expect(page.get_by_role("alert")).to_contain_text("Line 3")
    for _ in range(len("mae }},")):
        page.keyboard.press("Backspace")
    page.keyboard.type("ame }},")
    expect(page.get_by_text("No mistake found.")).to_be_visible()
    expect(page.frame_locator("iframe").get_by_text("Hello Kim Sample,")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("serves from the next mail on")
    reference = here.case(subject="After the edit")
    assert [each["subject"] for each in here.home.outbox() if each["case"] == reference] == [f"[{reference}] Edited"]
