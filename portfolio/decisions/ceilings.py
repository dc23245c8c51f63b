"""What a partnership may award in all of a stream: its allocation and the tolerance, from both sides (E1)."""

from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import ceiling
from portfolio.money import format_pounds


class AllocationBelowAwards(PortfolioError):
    """E1: a partnership's share of a stream would be less than it has awarded of it."""

    code = "E1"

    def __init__(self, csp: str, stream: str, share: Decimal, awards: Decimal, field: str) -> None:
        super().__init__(
            f"{csp} has awarded {format_pounds(awards)} of the {stream} stream already, more than the "
            f"{format_pounds(share)} it would have. Enter at least that, or lower the awards first",
            field,
        )


class ToleranceBelowAwards(PortfolioError):
    """E1: a tolerance under which awards that were made already would be too many."""

    code = "E1"

    def __init__(self, csp: str, stream: str, awards: Decimal, limit: Decimal) -> None:
        super().__init__(
            f"{csp} has awarded {format_pounds(awards)} of the {stream} stream already, more than the "
            f"{format_pounds(limit)} that this tolerance would allow. Enter a higher one, or lower the awards first",
            "tolerance_percent",
        )


class AwardsAboveAllocation(PortfolioError):
    """E1: a partnership's awards of a stream come to more than its allocation and the tolerance."""

    code = "E1"

    def __init__(self, csp: str, stream: str, awards: Decimal, limit: Decimal) -> None:
        super().__init__(
            f"{csp}'s awards of the {stream} stream would come to {format_pounds(awards)}, "
            f"{format_pounds(awards - limit)} more than the {format_pounds(limit)} it may award. "
            "Lower this award, or free money first",
            f"awarded.{stream}",
        )


class AboveWithoutReason(PortfolioError):
    """E1: more than the allocation, within its tolerance, and nothing that says why."""

    code = "E1"

    def __init__(self, csp: str, stream: str, awards: Decimal, allocation: Decimal) -> None:
        super().__init__(
            f"{csp}'s awards of the {stream} stream would come to {format_pounds(awards)}, "
            f"{format_pounds(awards - allocation)} more than its allocation. Say why, or lower this award",
            "above_because",
        )


def above_allocation(
    csp: str, stream: str, awards: Decimal, allocation: Decimal, tolerance_percent: Decimal
) -> AwardsAboveAllocation | None:
    """E1: all of a partnership's awards of a stream, in pounds, against its allocation and the tolerance."""
    limit = ceiling(allocation, tolerance_percent)
    return AwardsAboveAllocation(csp, stream, awards, limit) if awards > limit else None


def above_unsaid(
    csp: str, stream: str, awards: Decimal, allocation: Decimal, because: str | None
) -> AboveWithoutReason | None:
    """E1: awards above the allocation, be it within the tolerance, need a word on why."""
    said = bool((because or "").strip())
    return AboveWithoutReason(csp, stream, awards, allocation) if awards > allocation and not said else None


def below_awards(
    csp: str, key: str, stream: str, *, share: Decimal, awards: Decimal, tolerance_percent: Decimal
) -> AllocationBelowAwards | None:
    """E1, from the other side: a share, in pounds, that what is awarded of it would pass."""
    if awards <= ceiling(share, tolerance_percent):
        return None
    return AllocationBelowAwards(csp, stream, share, awards, f"shares.{key}.{stream}")


def tolerance_below_awards(
    csp: str, stream: str, *, share: Decimal, awards: Decimal, tolerance_percent: Decimal
) -> ToleranceBelowAwards | None:
    """E1, from its third side: a tolerance that what is awarded of a share, in pounds, would pass."""
    limit = ceiling(share, tolerance_percent)
    return ToleranceBelowAwards(csp, stream, awards, limit) if awards > limit else None
