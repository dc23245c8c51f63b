"""The pages of signing in, of one's own account, and of managing people."""

from portfolio.people.views import people, signing_in
from portfolio.people.views.room import room

__all__ = ["people", "room", "signing_in"]
