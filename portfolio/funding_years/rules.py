"""What a funding year may hold: allocations by stream, partnerships' shares of them, deadlines of claims."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.money import format_pounds
from portfolio.quarters import FinancialYear, Quarter


class YearStatus(StrEnum):
    """A funding year is often confirmed late."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


class MatchBase(StrEnum):
    """What a match rule's percentage is of."""

    GRANT = "grant"
    TOTAL = "total"
