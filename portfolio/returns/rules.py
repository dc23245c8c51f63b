"""What a return must satisfy before it leaves."""

from enum import StrEnum


class ReturnKind(StrEnum):
    """One partnership's, the police area's combined one to the OPCC, or the area's to the Home Office."""

    CSP = "CSP"
    OPCC = "OPCC"
    HOME_OFFICE = "Home Office"


class ReturnStatus(StrEnum):
    """The life of a return."""

    PREPARED = "prepared"
    CERTIFIED = "certified"
    ISSUED = "issued"
    QUERIED = "queried"
    FORWARDED = "forwarded"
    PAID = "paid"
