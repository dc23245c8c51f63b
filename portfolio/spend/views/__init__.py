"""Every page of spend: the lists, a lead's, finance's, and corrections."""

from portfolio.spend.room import room
from portfolio.spend.views import asking, corrections, finance, lead, lists, queue, together

__all__ = ["asking", "corrections", "finance", "lead", "lists", "queue", "room", "together"]
