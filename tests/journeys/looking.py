"""What the automatic checker finds on a page, on a desk's screen and on a telephone's."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = {1280: 900, 390: 844}
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""With the rule that what is pressed is 24 pixels wide and high, or stands apart, which is left out unasked."""
CHECK = "options => axe.run(options).then(({violations}) => violations.map(({id}) => id))"
SQUEEZED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((box) => box.checkVisibility() && box.offsetWidth < (/checkbox|radio/.test(box.type) ? 24 : 36))
  .map((box) => box.name)"""


def faults_of(page: Page) -> list[str]:
    """What is not accessible at either width, where the page is wider than the screen, and a box too narrow to type in.

    The page ends as it began.
    """
    began, faults = page.viewport_size, []
    page.evaluate(AXE_SCRIPT)
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        faults += [f"{rule} at {width}" for rule in page.evaluate(CHECK, OPTIONS)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"wider than {width}")
        faults += [f"no room in {name} at {width}" for name in page.evaluate(SQUEEZED)]
    if began is not None:
        page.set_viewport_size(began)
    return faults
