"""The template editor in Chromium: under the strict policy, with variables offered and mistakes on their lines."""

from collections.abc import Iterator

import pytest
from browser import chromium
from console import ADA, Desk
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.real
PLACE = "/templates/en/acknowledgment"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(here: Desk, browser: Browser) -> Iterator[Page]:
    """The editor as a manager; whatever the page's policy or scripts complain of fails the test."""
    complaints: list[str] = []
    context = browser.new_context()
    context.add_cookies([{"name": "intake_session", "value": here.secret_of(ADA, "manager"), "url": here.url}])
    made = context.new_page()
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    made.goto(here.url + PLACE)
    yield made
    context.close()
    assert complaints == []


def test_from_a_typo_on_its_line_to_a_variable_that_was_offered_to_publishing(here: Desk, page: Page) -> None:
    text = page.get_by_role("textbox", name="Template")
    expect(text).to_be_visible()
    expect(page.locator(".cm-lineNumbers")).to_be_visible()
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\nYours {{ case.referense ")
    expect(page.locator("#tried").get_by_role("alert")).to_contain_text("referense")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    for _ in range(len("referense ")):
        page.keyboard.press("Backspace")
    page.keyboard.type("ref")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("case.reference")
    page.locator(".cm-tooltip-autocomplete li", has_text="case.reference").click()
    expect(text).to_contain_text("Yours {{ case.reference")
    expect(page.locator(".cm-lint-marker-error")).to_have_count(0)
    expect(page.locator("#tried")).to_contain_text("No mistake found")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("Published")
    reference = here.case(subject="After publishing")
    letter = next(each for each in here.home.outbox() if each["case"] == reference)
    assert f"Yours {reference}".encode() in here.home.sent(letter["id"])


def test_a_variable_of_the_list_goes_to_where_one_types(page: Page) -> None:
    page.get_by_role("textbox", name="Template").click()
    page.keyboard.press("Control+End")
    page.get_by_text("variables of this mail").click()
    page.locator("[data-insert='{{ case.subject }}']").first.click()
    expect(page.get_by_role("textbox", name="Template")).to_contain_text("{{ case.subject }}")


def test_without_scripts_the_text_is_edited_as_it_is(here: Desk, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "intake_session", "value": here.secret_of(ADA, "manager"), "url": here.url}])
    made = context.new_page()
    made.goto(here.url + PLACE)
    expect(made.locator("textarea#source")).to_be_visible()
    context.close()
