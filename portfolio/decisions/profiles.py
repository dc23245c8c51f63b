"""An award's profile: what it plans to spend by quarter and category, as asked for, and how it follows a change."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.money import ZERO, format_pounds, share, share_evenly, to_pence
from portfolio.quarters import Quarter, between

Cells = dict[tuple[Quarter, str | None], Decimal]
"""A profile, in pounds by quarter and category, by its name; None is all categories together."""


class ProfileDoesNotAddUp(PortfolioError):
    """A profile that does not come to the award."""

    code = "E10"

    def __init__(self, profile: Decimal, award: Decimal) -> None:
        super().__init__(
            f"The quarters of the profile come to {format_pounds(profile)}, the award is {format_pounds(award)}. "
            "Change the quarters so that they sum to the award",
            "profile",
        )


class ProfileOutsideDates(PortfolioError):
    """E3: an award plans to spend in a quarter that it does not touch."""

    code = "E3"

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(
            f"The profile plans to spend in {quarter.short}, outside the award's dates. "
            "Move the amount to a quarter within them, or change the dates",
            "profile",
        )


def even_profile_between(award: Decimal, starts_on: date, ends_on: date) -> dict[Quarter, Decimal]:
    """An award spread evenly over the quarters that its dates touch."""
    quarters = list(between(starts_on, ends_on))
    return dict(zip(quarters, share_evenly(award, len(quarters)), strict=True))


def as_asked(
    award: Decimal,
    asks: Iterable[tuple[str | None, Quarter | None, Decimal]],
    starts_on: date,
    ends_on: date,
) -> Cells:
    """An award's profile in the proportions of what was asked for, in pounds; sums to the award.

    `asks` are category, quarter and pounds; an ask for no quarter of its own falls evenly on those that the award's
    dates touch, and what was asked for others does not count. Where that leaves nothing to go by, the award is spread
    evenly, without categories.
    """
    quarters = list(between(starts_on, ends_on))
    asked: Cells = {}
    for category, quarter, amount in asks:
        parts = [(quarter, amount)] if quarter else zip(quarters, share_evenly(amount, len(quarters)), strict=True)
        for each, part in parts:
            if each in quarters and part:
                asked[each, category] = asked.get((each, category), ZERO) + part
    if not asked:
        return {(quarter, None): part for quarter, part in even_profile_between(award, starts_on, ends_on).items()}
    places = sorted(asked, key=lambda place: place[0])
    shares = share(award, [to_pence(asked[place]) for place in places])
    return {place: part for place, part in zip(places, shares, strict=True) if part}


def followed(profile: Cells, change: Mapping[Quarter, Decimal]) -> Cells:
    """A profile with pounds added to (or, negative, taken from) its quarters; sums to both together.

    Each category keeps its part of its quarter; where a quarter planned nothing, its part of the whole profile. Where
    more is taken than a quarter of the profile has, because variations brought it more, that is owed by no category.
    """
    of_all: dict[str | None, int] = {}
    for (_, category), amount in profile.items():
        of_all[category] = of_all.get(category, 0) + max(to_pence(amount), 0)
    after = dict(profile)
    for quarter, amount in change.items():
        planned = {category: part for (each, category), part in profile.items() if each == quarter}
        whole = sum(planned.values(), ZERO) + amount
        after |= {(quarter, category): ZERO for category in planned}
        weights = {category: max(to_pence(part), 0) for category, part in planned.items()}
        weights = weights if any(weights.values()) else of_all
        if whole < 0 or not any(weights.values()):
            after[quarter, None] = whole
        else:
            parts = share(whole, list(weights.values()))
            after |= {(quarter, category): part for category, part in zip(weights, parts, strict=True)}
    return after


def bad_profile(
    award: Decimal, profile: Mapping[Quarter, Decimal], starts_on: date, ends_on: date
) -> list[PortfolioError]:
    """A profile sums to its award (E10) and stays within the award's dates (E3)."""
    errors: list[PortfolioError] = []
    total = sum(profile.values(), ZERO)
    if total != award:
        errors.append(ProfileDoesNotAddUp(total, award))
    errors += [
        ProfileOutsideDates(quarter)
        for quarter, amount in profile.items()
        if amount and (quarter.last_day < starts_on or quarter.first_day > ends_on)
    ]
    return errors


def gained(
    profile: Mapping[Quarter, Decimal], amount: Decimal, quarters: Sequence[Quarter], since: Quarter
) -> dict[Quarter, Decimal]:
    """What a gain adds to a profile, in pounds by quarter; sums to the gain.

    It falls in the award's quarters from `since` on, in proportion to what they plan already: what was planned for a
    quarter that has been reported does not change. Where they plan nothing it is spread evenly over them.
    """
    open_quarters = [quarter for quarter in quarters if quarter >= since] or list(quarters[-1:])
    weights = [max(to_pence(profile.get(quarter, ZERO)), 0) for quarter in open_quarters]
    parts = share(amount, weights if any(weights) else [1] * len(open_quarters))
    return {quarter: part for quarter, part in zip(open_quarters, parts, strict=True) if part}


def lost(profile: Mapping[Quarter, Decimal], amount: Decimal) -> dict[Quarter, Decimal]:
    """What a loss takes from a profile, in negative pounds by quarter, the latest quarters first; sums to the loss.

    The profile comes to the loss or more.
    """
    taken: dict[Quarter, Decimal] = {}
    left = amount
    for quarter in sorted(profile, reverse=True):
        part = min(left, max(profile[quarter], ZERO))
        if part:
            taken[quarter] = -part
            left -= part
    return taken
