"""What a measure may say."""

from enum import StrEnum


class IndicatorKind(StrEnum):
    """An output is what was done; an outcome is what came of it."""

    OUTPUT = "output"
    OUTCOME = "outcome"
