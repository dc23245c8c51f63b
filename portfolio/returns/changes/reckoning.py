"""A changed figure taken apart: what of its difference came from which cause, to the penny."""

from decimal import Decimal

from portfolio.money import ZERO
from portfolio.returns.changes.causes import ANOTHER_YEAR, Cause, Share, passing, unexplained
from portfolio.returns.changes.grounds import RATIOS, Ground, Key, Of, Quantities, made_of, part_of
from portfolio.returns.changes.sources import Sources
from reports.changes import ChangedCell


class Reckoning:
    """The figures of two returns, by what they are made of."""

    def __init__(self, before: Quantities, after: Quantities, sources: Sources) -> None:
        self._before, self._after, self._sources = before, after, sources

    def of_cell(self, cell: ChangedCell) -> list[Share] | None:
        """What of a figure's difference came from where; None for a cell that is made of no quantities.

        The shares of an amount sum to its difference; those of a percentage have no amounts.
        """
        part = part_of(cell.sheet, cell.row, cell.part)
        if part is None:
            return None
        if cell.column in RATIOS:
            causes = dict.fromkeys(
                cause
                for column in RATIOS[cell.column]
                for cause in self._apart(cell, column, part)
            )  # fmt: skip
            return [Share(cause) for cause in causes]
        found = self._apart(cell, cell.column, part)
        apart = cell.difference
        if not found and not self._is_made(cell):
            return None
        if apart is None:
            return [Share(cause) for cause in found]
        left = apart - sum(found.values(), ZERO)
        if left:
            found[unexplained("the figures that it is made of do not come to it")] = left
        return [Share(cause, amount) for cause, amount in found.items()]

    def _is_made(self, cell: ChangedCell) -> bool:
        return any(made_of(cell.sheet, cell.column, one.number) for one in (self._before, self._after))

    def _apart(self, cell: ChangedCell, column: str, part: Key) -> dict[Cause, Decimal]:
        """Pounds by cause, in the order in which they are met; what cancels out is left out."""
        was = made_of(cell.sheet, column, self._before.number) if cell.was is not None else {}
        now = made_of(cell.sheet, column, self._after.number) if cell.now is not None else {}
        found: dict[Cause, Decimal] = {}
        for ground in {**now, **was}:
            for cause, amount in self._of_ground(ground, was.get(ground, 0), now.get(ground, 0), part):
                found[cause] = found.get(cause, ZERO) + amount
        return {cause: amount for cause, amount in found.items() if amount}

    def _of_ground(self, ground: Ground, was: int, now: int, part: Key) -> list[tuple[Cause, Decimal]]:
        """What a quantity's own difference and its move to or from a column bring; signs say whether it is added."""
        found: list[tuple[Cause, Decimal]] = []
        for key in dict.fromkeys([*self._after.within(ground, part), *self._before.within(ground, part)]):
            earlier = self._before.amount(ground, key)
            if earlier is not None and now != was:
                found.append((self._passed(ground, here=bool(now)), (now - was) * earlier))
            if now and self._after.amount(ground, key) is not None:
                found += [
                    (share.cause, now * share.amount)
                    for share in self._sources.became(ground, key)
                    if share.amount is not None
                ]
            elif now and earlier is not None:
                gone = self._sources.went(ground, key, -earlier)
                found += [(share.cause, now * share.amount) for share in gone if share.amount is not None]
        return found

    def _passed(self, ground: Ground, *, here: bool) -> Cause:
        of, quarter = ground
        if not self._sources.same_year:
            return ANOTHER_YEAR
        if of is Of.FORECAST:
            return passing(f"The forecast of Q{quarter} gave way to what was spent")
        what = _WHAT.get(of, of.value)
        return passing(f"{what} Q{quarter} counts here now" if here else f"{what} Q{quarter} counts here no longer")


_WHAT = {
    Of.ACTUAL: "The spend of",
    Of.SPENT: "The spend of",
    Of.PROFILE: "The profile of",
    Of.ACCRUED: "What was accrued in",
    Of.CORRECTED: "What was corrected in",
    Of.EXPECTED: "What was expected of",
    Of.MATCH_SPENT: "The match spent in",
    Of.MATCH_BEFORE: "The match spent before",
}
