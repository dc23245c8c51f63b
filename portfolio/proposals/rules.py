"""What a proposal may ask."""

from enum import StrEnum


class ProposalKind(StrEnum):
    """Whether an intervention is new this year, goes on, or is taken further."""

    NEW = "new"
    CONTINUATION = "continuation"
    EXTENSION = "extension"


class ProposalStatus(StrEnum):
    """Where a proposal stands before anybody decides on it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """The levels of prevention; a proposal has a set of them, which may be empty."""

    UNIVERSAL = "universal"
    TARGETED = "targeted"
    FOCUSED = "focused"


class MatchKind(StrEnum):
    """Match in cash, or in kind: valued, never claimed."""

    CASH = "cash"
    IN_KIND = "in kind"
