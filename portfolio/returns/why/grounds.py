"""A figure's explanation: what it is made of, part by part, and the rows of the record below it, which sum to it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import ZERO
from portfolio.returns.contents.scope import Scope
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.granted import Granting
from portfolio.returns.why.reported import Reporting
from portfolio.returns.why.rows import ROUNDING, Named, Row, Spending
from portfolio.returns.why.sources import Origin, Source, origin
from portfolio.returns.why.then import Then
from reports.addresses import Spot
from reports.totals import share_of
from reports.tracing import Term


@dataclass(frozen=True)
class Part:
    """A figure that is added, or with the sign −1 taken off."""

    sign: int
    spot: Spot
    amount: Decimal
    """What it adds, with its sign."""


@dataclass(frozen=True)
class Side:
    """A sum: the figures that it is added up from, if there are any, and the rows of the record that it ends at."""

    like: Spot
    """A cell whose figures are read as this sum's are."""
    parts: tuple[Part, ...]
    rows: tuple[Row, ...]
    beside: Decimal = ZERO
    """What is added to the parts straight from the record: what rounding adds."""

    @property
    def sum_of_parts(self) -> Decimal:
        """What the parts come to, with what stands beside them."""
        return sum((part.amount for part in self.parts), self.beside)

    @property
    def total(self) -> Decimal:
        """What the rows come to."""
        return sum((row.amount for row in self.rows), ZERO)


@dataclass(frozen=True)
class Explained:
    """Why a figure is what it is; a percentage has a part and a whole, each with its own rows."""

    spot: Spot
    figure: Decimal
    words: str | None
    """The formula in words; None where the figure comes straight from the record."""
    part: Side
    whole: Side | None
    is_known: bool
    """Whether the way from the figure to its rows is known."""

    @property
    def comes_to(self) -> Decimal:
        """What the rows below come to, as the figure is written."""
        if self.whole is None:
            return self.part.total
        return share_of(self.part.total, self.whole.total) or ZERO

    @property
    def difference(self) -> Decimal:
        """The figure less what its rows come to: nothing, unless something was changed behind the record's back."""
        return self.figure - self.comes_to

    @property
    def sides(self) -> Sequence[Side]:
        """The part, and the whole where there is one."""
        return (self.part,) if self.whole is None else (self.part, self.whole)


def explain(scope: Scope, then: Then, cells: Cells, *spots: Spot) -> list[Explained]:
    """Some figures' explanations, read together: as many statements for all of them as for one."""
    made = [_Made(cells, spot) for spot in spots]
    rows = rows_of(scope, then, {source for one in made for side in one.sources for source in side})
    return [
        Explained(
            one.spot,
            cells.tracing.value(one.spot) or ZERO,
            one.formula.words if one.formula is not None else None,
            _side(cells, one, 0, rows),
            _side(cells, one, 1, rows) if len(one.sources) > 1 else None,
            one.is_known,
        )
        for one in made
    ]


def _side(cells: Cells, made: "_Made", place: int, rows: dict[Source, list[Row]]) -> Side:
    amounts: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for source, weight in made.sources[place].items():
        for row in rows[source]:
            amounts[row.record, row.number] += weight * row.amount
    terms = () if made.formula is None else (made.formula.terms, made.formula.whole)[place]
    parts = tuple(
        Part(term.sign, spot, term.sign * value)
        for term in terms
        for spot in term.spots
        if (value := cells.tracing.value(spot)) is not None
    )
    like = parts[0].spot if parts else made.spot
    beside = sum((one.sign * row.amount for one in made.own for row in rows[one.source]), ZERO) if parts else ZERO
    return Side(like, parts, tuple(Row(*key, amount) for key, amount in amounts.items() if amount), beside)


class _Made:
    """A figure taken apart until only rows are left, which it names by their sources."""

    def __init__(self, cells: Cells, spot: Spot) -> None:
        self.spot, self._cells = spot, cells
        found = origin(cells, spot)
        self.formula, self.own, self.is_known = found.made, found.sources, found.is_known
        self.sources: list[Counter[Source]] = [Counter()]
        self._add(found, 1, self.sources[0])
        if found.made is not None and found.made.whole:
            self.sources.append(Counter())
            self._add_terms(found.made.whole, 1, self.sources[1])

    def _add(self, found: Origin, sign: int, counted: Counter[Source]) -> None:
        self.is_known &= found.is_known
        for one in found.sources:
            counted[one.source] += sign * one.sign
        if found.made is not None:
            self._add_terms(found.made.terms, sign, counted)

    def _add_terms(self, terms: Iterable[Term], sign: int, counted: Counter[Source]) -> None:
        for term in terms:
            for spot in term.spots:
                if self._cells.tracing.value(spot) is not None:  # nothing stands below a text
                    self._add(origin(self._cells, spot), sign * term.sign, counted)


def rows_of(scope: Scope, then: Then, sources: Iterable[Source]) -> dict[Source, list[Row]]:
    """The rows of each source."""
    asked = list(sources)
    named = Named(scope.session, scope)
    spending, granting = Spending(scope, then, named, asked), Granting(scope, then, named)
    reporting = Reporting(scope, then, named)
    find: dict[str, Callable[[Source], list[Row]]] = {
        "spent": spending.spent,
        "corrected": spending.corrected,
        "spent on": spending.spent_on,
        "accrued": spending.accrued,
        "claimed by": spending.claimed_by,
        "awarded": spending.awarded,
        "planned": spending.planned,
        "expected": spending.expected,
        "granted": granting.granted,
        "shared": granting.shared,
        "held back": granting.held_back,
        "requested": granting.requested,
        "decided": granting.decided,
        "variation": granting.variation,
        "last year": granting.last_year,
        "received": granting.received,
        "withheld": granting.withheld,
        "cost": granting.cost,
        "proceeds": granting.proceeds,
        "pledged in cash": reporting.pledged_in_cash,
        "pledged in kind": reporting.pledged_in_kind,
        "secured": reporting.secured,
        "match received": reporting.match_received,
        "match spent": reporting.match_spent,
        "match shared": reporting.match_shared,
        "target": reporting.target,
        "result": reporting.result,
        "reached": reporting.reached,
        "observed": reporting.observed,
        "ledger": reporting.ledger,
        "timing": reporting.timing,
        "rounding": lambda source: [Row(ROUNDING, 0, source.of[0])],
    }
    return {source: find[source.kind](source) for source in asked}
