"""Two returns held against each other: what changed, cell by cell, and the log of what that came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from portfolio.money import ZERO
from portfolio.remembering import Remembered
from portfolio.returns.changes.causes import ANOTHER_YEAR, Cause, CauseKind, Share
from portfolio.returns.changes.grounds import Of, Quantities
from portfolio.returns.changes.reckoning import Reckoning
from portfolio.returns.changes.sides import Side, cover_the_same, in_order
from portfolio.returns.changes.sources import Sources
from portfolio.returns.changes.words import Words
from reports import returns
from reports.changes import ChangedCell, Compared, compare

OWN = (Of.ACTUAL, Of.AWARD, Of.ALLOCATION, Of.PROFILE, Of.RECEIVED, Of.PLEDGED_CASH, Of.PLEDGED_IN_KIND, Of.FORECAST)
"""The quantities that a cause's own amount is told of: the first of these that it moved."""


@dataclass(frozen=True)
class Difference:
    """A cell that is not the same, and where its difference came from."""

    cell: ChangedCell
    shares: Sequence[Share]

    @property
    def surprises(self) -> bool:
        """Whether it is more than a later quarter brings by itself."""
        return any(share.cause.surprises for share in self.shares)

    @property
    def is_explained(self) -> bool:
        """Whether everything that it came from is on record."""
        return all(share.cause.kind is not CauseKind.NOT_EXPLAINED for share in self.shares)


@dataclass(frozen=True)
class Logged:
    """A line of the log: one thing that was done or that time did, what it came to, and the cells that it changed."""

    cause: Cause
    amount: Decimal | None
    """In pounds: of a claim or a correction what it brought; None where it is no one amount."""
    cells: int
    sheets: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Everything that is not the same in two returns."""

    before: Side
    after: Side
    compared: Compared
    differences: Sequence[Difference]
    covers_the_same: bool

    @cached_property
    def log(self) -> list[Logged]:
        """What the differences came from, what surprises first; each thing once."""
        cells: dict[Cause, list[ChangedCell]] = {}
        amounts: dict[Cause, Decimal] = {}
        for difference in self.differences:
            for share in difference.shares:
                cells.setdefault(share.cause, []).append(difference.cell)
        for cause, amount in self.own_amounts:
            amounts[cause] = amounts.get(cause, ZERO) + amount
        return [
            Logged(cause, amounts.get(cause) or None, len(there), tuple(dict.fromkeys(cell.sheet for cell in there)))
            for cause, there in sorted(cells.items(), key=lambda each: _place(each[0]))
        ]

    own_amounts: Sequence[tuple[Cause, Decimal]] = ()

    @property
    def surprising(self) -> list[Difference]:
        """The differences that are more than a later quarter brings by itself."""
        return [difference for difference in self.differences if difference.surprises]

    @property
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
    own = [
        (share.cause, share.amount)
        for ground, keys in now.found.items()
        if ground[0] in OWN
        for key in keys
        for share in sources.became(ground, key)
        if share.amount is not None
    ]
    return Comparison(before, after, found, differences, same, own)


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
