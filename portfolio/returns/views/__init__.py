"""The pages of returns.

`listing` the returns of a quarter · `life` what is done to one, a form each
"""

from portfolio.returns.views import life, listing
from portfolio.returns.views.room import room

__all__ = ["life", "listing", "room"]
