"""What was promised and what has come of it, each to a scale of its own, because people and sessions do not compare."""

from dataclasses import dataclass
from decimal import Decimal

from portfolio.words import begin, figure
from reports.charts.figures import spoken
from reports.charts.pen import BOLD, GAP, Pen, Scale
from reports.charts.ways import ASKED, FULL
from reports.documents import Table


@dataclass(frozen=True)
class Target:
    """One thing that is counted, in its unit: what was promised, and what it has come to.

    None is no target, or no figure; `instead` says why there is none, like `fewer than 5`.
    """

    name: str
    unit: str
    target: Decimal | None
    to_date: Decimal | None
    instead: str = "nothing yet"

    @property
    def promised(self) -> str:
        """`60 people promised`."""
        return "no target agreed" if self.target is None else f"{figure(self.target)} {self.unit} promised"

    @property
    def come_to(self) -> str:
        """`39 people to date`."""
        return f"{figure(self.to_date)} {self.unit} to date" if self.to_date is not None else f"{self.instead} to date"


@dataclass(frozen=True)
class AgainstTargets:
    """A picture of what was promised and what has come of it."""

    title: str
    rows: tuple[Target, ...]
    narrow: bool = False

    def draw(self, pen: Pen) -> None:
        """A name, a hatched bar of what was promised, a full bar of what came."""
        for each in self.rows:
            scale = Scale([each.target, each.to_date], pen.room([each.promised, each.come_to]))
            pen.write_line(each.name, BOLD)
            pen.bar(scale, each.target, each.promised, ASKED)
            pen.bar(scale, each.to_date, each.come_to, FULL)
            pen.at += GAP

    def as_table(self) -> Table:
        """A row for each thing that is counted."""
        columns = ("What is counted", "Unit", "Target", "To date")
        rows = tuple(
            (
                each.name,
                each.unit,
                "None agreed" if each.target is None else figure(each.target),
                begin(each.instead) if each.to_date is None else figure(each.to_date),
            )
            for each in self.rows
        )
        return Table(self.title, columns, rows, frozenset({2, 3}))

    def in_words(self) -> str:
        """Each one's target and what it has come to."""
        told = (f"{each.name}: {each.promised}, {each.come_to}" for each in self.rows)
        return spoken("Bars, each to a scale of its own", self.title, told)
