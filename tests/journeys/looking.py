"""What the automatic checker finds on a page, on a desk's screen and on a telephone's."""

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""With the rule that what is pressed is 24 pixels wide and high, or stands apart, which is left out unasked."""
BY_WIDTH = ("color-contrast", "link-in-text-block", "meta-viewport", "scrollable-region-focusable", "target-size")
LAID_OUT = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": BY_WIDTH}}
"""The rules that ask how a page is laid out; the others look at its words and tags, the same on any screen."""
SCREENS = ((1280, 900, EVERYTHING), (390, 844, LAID_OUT))
CHECK = "options => axe.run(options).then(({violations}) => violations.map(({id}) => id))"
TWICE = """() => Object.entries([...document.querySelectorAll("[id]")]
  .reduce((found, {id}) => ({...found, [id]: (found[id] || 0) + 1}), {}))
  .filter(([, times]) => times > 1).map(([id]) => id)"""
SQUEEZED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((box) => box.checkVisibility() && box.offsetWidth < (/checkbox|radio/.test(box.type) ? 24 : 36))
  .map((box) => box.name)"""


def faults_of(page: Page) -> list[str]:
    """What is not accessible at either width, where the page is wider than the screen, and a box too narrow to type in.

    The page ends as it began.
    """
    began, faults = page.viewport_size, []
    faults += [f"{name} is the name of two things" for name in page.evaluate(TWICE)]
    page.evaluate(AXE_SCRIPT)
    for width, height, rules in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        faults += [f"{rule} at {width}" for rule in page.evaluate(CHECK, rules)]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(f"wider than {width}")
        faults += [f"no room in {name} at {width}" for name in page.evaluate(SQUEEZED)]
    if began is not None:
        page.set_viewport_size(began)
    return faults
