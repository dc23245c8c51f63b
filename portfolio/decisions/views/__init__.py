"""The pages of proposals with their decisions, of deciding, of awards and variations, and the comparison."""

from portfolio.decisions.views import allocations, awards, comparing, deciding, proposals
from portfolio.decisions.views.room import room

__all__ = ["allocations", "awards", "comparing", "deciding", "proposals", "room"]
