"""What the workspace and the best set both ask for: the ceilings, and a percentage to plan above them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict

from portfolio.money import format_plain
from portfolio.scenarios.queries import Weighed


def ceilings_in(weighed: Weighed, box: Callable[[int], Any]) -> dict[int, Decimal]:
    """The ceilings that boxes say, in pounds by stream; a blank one is the partnership's allocation."""
    typed = {share: box(share.stream).data for share in weighed.streams}
    return {share.stream: share.allocation if amount is None else amount for share, amount in typed.items()}


def with_ceilings(sent: MultiDict[str, str], weighed: Weighed) -> MultiDict[str, str]:
    """What an address says; it need not name the ceilings, which are the allocations then."""
    ceilings = {f"ceiling-{share.stream}": format_plain(share.allocation) for share in weighed.streams}
    unsaid = {name: amount for name, amount in {**ceilings, "over_percent": "0"}.items() if name not in sent}
    return MultiDict([*sent.items(multi=True), *unsaid.items()])
