"""A claim as a list of tasks: each part, whether anybody has begun it, and what it still needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portfolio.errors import PortfolioError
from portfolio.spend.checks import Contents, Ground, Part
from portfolio.spend.parts import only, part_at
from portfolio.words import count

TITLES = {
    Part.SPEND: "Spend",
    Part.MATCH: "Match",
    Part.FORECAST: "Forecast",
    Part.PROGRESS: "Progress",
    Part.OUTPUTS: "Outputs and outcomes",
    Part.RISKS: "Risks",
}
OPTIONAL = (Part.OUTPUTS, Part.RISKS)
NOT_STARTED, LEFT_OUT, NEEDS, DONE = "not started", "optional", "needs something", "done"


@dataclass(frozen=True)
class Step:
    """A task of the list: where it is done, its state in words, and what it needs."""

    title: str
    href: str | None
    status: str
    note: str | None = None


def parts_for(ground: Ground) -> list[Part]:
    """The parts of a claim in the order of its pages; in the year's last quarter nothing is left to forecast."""
    return [part for part in Part if part is not Part.FORECAST or ground.to_forecast]


def part_after(part: Part, ground: Ground) -> Part | None:
    """The part that follows another; None after the last."""
    parts = parts_for(ground)
    return next((later for later in parts[parts.index(part) + 1 :]), None)


def is_begun(part: Part, contents: Contents) -> bool:
    """Whether anything stands in a part."""
    return only(contents, part) != Contents()


def faults_of_part(part: Part, faults: Sequence[PortfolioError]) -> list[PortfolioError]:
    """Those faults of a claim that are put right in one part."""
    return [fault for fault in faults if part_at(fault.field) is part]


def steps_of(
    contents: Contents, ground: Ground, faults: Sequence[PortfolioError], address_of: Callable[[Part], str]
) -> list[Step]:
    """Every part as a task."""
    return [
        Step(TITLES[part], address_of(part), *_state(part, contents, faults_of_part(part, faults)))
        for part in parts_for(ground)
    ]


def _state(part: Part, contents: Contents, faults: Sequence[PortfolioError]) -> tuple[str, str | None]:
    if not is_begun(part, contents):
        return (LEFT_OUT if part in OPTIONAL else NOT_STARTED), None
    if not faults:
        return DONE, None
    more = f", and {count(len(faults) - 1, 'more thing')}" if len(faults) > 1 else ""
    return NEEDS, f"{faults[0].sentence}{more}"
