"""Every page of spend: the lists, a lead's, and finance's."""

from portfolio.spend.room import room
from portfolio.spend.views import finance, lead, lists

__all__ = ["finance", "lead", "lists", "room"]
