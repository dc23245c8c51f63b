"""What a partnership may decide."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a partnership decided on a proposal."""

    FUNDED = "funded"
    PART_FUNDED = "part-funded"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    RESERVE = "reserve"
