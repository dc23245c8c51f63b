"""The pages, pictures and files of the comparison."""

from portfolio.comparison.views import files, pages
from portfolio.comparison.views.looking import room

__all__ = ["files", "pages", "room"]
