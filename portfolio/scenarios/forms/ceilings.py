"""What the workspace and the best set both ask for: the ceilings, and a percentage to plan above them."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from portfolio.money import format_plain
from portfolio.scenarios.queries import Weighed
from portfolio.web.forms import FigureBox

_HUNDREDTHS = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,3}", re.ASCII)


class PercentField(FigureBox):
    """A percentage from 0 to 100 of at most two decimals, or with `whole` of none."""

    def __init__(self, label: str, *, whole: bool = False, hint: str = "", **rest: Any) -> None:
        super().__init__(label, hint=hint, **rest)
        self.whole = whole

    def read(self, typed: str) -> Decimal | None:
        """The percentage, with or without its sign; raises ValueError."""
        number = typed.removesuffix("%").strip()
        if not number:
            return None
        if not (_WHOLE if self.whole else _HUNDREDTHS).fullmatch(number) or Decimal(number) > 100:
            like = "70" if self.whole else "4.5"
            kind = "whole number" if self.whole else "number of at most two decimals"
            raise ValueError(f"{self.label.text} must be a {kind} from 0 to 100, like {like}")
        return Decimal(number)

    def written(self, figure: Decimal) -> str:
        """`4.5`."""
        return plain_percent(figure)


def plain_percent(value: Decimal) -> str:
    """`4.5`, as a box or an address has a percentage."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def ceilings_in(weighed: Weighed, box: Callable[[int], Any]) -> dict[int, Decimal]:
    """The ceilings that boxes say, in pounds by stream; a blank one is the partnership's allocation."""
    typed = {share: box(share.stream).data for share in weighed.streams}
    return {share.stream: share.allocation if amount is None else amount for share, amount in typed.items()}


def with_ceilings(sent: MultiDict[str, str], weighed: Weighed) -> MultiDict[str, str]:
    """What an address says; it need not name the ceilings, which are the allocations then."""
    ceilings = {f"ceiling-{share.stream}": format_plain(share.allocation) for share in weighed.streams}
    unsaid = {name: amount for name, amount in {**ceilings, "over_percent": "0"}.items() if name not in sent}
    return MultiDict([*sent.items(multi=True), *unsaid.items()])
