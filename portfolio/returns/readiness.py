"""What is missing before a return is prepared: everything open in it, whose it is, and where it is put right."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.rules import deadline
from portfolio.returns.pages import in_the_way, shown_now
from portfolio.returns.points import CLAIM, LEDGER, SORTS, Point, every_point
from portfolio.returns.queries import Place
from portfolio.returns.rules import ReturnKind, overdue
from portfolio.spend.rules import ClaimStatus
from portfolio.words import begin, count

FINANCE, PARTNERSHIP, MEASURERS = "Finance", "The partnership’s officer", "Who records the measures"
WITH_FINANCE = (begin(ClaimStatus.SUBMITTED), begin(ClaimStatus.RESUBMITTED))
"""Where a claim stands while finance has it."""
BELONGS_TO = {LEDGER: FINANCE, "W3": PARTNERSHIP, "W7": PARTNERSHIP, "W8": MEASURERS, "W9": PARTNERSHIP}
"""Whose the points of a sort are; those of the other sorts are the lead organisation's of the award."""
TOLD = {CLAIM: "claim", "W1": "explanation", "W8": "measure"}
"""The sorts that the list of returns counts one by one, as it names them."""


@dataclass(frozen=True)
class Matter:
    """All that is open of one sort."""

    sort: str
    points: Sequence[Point]

    @property
    def title(self) -> str:
        """The sort in words."""
        return SORTS[self.sort]


@dataclass(frozen=True)
class Readiness:
    """How ready a return is to be prepared."""

    place: Place
    in_the_way: Sequence[PortfolioError]
    """Why it cannot be prepared at all yet: E8, or the quarter is not over."""
    faults: Sequence[PortfolioError]
    """E10: what does not agree."""
    late: RuleWarning | None
    """W10."""
    matters: Sequence[Matter]

    @property
    def points(self) -> list[Point]:
        """Everything open, in the order in which it is gone through."""
        return [point for matter in self.matters for point in matter.points]

    @property
    def lead(self) -> str:
        """How much is open, in a sentence."""
        number = len(self.points)
        return (
            f"{count(number, 'point')} {'is' if number == 1 else 'are'} open. What is still open when the return is "
            "checked must be accepted with a reason."
        )

    @property
    def settled(self) -> str:
        """The sorts of which nothing is open: `provisional awards; refunds without a description`."""
        return "; ".join(f"{title[0].lower()}{title[1:]}" for sort, title in SORTS.items() if not self.number(sort))

    @property
    def is_ready(self) -> bool:
        """Whether nothing at all is open."""
        return not (self.in_the_way or self.faults or self.matters)

    def number(self, sort: str) -> int:
        """How many points of a sort are open."""
        return sum(len(matter.points) for matter in self.matters if matter.sort == sort)

    @property
    def in_words(self) -> str:
        """`3 claims, 1 explanation, ledger`, for a line of a list, which leaves the other warnings to the page."""
        told = [count(self.number(sort), word) for sort, word in TOLD.items() if self.number(sort)]
        told += ["ledger"] if self.number(LEDGER) else []
        return begin(", ".join(told)) or "Nothing"


def readiness(session: Session, place: Place, today: date) -> Readiness:
    """What is missing of a return as it stands now; remembered, as its figures are, until anything is changed."""
    shown = shown_now(session, place, None)
    due = deadline(place.quarter, place.year.programme.claim_deadlines)
    matters = [Matter(sort, points) for sort, points in every_point(shown.content).items()]
    obstacles = in_the_way(session, place, today)
    return Readiness(place, obstacles, shown.faults, overdue("This return", due, today), matters)


def owner_of(point: Point) -> str:
    """Whose a point is to put right: a claim that was sent is finance's, one that was not its lead organisation's."""
    if point.sort == CLAIM and point.status in WITH_FINANCE:
        return FINANCE
    return BELONGS_TO.get(point.sort) or point.lead or FINANCE


def open_in_quarter(session: Session, places: Sequence[Place]) -> list[Readiness]:
    """What is open in each return of a quarter, as its list counts it, all from the whole area's figures.

    Of a partnership that is what can be told apart: claims, explanations and its ledger. The Home Office's return
    tells of no ledger.
    """
    if not places:
        return []
    area = Place(places[0].year, places[0].quarter, ReturnKind.OPCC, None)
    every = every_point(shown_now(session, area, None).content)
    return [Readiness(place, (), (), None, list(_part(every, place))) for place in places]


def _part(every: dict[str, list[Point]], place: Place) -> Iterator[Matter]:
    for sort, points in every.items():
        here = [point for point in points if place.csp is None or point.csp == place.csp.name]
        if here and not (sort == LEDGER and place.kind is ReturnKind.HOME_OFFICE):
            yield Matter(sort, here)


def csp_of(year: FundingYear, name: str | None) -> CSP | None:
    """The partnership that a point names."""
    return next((csp for csp in year.police_area.csps if csp.name == name), None)
