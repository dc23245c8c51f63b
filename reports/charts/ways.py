"""How what stands side by side is told apart: by hatching, by line and by marker, so that colour is never needed."""

from dataclasses import dataclass

INK, GREY, BLUE, MIDDLE, PALE, PAPER = "#1f2933", "#5b6770", "#174f87", "#6f8aa6", "#c9d6e3", "#ffffff"


@dataclass(frozen=True)
class Way:
    """One way to draw a series: how a bar is filled, and how a line runs and is marked."""

    face: str
    edge: str
    hatch: str
    dashes: tuple[float, ...]
    """Points drawn and left out in turn; none for a line without gaps."""
    marker: str
    """As matplotlib names it: `o` is a disc, `s` a square, `^` a triangle, `D` a diamond."""
    width: float = 1.6
    """Points: how strong a line is."""


ASKED = Way(PAPER, GREY, "/////", (5, 2), "s")
FULL = Way(BLUE, BLUE, "", (), "o")
EMPTY = Way(PAPER, INK, "", (1, 1.5), "x")
ZERO_LINE, FINE_LINE = Way(PAPER, INK, "", (), "", 1.0), Way(PAPER, PALE, "", (), "", 0.6)
BREAK_LINE = Way(PAPER, GREY, "", (4, 3), "", 1.2)
SEVERAL = (
    ASKED,
    FULL,
    Way(PALE, INK, "....", (2, 1.5), "^"),
    Way(MIDDLE, INK, "", (7, 2, 1.5, 2), "D"),
    Way(PAPER, INK, "xxxx", (4, 1, 1, 1, 1, 1), "v"),
    Way(PALE, INK, "", (9, 3), "P"),
)


def ways(number: int) -> list[Way]:
    """So many ways, no two neighbours alike: one alone is drawn full; from the seventh on they come again."""
    return [FULL] if number == 1 else [SEVERAL[place % len(SEVERAL)] for place in range(number)]
