"""Debian's Chromium, driven by Playwright: pages as people see them."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright
from real import require_real

# nothing of Chromium's own leaves the machine; a sandbox of its own cannot be had as root
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the block ends. Skips the test where Chromium is not installed; in CI it fails."""
    path = require_real("Chromium", "chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS.split())
        try:
            yield browser
        finally:
            browser.close()
