"""Reading pages in tests: their words, and what stands in a box."""

import re
from html import unescape

from werkzeug.test import TestResponse


def read(text: str) -> str:
    """A page's words, without its marks."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def value_of(answer: TestResponse, name: str) -> str:
    """What stands in a box."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', answer.text)
    assert found, name
    return found[1]
