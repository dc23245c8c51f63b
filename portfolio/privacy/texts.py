"""The two notices that a council may edit, as they stand until it does: about privacy, and about accessibility."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from portfolio.privacy.rules import CONTACT, ORGANISATION, PREPARED_ON

PLACES = {
    "organisation": (ORGANISATION, "the council that runs this site"),
    "contact": (CONTACT, "the administrator of this site"),
    "prepared_on": (PREPARED_ON, "a date that is not set yet"),
}
"""What the notices may name in braces: the setting that fills it, and what stands there until it is set."""


@dataclass(frozen=True)
class Notice:
    """A notice: its name in addresses, the setting that holds the council's own words, and its title."""

    slug: str
    setting: str
    title: str

    @cached_property
    def words(self) -> str:
        """What it says until a council gives it other words."""
        return (Path(__file__).parent / f"{self.slug}.txt").read_text(encoding="utf-8").strip()


PRIVACY = Notice("privacy", "privacy_notice", "Privacy")
ACCESSIBILITY = Notice("accessibility", "accessibility_statement", "Accessibility")
NOTICES = {notice.slug: notice for notice in (PRIVACY, ACCESSIBILITY)}
