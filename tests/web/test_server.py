"""The console's server: a page is with the browser as soon as it is made."""

import time

from console import Desk

# a connection's first segments are acknowledged at once by Linux, and hide what waits for an acknowledgment
WARMING = 30
TRIES = 20
HELD_BACK = 0.03


def test_no_page_waits_for_the_browser_to_acknowledge_its_headers(here: Desk) -> None:
    browser, took = here.browser(), []
    for _ in range(WARMING + TRIES):
        started = time.perf_counter()
        assert browser.get("/health").status_code == 200
        took.append(time.perf_counter() - started)
    assert min(took[WARMING:]) < HELD_BACK
