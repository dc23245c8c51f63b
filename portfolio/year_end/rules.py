"""What an asset and an assurance must say, and when the assurance is due."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.money import format_pounds
from portfolio.quarters import FinancialYear, format_day
from portfolio.words import count

WARNED_BEFORE = timedelta(days=60)
"""So long before an assurance is due, front pages say so."""
MOST_COST = Decimal(10_000_000)
"""Nothing dearer than this, in pounds, is one asset of a community safety project."""


class Opinion(StrEnum):
    """What whoever gave the assurance came to."""

    UNQUALIFIED = "unqualified"
    QUALIFIED = "qualified"
    ADVERSE = "adverse"


class BadAsset(PortfolioError):
    """An asset that cannot have been bought as it is told, or not with this award."""


class BadDisposal(PortfolioError):
    """An end of an asset that cannot have been."""


class BadAssurance(PortfolioError):
    """An assurance that cannot have been given."""


def bad_asset(
    cost: Decimal, bought_on: date, *, starts_on: date, ends_on: date, today: date, awarded: Decimal
) -> list[PortfolioError]:
    """What is wrong with an asset, in pounds: bought within the award's dates, and for no more than its stream has."""
    errors: list[PortfolioError] = []
    if cost <= 0:
        errors.append(BadAsset("Enter what it cost, more than zero", "cost"))
    elif cost > MOST_COST:
        errors.append(BadAsset(f"Enter {format_pounds(MOST_COST)} or less; record several things apart", "cost"))
    elif cost > awarded:
        errors.append(
            BadAsset(
                f"It cost more than the {format_pounds(awarded)} awarded of this stream. Enter the part that the grant "
                "paid, or choose another stream",
                "cost",
            )
        )
    if bought_on > today:
        errors.append(BadAsset("The day is in the future. Record it once it is bought", "bought_on"))
    elif not starts_on <= bought_on <= ends_on:
        errors.append(
            BadAsset(
                f"The award runs from {format_day(starts_on)} to {format_day(ends_on)}. Enter a day within it, or "
                "record it with the award that paid for it",
                "bought_on",
            )
        )
    return errors


def bad_disposal(on: date, proceeds: Decimal, *, bought_on: date, today: date) -> list[PortfolioError]:
    """What is wrong with a disposal; proceeds are in pounds, and nought where nothing came of it."""
    errors: list[PortfolioError] = []
    if on > today:
        errors.append(BadDisposal("The day is in the future. Record it once it has happened", "disposed_on"))
    elif on < bought_on:
        errors.append(
            BadDisposal(f"It was bought on {format_day(bought_on)}. Enter that day or a later one", "disposed_on")
        )
    if proceeds < 0:
        errors.append(BadDisposal("Enter what came of it, or 0 if nothing did", "proceeds"))
    elif proceeds > MOST_COST:
        errors.append(BadDisposal(f"Enter {format_pounds(MOST_COST)} or less", "proceeds"))
    return errors


def already_disposed(on: date) -> BadDisposal:
    """What was disposed of is neither changed nor disposed of again."""
    return BadDisposal(f"It was disposed of on {format_day(on)}, so it is only kept on record")


def assurance_due(year: FinancialYear) -> date:
    """Independent assurance comes within six months of the year's end: by 30 September."""
    return date(year.last_day.year, 9, 30)


def bad_assurance(given_on: date, *, year: FinancialYear, today: date) -> list[PortfolioError]:
    """An assurance of a whole year is given after it, and not in the future."""
    if given_on > today:
        return [BadAssurance("The day is in the future. Record it once it is given", "given_on")]
    if given_on <= year.last_day:
        return [
            BadAssurance(
                f"The year ends on {format_day(year.last_day)}, and its statement is assured after that. "
                "Enter the day on the auditor's report",
                "given_on",
            )
        ]
    return []


def needs_note(opinion: Opinion, note: str | None) -> BadAssurance | None:
    """An opinion that is not clean says what was found."""
    if opinion is Opinion.UNQUALIFIED or (note or "").strip():
        return None
    return BadAssurance("Say what the auditor found, and what is done about it", "note")


def assurance_missing(about: str, year: FinancialYear, today: date) -> RuleWarning | None:
    """W10: an assurance that is due soon, or overdue; `about` says of which grant. None before that."""
    due = assurance_due(year)
    if today <= due - WARNED_BEFORE:
        return None
    said = f"was due on {format_day(due)}" if today > due else f"is due by {format_day(due)}"
    return RuleWarning("W10", f"The independent assurance of {year} {said} and is not recorded", about)


def assets_told(declared: int, cost: Decimal, threshold: Decimal | None) -> str:
    """What a statement says of assets; `cost` and the programme's `threshold` are in pounds."""
    from_ = "" if threshold is None else f" that cost {format_pounds(threshold)} or more"
    if not declared:
        return f"No asset{from_} was bought with the grant, or disposed of, in the year."
    return f"{count(declared, 'asset')}{from_}: {format_pounds(cost)} together."


def assurance_told(reference: str, given_by: str, given_on: date, opinion: Opinion) -> str:
    """What a statement says of the independent assurance that was given."""
    return f"{reference}, given by {given_by} on {format_day(given_on)}: {opinion} opinion."


def no_assurance_told(year: FinancialYear) -> str:
    """What a statement says while no assurance is recorded."""
    due = format_day(assurance_due(year))
    return f"No independent assurance of this statement is recorded yet. It is due by {due}."
