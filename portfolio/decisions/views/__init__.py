"""The pages of proposals with their decisions, of deciding and its letters, of awards, variations and allocations."""

from portfolio.decisions.views import allocations, awards, deciding, letters, proposals, variations
from portfolio.decisions.views.room import room

__all__ = ["allocations", "awards", "deciding", "letters", "proposals", "room", "variations"]
