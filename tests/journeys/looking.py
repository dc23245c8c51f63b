"""What the automatic checker finds on a page, on a desk's screen and on a telephone's."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = {1280: 900, 390: 844}


def faults_of(page: Page) -> list[str]:
    """What is not accessible at either width, and where the page is wider than the screen; it ends as it began."""
    began, faults = page.viewport_size, []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        faults += [f"{violation['id']} at {width}" for violation in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"wider than {width}")
    if began is not None:
        page.set_viewport_size(began)
    return faults
