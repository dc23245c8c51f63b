"""The pages of proposals with their decisions, of deciding, letters, awards, variations, allocations and terms."""

from portfolio.decisions.views import allocations, awards, deciding, letters, proposals, terms, variations
from portfolio.decisions.views.room import room

__all__ = ["allocations", "awards", "deciding", "letters", "proposals", "room", "terms", "variations"]
