"""What charts are given and how it reads: a figure is written alike on a chart, in its table and in its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import format_pounds
from portfolio.words import begin, figure

POUNDS, PER_CENT = "£", "%"
"""Units that stand beside each figure; any other unit is a word, like `people`."""
BESIDE = (POUNDS, PER_CENT, "")
NO_FIGURE = "No figure"
MOST_SPOKEN = 16
"""So many figures are read out where a picture cannot be seen; the table has them all."""
SEE_TABLE = "The table beside it has every figure."


@dataclass(frozen=True)
class Series:
    """What one kind of figure comes to, place by place; None where there is none, which is not zero.

    `instead` says place by place what stands where there is none, like `Fewer than 5`; without, it is `No figure`.
    """

    name: str
    values: tuple[Decimal | None, ...]
    instead: tuple[str, ...] = ()

    def said(self, place: int, unit: str) -> str:
        """A place's figure as it is written, or what stands instead of it."""
        value = self.values[place]
        return self.instead[place] if value is None and self.instead else written(value, unit)


def written(value: Decimal | None, unit: str) -> str:
    """`£1,234.50`, `52.1%`, `1,204`; `No figure` where there is none."""
    if value is None:
        return NO_FIGURE
    if unit == POUNDS:
        return format_pounds(value)
    return f"{figure(value)}%" if unit == PER_CENT else figure(value)


def in_unit(unit: str) -> str:
    """`In people`, said once on a chart whose figures do not say it each."""
    return "" if unit in BESIDE else f"In {unit}"


def heading(name: str, unit: str) -> str:
    """A column's heading: `Trained (people)`; pounds and per cent stand beside each figure."""
    return begin(name) if unit in BESIDE else f"{begin(name)} ({unit})"


def spoken(kind: str, title: str, told: Iterable[str], besides: Iterable[str] = ()) -> str:
    """A chart in words: what it is, what it is of, its figures, or the first where they are many, and what else is."""
    figures = list(told)
    more = f" and {len(figures) - MOST_SPOKEN} more" if len(figures) > MOST_SPOKEN else ""
    said = [f"{'; '.join(figures[:MOST_SPOKEN])}{more}."] if figures else []
    return " ".join([f"{kind}: {title}.", *said, *besides, SEE_TABLE])
