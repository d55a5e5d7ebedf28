"""A real Chromium, headless, for the tests of the page and for the pictures of the docs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path(os.environ.get("AGENT_COMPLIANCE_BROWSER") or "/usr/bin/chromium")
# Without these a browser asks its maker's hosts for news at every start.
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run")


@contextmanager
def opened() -> Iterator[Browser]:
    """The browser, until its block ends."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", *QUIET])
        try:
            yield browser
        finally:
            browser.close()
