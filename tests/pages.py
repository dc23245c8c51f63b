"""Reading pages in tests: their words, and what stands in a box."""

import re
from html import unescape

from werkzeug.test import TestResponse


def read(text: str) -> str:
    """A page's words, without its marks."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def beside(text: str) -> str:
    """The words of what stands beside a page."""
    return read(f"<main{text.partition('<aside')[2].partition('</aside>')[0]}</main>")


def lines(page: str) -> list[str]:
    """The rows of a page's first table, in words."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [read(f"<main>{row}</main>").removeprefix(">").strip() for row in body.split('<tr role="row">')[1:]]


def value_of(answer: TestResponse, name: str) -> str:
    """What stands in a box."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', answer.text)
    assert found, name
    return found[1]
