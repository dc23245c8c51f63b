"""Every page of spend.

A lead's:
    `own`           a lead's work, and one award's year
    `tasks`         a claim as its lead's list of tasks; not a view itself, the page of one claim shows it
    `parts`         each part of a claim, entered and saved by itself
    `evidence`      files, attached, removed and saved
    `sending`       a claim as a whole: checked, sent, and its receipt
    `answering`     a lead's answers to finance's questions
    `workbook`      claims in Excel: downloaded, sent back, confirmed, handed back marked
Finance's, and of others who watch over claims:
    `queue`         finance's next claim
    `deciding`      the page of one claim, with all that finance needs, and its approval
    `asking`        finance's questions, a box for each line
    `together`      several claims approved at once
    `watching`      a quarter's list, as a file too, and reminders to who is late
Both's:
    `accruals`      what of a claim was received and not yet paid
    `corrections`   a locked quarter's correction: asked for, decided on, moved
"""

from portfolio.spend.room import room
from portfolio.spend.views import (
    accruals,
    answering,
    asking,
    corrections,
    deciding,
    evidence,
    own,
    parts,
    queue,
    sending,
    tasks,
    together,
    watching,
    workbook,
)

__all__ = [
    "accruals",
    "answering",
    "asking",
    "corrections",
    "deciding",
    "evidence",
    "own",
    "parts",
    "queue",
    "room",
    "sending",
    "tasks",
    "together",
    "watching",
    "workbook",
]
