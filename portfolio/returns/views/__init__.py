"""The pages of returns.

`listing` the returns of a quarter · `life` what is done to one, a form each · `year_end` the page on which a
year ends · `money_in` what is due, what came, and what is withheld
"""

from portfolio.returns.views import life, listing, money_in, year_end
from portfolio.returns.views.room import room

__all__ = ["life", "listing", "money_in", "room", "year_end"]
