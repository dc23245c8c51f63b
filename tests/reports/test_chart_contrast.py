"""Charts are read without colour: in grey, and by people who see fewer colours than others.

What people with protanopia, deuteranopia and tritanopia see is simulated as Machado, Oliveira and Fernandes (2009)
describe it, at full severity, in linear light.
"""

from io import BytesIO
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from reports.charts import Columns, Series, png
from reports.charts.drawing import DOTS
from reports.charts.pen import MARGIN, NORMAL, SPACE, WIDE, length
from reports.charts.ways import BLUE, GREY, INK, PALE, PAPER, SEVERAL, ways
from tests.reports.chart_samples import figures

SEEN = {
    "in colour": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
    "in grey": ((0.2126, 0.7152, 0.0722),) * 3,
}
LIGHT = np.array((0.2126, 0.7152, 0.0722))
"""How much red, green and blue light add to brightness."""


def linear(colours: Any) -> Any:
    """Light, from what a screen is told."""
    return np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)


def brightness(colours: Any, seen: str) -> Any:
    """How bright colours are to somebody, from 0 to 1."""
    return np.clip(linear(colours) @ np.array(SEEN[seen]).T, 0, 1) @ LIGHT


def rgb(colour: str) -> Any:
    """A colour's three parts."""
    return np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])


def contrast(one: float, other: float) -> float:
    """As WCAG counts it: from 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.mark.parametrize("seen", SEEN)
def test_lines_words_and_edges_stand_out_from_the_paper(seen: str) -> None:
    paper = brightness(rgb(PAPER), seen)
    assert all(contrast(brightness(rgb(ink), seen), paper) >= 4.5 for ink in (INK, GREY, BLUE))
    assert contrast(brightness(rgb(INK), seen), brightness(rgb(PALE), seen)) >= 4.5


def test_no_two_series_are_told_apart_by_colour_alone() -> None:
    for one, other in combinations(SEVERAL, 2):
        assert one.hatch != other.hatch or contrast(*(brightness(rgb(way.face), "in grey") for way in (one, other))) > 2
        assert one.marker != other.marker
        assert one.dashes != other.dashes
    for several in range(2, 14):
        drawn = ways(several)
        assert all(one != other for one, other in pairwise(drawn))


@pytest.fixture(scope="module")
def fillings() -> list[Any]:
    """Each filling as it is drawn: cut from the middle of a bar of equal parts."""
    parts = tuple(Series(str(place), figures(1)) for place in range(len(SEVERAL)))
    picture = imread(BytesIO(png(Columns("Equal parts", ("All",), parts, "", stacked=True))))[..., :3]
    rows = np.where((picture < 0.999).any(axis=2).sum(axis=1) > picture.shape[1] * 0.7)[0]
    middle = picture[rows.min() + 4 : rows.max() - 3]
    wide = (WIDE - 2 * MARGIN - SPACE - length(str(len(SEVERAL)), NORMAL)) / len(SEVERAL)
    lefts = [(MARGIN + wide * place) * DOTS for place in range(len(SEVERAL))]
    return [middle[:, int(left) + 10 : int(left + wide * DOTS) - 10] for left in lefts]


@pytest.mark.parametrize("seen", SEEN)
def test_neighbours_differ_in_grain_or_in_brightness_whoever_looks(fillings: list[Any], seen: str) -> None:
    for one, other in pairwise(fillings):
        first, second = brightness(one, seen), brightness(other, seen)
        grained = {part.std() > 0.05 for part in (first, second)}
        assert len(grained) == 2 or contrast(first.mean(), second.mean()) >= 1.5
