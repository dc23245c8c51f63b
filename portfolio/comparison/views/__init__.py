"""The pages, pictures and files of the comparison."""

from portfolio.comparison.views import pages
from portfolio.comparison.views.looking import room

__all__ = ["pages", "room"]
