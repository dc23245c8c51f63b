"""What a claim may hold."""

from enum import StrEnum


class ClaimStatus(StrEnum):
    """Where a claim stands; returned is locked inside an issued return."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    QUERIED = "queried"
    RESUBMITTED = "resubmitted"
    APPROVED = "approved"
    RETURNED = "returned"


class RAG(StrEnum):
    """How delivery or spend goes, from on track (Green) to in trouble (Red)."""

    GREEN = "Green"
    AMBER_GREEN = "Amber/Green"
    AMBER = "Amber"
    AMBER_RED = "Amber/Red"
    RED = "Red"
