"""The pages of returns.

`listing` the returns of a quarter · `readiness` what is missing of one · `life` each one's own page and files ·
`deeds` how something is done to one · `signing` checked, certified, issued · `following` queried, forwarded ·
`year_end` the page on which a year ends · `money_in` what is due, what came, and what is withheld · `why` each figure
down to the rows behind it · `changes` what changed between two of them
"""

from portfolio.returns.views import (
    changes,
    deeds,
    following,
    life,
    listing,
    money_in,
    readiness,
    signing,
    why,
    year_end,
)
from portfolio.returns.views.room import room

__all__ = [
    "changes",
    "deeds",
    "following",
    "life",
    "listing",
    "money_in",
    "readiness",
    "room",
    "signing",
    "why",
    "year_end",
]
