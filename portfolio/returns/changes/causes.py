"""Where a difference between two returns can come from, and which of that nobody is surprised at."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portfolio.money import format_pounds


class CauseKind(StrEnum):
    """What brought a difference about."""

    CORRECTION = "correction"
    CLAIM = "claim"
    VARIATION = "variation"
    DECISION = "decision"
    ALLOCATION = "allocation"
    FORECAST = "forecast"
    MATCH = "match"
    PAYMENT = "payment"
    RESULT = "output or outcome"
    MEASURE = "measure"
    PROPOSAL = "proposal"
    CHANGE = "change"
    """Somebody changed what was recorded."""
    QUARTER = "the quarter passed"
    YEAR = "another year"
    FOLLOWS = "follows"
    """From other cells, which have causes of their own."""
    STATE = "state of the return"
    NOT_EXPLAINED = "not explained"


EXPECTED = frozenset({CauseKind.QUARTER, CauseKind.YEAR, CauseKind.FOLLOWS, CauseKind.STATE})
"""What a later return brings whatever was done."""


At = tuple[str, tuple[tuple[str, Any], ...]]
"""A page: its kind, as the pages of a figure's reasons have them, and what its address needs."""


def at(kind: str, **needed: Any) -> At:
    """`at("claim", reference="SVD-25-01", csp_key="dorset", quarter=quarter)`."""
    return kind, tuple(needed.items())


@dataclass(frozen=True)
class Cause:
    """One thing that was done, or that time did, by which figures or words of a return changed."""

    kind: CauseKind
    words: str
    """What it was, as a sentence without its stop."""
    at: At | None = None
    """The page that tells more of it."""
    by: str | None = None
    on: date | None = None
    is_expected: bool = False
    """Whether it is what a later quarter brings: its own claims, its own figures."""
    name: str = ""
    """What it is called beside a figure, if that can be said shorter."""
    about: int = 0
    """Tells two things of the same words apart: two decisions of one meeting."""

    @property
    def called(self) -> str:
        """What it is called beside a figure."""
        return self.name or self.words

    @property
    def surprises(self) -> bool:
        """Whether it is more than a later quarter brings by itself."""
        return not self.is_expected and self.kind not in EXPECTED


@dataclass(frozen=True)
class Share:
    """What of a difference came from one cause, in pounds; None where it is no matter of pounds."""

    cause: Cause
    amount: Decimal | None = None

    @property
    def in_words(self) -> str:
        """`−£73.11: correction 1 of Q1 2025/26 …`."""
        if self.amount is None:
            return self.cause.called
        sign = "+" if self.amount > 0 else ""
        return f"{sign}{format_pounds(self.amount)}: {self.cause.called}"


def unexplained(what: str) -> Cause:
    """The cause of what nothing on record accounts for, which must be said aloud."""
    return Cause(CauseKind.NOT_EXPLAINED, f"Not explained: {what}")


def passing(words: str) -> Cause:
    """What is only counted in another column, because a quarter has passed."""
    return Cause(CauseKind.QUARTER, words)


FOLLOWS = Cause(CauseKind.FOLLOWS, "Follows from other cells, whose causes are told there")
STATE = Cause(CauseKind.STATE, "What every return says of itself: its period, its state, its signatures")
ANOTHER_YEAR = Cause(CauseKind.YEAR, "The two returns are of different funding years")
