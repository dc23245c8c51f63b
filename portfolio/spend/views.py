"""Every page of spend: the lists, a lead's, and finance's."""

from portfolio.spend import views_finance, views_lead, views_lists
from portfolio.spend.room import room

__all__ = ["room", "views_finance", "views_lead", "views_lists"]
