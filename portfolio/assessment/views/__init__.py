"""The pages of assessing: what waits for one's score, scoring, how a round ranks, what its panel agreed."""

from portfolio.assessment.views import panel, rounds, scoring
from portfolio.assessment.views.room import room

__all__ = ["panel", "room", "rounds", "scoring"]
