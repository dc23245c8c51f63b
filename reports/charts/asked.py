"""What was asked and what was awarded: all together against what was available, then each proposal."""

from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import format_pounds
from reports.charts.figures import spoken
from reports.charts.pen import BOLD, GAP, Pen, Scale
from reports.charts.ways import ASKED, EMPTY, FULL
from reports.documents import Table

OWN_SCALE = "Each proposal, to a scale of its own"
TITLE = "What was asked and what was awarded"


@dataclass(frozen=True)
class Bars:
    """What one proposal (or all of them) asked for and was awarded, in pounds, and what was decided, in a word."""

    title: str
    asked: Decimal
    awarded: Decimal
    outcome: str


@dataclass(frozen=True)
class AskedAndAwarded:
    """A picture of what was asked and what was awarded: all together first, against what was available; then each."""

    together: Bars
    available: Decimal
    proposals: tuple[Bars, ...]
    narrow: bool = False
    title: str = TITLE

    def draw(self, pen: Pen) -> None:
        """Bars of all together and bars of each proposal have a scale of their own each."""
        together = self.together
        _draw(pen, together, together.asked, together.awarded, available=self.available)
        pen.write_line(OWN_SCALE)
        pen.at += GAP
        amounts = [amount for bars in self.proposals for amount in (bars.asked, bars.awarded)]
        for bars in self.proposals:
            _draw(pen, bars, *amounts)

    def as_table(self) -> Table:
        """The amounts, with what was available beside what all asked for together."""
        columns = ("Proposal", "Asked", "Available", "Awarded", "Outcome")
        first = _row(self.together, format_pounds(self.available))
        return Table(self.title, columns, (first, *(_row(bars, "") for bars in self.proposals)), frozenset({1, 2, 3}))

    def in_words(self) -> str:
        """The amounts together, then each proposal's."""
        every = (self.together, *self.proposals)
        told = [
            f"{bars.title}, {bars.outcome}: {format_pounds(bars.asked)} asked, {format_pounds(bars.awarded)} awarded"
            for bars in every
        ]
        told[0] += f", {format_pounds(self.available)} available"
        return spoken("Bars", self.title, told)


def _row(bars: Bars, available: str) -> tuple[str, ...]:
    return (bars.title, format_pounds(bars.asked), available, format_pounds(bars.awarded), bars.outcome)


def _draw(pen: Pen, bars: Bars, *amounts: Decimal, available: Decimal | None = None) -> None:
    """A title; a hatched bar of what was asked; what was available, where that is said; a full bar of what came."""
    largest = max(amounts) if available is None else max(*amounts, available)
    scale = Scale([largest], pen.room([f"{format_pounds(largest)} available"]))
    pen.write_line(f"{bars.title}: {bars.outcome}", BOLD)
    pen.bar(scale, bars.asked, f"{format_pounds(bars.asked)} asked", ASKED)
    if available is not None:
        pen.bar(scale, available, f"{format_pounds(available)} available", EMPTY)
    pen.bar(scale, bars.awarded, f"{format_pounds(bars.awarded)} awarded", FULL)
    pen.at += GAP
