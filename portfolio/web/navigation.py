"""What every page is given: who is signed in, where they can go, and whether this is a demonstration."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, request, url_for

from portfolio.quarters import format_day
from portfolio.web import clock
from portfolio.web.access import find_viewer_now, may_open

ITEMS = (
    ("Front page", "overview.front"),
    ("Funding years", "funding_years.index"),
    ("Proposals", "decisions.proposals"),
    ("Assessment", "assessment.index"),
    ("Compare", "comparison.compare"),
    ("What if", "scenarios.index"),
    ("Actions", "meetings.index"),
    ("Claims", "spend.index"),
    ("Match", "match_funding.index"),
    ("Ledger", "ledger.index"),
    ("Measures", "measures.index"),
    ("Returns", "returns.index"),
    ("Progress", "progress.index"),
    ("People", "people.index"),
    ("History", "audit.index"),
    ("Settings", "privacy.settings"),
)
"""Each room's way in, in the order in which money travels; shown to those who may open it."""
FOOT = (
    ("Help", "overview.help_page"),
    ("Open data", "open_data.published"),
    ("Privacy", "privacy.notice"),
    ("Accessibility", "privacy.statement"),
)
"""What stands at the foot of every page, for everybody."""


@dataclass(frozen=True)
class Item:
    """One way in, and whether the page is behind it."""

    label: str
    href: str
    current: bool


def items() -> list[Item]:
    """The ways in that the person may open; none where nobody is signed in."""
    if find_viewer_now() is None:
        return []
    ways = [(label, url_for(endpoint)) for label, endpoint in ITEMS if may_open(endpoint)]
    here = request.path
    return [Item(label, href, here == href or (href != "/" and here.startswith(href + "/"))) for label, href in ways]


def demonstration() -> str | None:
    """What a demonstration says of itself on every page."""
    told = clock.story()
    return None if told is None else f"Made-up figures, told as of {format_day(told)}."


def _context() -> dict[str, Any]:
    if g.get("without_database"):
        return {"viewer": None, "nav": [], "demo": None}
    links = [(label, url_for(endpoint)) for label, endpoint in FOOT]
    return {"viewer": find_viewer_now(), "nav": items(), "demo": demonstration(), "footer_links": links}


def register(app: Flask) -> None:
    """Give every page what the layout needs."""
    app.context_processor(_context)
