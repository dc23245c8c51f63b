"""The pages of scenarios: listed and compared, tried and saved, the set that scores best, turned into decisions."""

from portfolio.scenarios.views import deciding, finding, listing, working
from portfolio.scenarios.views.room import room

__all__ = ["deciding", "finding", "listing", "room", "working"]
