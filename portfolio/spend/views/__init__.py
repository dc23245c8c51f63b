"""Every page of spend: the lists, a lead's, finance's, and corrections."""

from portfolio.spend.room import room
from portfolio.spend.views import (
    answering,
    asking,
    corrections,
    evidence,
    finance,
    lead,
    lists,
    parts,
    queue,
    sending,
    together,
    watching,
    workbook,
)

__all__ = [
    "answering",
    "asking",
    "corrections",
    "evidence",
    "finance",
    "lead",
    "lists",
    "parts",
    "queue",
    "room",
    "sending",
    "together",
    "watching",
    "workbook",
]
