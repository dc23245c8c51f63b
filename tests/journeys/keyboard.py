"""Somebody at a keyboard, without a mouse: what they press, what they read, and how long it takes them."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page

from portfolio.commands.demo import PASSWORD

A_KEY, A_LETTER, A_PAGE = 0.5, 0.3, 12
"""Seconds that an unhurried person takes for a key, for a letter (forty words a minute), and to read a page first."""
FOCUSED = r"""() => {
  const here = document.activeElement;
  const named = here.labels && here.labels.length ? here.labels[0] : here;
  return named.textContent.replace(/\s+/g, " ").trim();
}"""


@dataclass
class Keyboard:
    """Somebody who has no mouse; counts what they press and the pages they read."""

    page: Page
    pressed: int = 0
    typed: int = 0
    read: int = 0

    @property
    def keys(self) -> int:
        """How many keys that were, letters among them."""
        return self.pressed + self.typed

    @property
    def seconds(self) -> float:
        """What that takes by hand, beside what the machine takes."""
        return self.pressed * A_KEY + self.typed * A_LETTER + self.read * A_PAGE

    def open(self, address: str) -> None:
        """Follow a link of a message, or type an address."""
        self.page.goto(address)
        self.read += 1

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        """Some text."""
        self.page.keyboard.type(text)
        self.typed += len(text)

    def go_to(self, name: str) -> None:
        """Press Tab until what begins with a name is under the keys."""
        for _ in range(150):
            self.press("Tab")
            if self.page.evaluate(FOCUSED).startswith(name):
                return
        raise AssertionError(f"{name} is not reached with the keyboard on {self.page.url}")

    def fill(self, name: str, text: str) -> None:
        """Go to a box and type."""
        self.go_to(name)
        self.type(text)

    def enter(self, path: str) -> None:
        """Press Enter, and read the page that it leads to."""
        with self.page.expect_navigation(url=re.compile(path)):
            self.press("Enter")
        self.read += 1

    def sign_in(self, site: str, email: str, path: str = "/") -> None:
        """Sign in, on the way to a page."""
        self.open(f"{site}{path}")
        self.fill("E-mail address", email)
        self.fill("Passphrase", PASSWORD)
        self.enter(f"{path}(#content)?$")
