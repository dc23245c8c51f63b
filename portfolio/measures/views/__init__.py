"""The pages of success measures, of their definitions, and of what projects promised and did."""

from portfolio.measures.views import defining, projects, series
from portfolio.measures.views.room import room

__all__ = ["defining", "projects", "room", "series"]
