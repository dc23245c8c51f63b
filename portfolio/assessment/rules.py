"""What an assessment may say, what scores come to, and who may not give them."""

from enum import StrEnum

from portfolio.proposals.rules import Missing


class AssessmentStatus(StrEnum):
    """Whether an assessment is its assessor's own yet, or the panel's."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


def no_nature(nature: str) -> Missing | None:
    """A declaration says what the interest is."""
    return None if nature.strip() else Missing("Say what the interest is", "nature")
