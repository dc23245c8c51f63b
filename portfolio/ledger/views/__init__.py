"""The pages of the ledger: compared with claims, uploaded and taken over, its accounts, and timing differences."""

from portfolio.ledger.views import accounts, comparison, extracts, projects, uploads
from portfolio.ledger.views.room import room

__all__ = ["accounts", "comparison", "extracts", "projects", "room", "uploads"]
