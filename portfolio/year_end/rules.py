"""What an asset and an assurance must say, and when the assurance is due."""

from enum import StrEnum


class Opinion(StrEnum):
    """What whoever gave the assurance came to."""

    UNQUALIFIED = "unqualified"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"
