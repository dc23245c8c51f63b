"""What is open in a return: everything that whoever checks it goes through, and accepts with a reason or has put right.

All of it is read from the return's own content, so that what is accepted is what is signed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from portfolio.money import format_pounds
from portfolio.words import begin
from reports.content import InterventionRow, LedgerRow, Note, ReturnContent

CLAIM, LEDGER = "claim", "ledger"
SORTS = {
    CLAIM: "Claims that are due and not approved",
    "W1": "Variances without an explanation",
    "W8": "Measures without a figure and without a reason",
    LEDGER: "The council’s ledger",
    "W2": "Forecast underspend",
    "W3": "Match funding below the rule or not secured",
    "W4": "No spend for two quarters",
    "W5": "Much of the award in the last quarter",
    "W6": "Refunds without a description",
    "W7": "Award dates across financial years",
    "W9": "Provisional awards",
}
"""The sorts of open points, in the order in which they are gone through. W10 is none: time alone brings it."""
APPROVED_OR_NOT_DUE = ("Approved", "Not due")
MOST = 40
"""So many points of a sort are accepted one by one; more are accepted together, as one point of that sort."""


@dataclass(frozen=True)
class Point:
    """Something open in a return: of which sort, about what, and what was found; and whose award, where it is one's."""

    sort: str
    about: str
    found: str
    csp: str | None = None
    reference: str | None = None
    lead: str | None = None
    status: str | None = None
    """Where the claim stands, where a claim is missing."""

    @property
    def title(self) -> str:
        """The sort in words."""
        return SORTS[self.sort]

    @property
    def key(self) -> str:
        """What a form calls it: the same words have the same key, and other words another one."""
        said = "\n".join((self.sort, self.about, self.found))
        return f"{self.sort.lower()}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def every_point(content: ReturnContent) -> dict[str, list[Point]]:
    """Each open point of a return, by its sort, in the order in which they are gone through."""
    found: dict[str, dict[Point, None]] = defaultdict(dict)
    for point in chain(_claims(content.interventions), _warned(content), _ledger(content.ledger or ())):
        found[point.sort][point] = None
    return {sort: list(found[sort]) for sort in SORTS if sort in found}


def points_of(content: ReturnContent) -> list[Point]:
    """What is accepted before a return is certified: each open point, or all of a sort that has too many in one."""
    return list(chain.from_iterable(_together(sort, points) for sort, points in every_point(content).items()))


def _together(sort: str, points: list[Point]) -> list[Point]:
    if len(points) <= MOST:
        return points
    named = "; ".join(point.about for point in points[:MOST])
    return [Point(sort, f"{len(points):,} of them", f"{named}; and {len(points) - MOST:,} more")]


def _claims(rows: tuple[InterventionRow, ...]) -> Iterator[Point]:
    for row in rows:
        if row.claim_status not in APPROVED_OR_NOT_DUE:
            about = f"{row.reference} ({row.csp})"
            found = f"{row.claim_status}. Its spend of the quarter is in no figure"
            yield Point(CLAIM, about, found, row.csp, row.reference, row.lead_organisation, row.claim_status)


def _warned(content: ReturnContent) -> Iterator[Point]:
    awards: dict[str, InterventionRow] = {}
    for row in content.interventions:
        about = f"{row.reference} ({row.csp})"
        awards[about] = awards[f"{about}, {row.stream}"] = row
    for note in content.notes:
        if note.label in SORTS:
            yield _of_note(note, awards.get(note.about))


def _of_note(note: Note, award: InterventionRow | None) -> Point:
    whose = (None, None, None) if award is None else (award.csp, award.reference, award.lead_organisation)
    return Point(note.label, note.about, note.text, *whose)


def _ledger(rows: tuple[LedgerRow, ...]) -> Iterator[Point]:
    for row in rows:
        about = row.csp or "Transactions of no project"
        if row.unexplained is None:
            yield Point(LEDGER, about, "No extract of the ledger was uploaded for the quarter", row.csp)
        elif row.unexplained:
            side = "in the ledger and not claimed" if row.unexplained > 0 else "claimed and not in the ledger"
            found = f"{format_pounds(abs(row.unexplained))} is {side}, and nobody said why"
            yield Point(LEDGER, begin(about), found, row.csp)
