"""Two returns held against each other: what changed, cell by cell, and the log of what that came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from portfolio.money import ZERO
from portfolio.remembering import Remembered
from portfolio.returns.changes.causes import ANOTHER_YEAR, EXPECTED, Cause, CauseKind, Share
from portfolio.returns.changes.grounds import Of, Quantities
from portfolio.returns.changes.reckoning import Reckoning
from portfolio.returns.changes.sides import Side, cover_the_same, in_order
from portfolio.returns.changes.sources import Sources
from portfolio.returns.changes.words import Words
from portfolio.words import count
from reports import returns
from reports.changes import ChangedCell, Compared, compare

OWN = (
    Of.ACTUAL,
    Of.AWARD,
    Of.ALLOCATION,
    Of.PROFILE,
    Of.RECEIVED,
    Of.PLEDGED_CASH,
    Of.PLEDGED_IN_KIND,
    Of.MATCH_SPENT,
    Of.FORECAST,
)
"""The quantities that a cause's own amount is told of: the first of these that it moved."""

MOST_SHARES = 4


@dataclass(frozen=True)
class Difference:
    """A cell that is not the same, and where its difference came from."""

    cell: ChangedCell
    shares: Sequence[Share]

    @property
    def first(self) -> Sequence[Share]:
        """As much of it as stands in a line of a page: what surprises, and what weighs most."""
        return self.shares[:MOST_SHARES]

    @property
    def more(self) -> int:
        """How many causes stand in the workbook only."""
        return len(self.shares[MOST_SHARES:])

    @property
    def surprises(self) -> bool:
        """Whether it is more than a later quarter brings by itself."""
        return any(share.cause.surprises for share in self.shares)

    @property
    def is_explained(self) -> bool:
        """Whether everything that it came from is on record."""
        return all(share.cause.kind is not CauseKind.NOT_EXPLAINED for share in self.shares)


UNNAMED: dict[CauseKind, str] = {
    CauseKind.QUARTER: "Nobody: time passed",
    CauseKind.YEAR: "Nobody: time passed",
    CauseKind.FOLLOWS: "Nobody: it follows",
    CauseKind.STATE: "See the return",
    CauseKind.CLAIM: "See the claim",
    CauseKind.RESULT: "See the project",
}
"""What is said of who did it where no name and no day stand beside what was recorded, or nobody did it."""


@dataclass(frozen=True)
class Logged:
    """A line of the log: one thing that was done or that time did, what it came to, and the cells that it changed."""

    cause: Cause
    amount: Decimal | None
    """In pounds: of a claim or a correction what it brought; None where it is no one amount."""
    cells: int
    sheets: tuple[str, ...]

    @property
    def cells_in_words(self) -> str:
        """`3 cells`."""
        return count(self.cells, "cell")

    @property
    def by(self) -> str | None:
        """Who did it, or whose record says it; None where only the day is known."""
        return self.cause.by or (None if self.cause.on else UNNAMED.get(self.cause.kind, "No name on record"))


@dataclass(frozen=True)
class Comparison:
    """Everything that is not the same in two returns."""

    before: Side
    after: Side
    compared: Compared
    differences: Sequence[Difference]
    covers_the_same: bool
    own_amounts: Mapping[Cause, Decimal]
    """What each cause moved of what it moved first, in pounds: of a claim what was spent, of a variation the award."""

    @cached_property
    def log(self) -> list[Logged]:
        """What the differences came from, what surprises first; each thing once."""
        cells: dict[Cause, list[ChangedCell]] = {}
        for difference in self.differences:
            for share in difference.shares:
                cells.setdefault(share.cause, []).append(difference.cell)
        return [
            Logged(
                cause,
                self.own_amounts.get(cause) or None,
                len(there),
                tuple(dict.fromkeys(cell.sheet for cell in there)),
            )
            for cause, there in sorted(cells.items(), key=lambda each: _place(each[0]))
        ]

    @cached_property
    def surprises_logged(self) -> list[Logged]:
        """What of the log is more than a later quarter brings by itself."""
        return [line for line in self.log if line.cause.surprises]

    @cached_property
    def expected_logged(self) -> list[Logged]:
        """What of the log the later quarter brought: its claims, what was observed and reported."""
        return [line for line in self.log if not line.cause.surprises and line.cause.kind not in EXPECTED]

    @cached_property
    def time_logged(self) -> list[Logged]:
        """What of the log nobody did."""
        return [line for line in self.log if line.cause.kind in EXPECTED]

    @cached_property
    def surprising(self) -> list[Difference]:
        """The differences that are more than a later quarter brings by itself."""
        return [difference for difference in self.differences if difference.surprises]

    @cached_property
    def unexplained(self) -> list[Difference]:
        """The differences that nothing on record accounts for."""
        return [difference for difference in self.differences if not difference.is_explained]


def _place(cause: Cause) -> tuple[int, int]:
    kinds = list(CauseKind)
    if cause.kind is CauseKind.NOT_EXPLAINED:
        return -1, 0
    return 0 if cause.surprises else 1, kinds.index(cause.kind)


_remembered: Remembered[Comparison] = Remembered(4)
"""The last ones that pages showed: a large area's takes longer than a page may."""


def compared(session: Session, one: Side, other: Side) -> Comparison:
    """Two returns held against each other, the earlier one first; remembered until anything at all is changed."""
    before, after = in_order(one, other, session)
    place = after.place
    asked = (before.choice, after.choice, place.year.id, place.quarter, place.kind, place.csp.id if place.csp else None)
    return _remembered.find(session, asked, lambda: _compare(session, before, after))


def _compare(session: Session, before: Side, after: Side) -> Comparison:
    earlier, later = before.content(session), after.content(session)
    same = cover_the_same(before, after)
    found = compare(returns.book(earlier), returns.book(later), shared_lines_only=not same)
    was, now = Quantities(earlier), Quantities(later)
    sources = Sources(session, (before, after), was, now)
    reckoning, words = Reckoning(was, now, sources), Words(session, after, sources)
    differences = [Difference(cell, _shares(cell, sources, reckoning, words)) for cell in found.cells]
    return Comparison(before, after, found, differences, same, _own_amounts(now, sources))


def _own_amounts(now: Quantities, sources: Sources) -> dict[Cause, Decimal]:
    found: dict[Cause, Decimal] = {}
    for of in OWN:
        moved: dict[Cause, Decimal] = {}
        for ground in [ground for ground in now.found if ground[0] is of]:
            for key in now.found[ground]:
                for share in sources.became(ground, key):
                    moved[share.cause] = moved.get(share.cause, ZERO) + (share.amount or ZERO)
        found = moved | found
    return found


def _shares(cell: ChangedCell, sources: Sources, reckoning: Reckoning, words: Words) -> list[Share]:
    if not sources.same_year:
        return [Share(ANOTHER_YEAR)]
    found = reckoning.of_cell(cell) if cell.is_figure else None
    if found is None:
        return [Share(cause) for cause in words.of_cell(cell)]
    return sorted(found, key=_weight)


def _weight(share: Share) -> tuple[bool, Decimal]:
    """What surprises first, then what weighs most."""
    return not share.cause.surprises, -abs(share.amount or ZERO)
