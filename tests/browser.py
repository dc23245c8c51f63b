"""Chromium for tests and pictures: the distribution's own, started so that it asks nobody anything."""

from playwright.sync_api import Browser, Playwright

from tests.programs import find

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch(playwright: Playwright) -> Browser:
    """A browser without a window."""
    program = find("Chromium", "chromium", "chromium-browser", "google-chrome")
    return playwright.chromium.launch(executable_path=program, args=list(QUIET))
