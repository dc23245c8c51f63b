"""Choices, each in or out, of the least cost under conditions in whole numbers: found by a solver, judged exactly.

The solver knows no whole numbers. Each set that it finds is added up again in them, and one that breaks a condition by
less than the solver can see is cut off and asked for anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portfolio.errors import PortfolioError

SECONDS = 5
"""The longest that one question to the solver takes; what is not proved by then is not said."""
MOST_CUTS = 60


class NotProved(PortfolioError):
    """The solver has not finished."""

    def __init__(self) -> None:
        super().__init__(
            "It takes too long to prove which set is best. Set a lowest score, or name some that must be in it"
        )


@dataclass(frozen=True)
class Row:
    """A condition on the choices: whole numbers before each, and what they sum to at least and at most."""

    factors: Mapping[int, int]
    least: int | None = None
    most: int | None = None

    def told(self, choices: int) -> tuple[list[float], float, float]:
        """As a solver takes it, which knows no whole numbers: large ones in hundreds, with half a one to spare."""
        are_large = any(abs(factor) > 1 for factor in self.factors.values())
        scale, spare = (100, 0.5) if are_large else (1, 0)
        return (
            [self.factors.get(place, 0) / scale for place in range(choices)],
            float("-inf") if self.least is None else (self.least - spare) / scale,
            float("inf") if self.most is None else (self.most + spare) / scale,
        )

    def holds(self, taken: frozenset[int]) -> bool:
        """Whether a set keeps to it."""
        value = sum(factor for place, factor in self.factors.items() if place in taken)
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


def least(costs: Sequence[float], rows: Sequence[Row]) -> frozenset[int] | None:
    """The choices of the least cost that keep to the rows, or None where none do; raises NotProved."""
    asked = list(rows)
    if any(not row.factors and not row.holds(frozenset()) for row in rows):
        return None
    for _ in range(MOST_CUTS):
        taken = _ask(costs, asked)
        if taken is None or all(row.holds(taken) for row in rows):
            return taken
        # Over a ceiling by less than the solver sees: everything but just this.
        others = {place: -1 if place in taken else 1 for place in range(len(costs))}
        asked.append(Row(others, least=1 - len(taken)))
    raise NotProved


def _ask(costs: Sequence[float], rows: Sequence[Row]) -> frozenset[int] | None:
    """What SciPy's solver (HiGHS) answers; None where nothing keeps to the rows; raises NotProved."""
    if not costs:
        return frozenset()
    from scipy.optimize import Bounds, LinearConstraint, milp  # half a second of CPU, for those who ask

    told = [row.told(len(costs)) for row in rows]
    answer = milp(
        costs,
        integrality=[1] * len(costs),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(*zip(*told, strict=True)) if told else None,
        options={"mip_rel_gap": 0, "time_limit": SECONDS},
    )
    if answer.status == 2:
        return None
    if answer.status != 0:
        raise NotProved
    return frozenset(place for place, value in enumerate(answer.x) if value > 0.5)
