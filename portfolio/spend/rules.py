"""What a claim may hold, how it moves from draft to locked, and when a variance must be explained."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import BadStep
from portfolio.money import ZERO, format_pounds, per_cent
from portfolio.quarters import Quarter, format_day

SHORT_TEXT = 3_000
"""The longest narrative, in characters: a page of a return."""
SHORT_REFERENCE = 120
"""The longest reference of a ledger's or an invoice's, in characters."""


class ClaimStatus(StrEnum):
    """Where a claim stands; returned is locked inside an issued return."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    QUERIED = "queried"
    RESUBMITTED = "resubmitted"
    APPROVED = "approved"
    RETURNED = "returned"

    @property
    def can_be_edited(self) -> bool:
        """Whether its lead may still change it."""
        return self in (ClaimStatus.DRAFT, ClaimStatus.QUERIED)

    @property
    def counts(self) -> bool:
        """Whether its figures stand in returns and on the year's page."""
        return self in COUNTED

    @property
    def waits_for_finance(self) -> bool:
        """Whether finance has to approve or query it."""
        return self in (ClaimStatus.SUBMITTED, ClaimStatus.RESUBMITTED)

    @property
    def can_be_queried(self) -> bool:
        """Whether finance can put a question to it, so that its lead may change it again."""
        return self.waits_for_finance or self is ClaimStatus.APPROVED


COUNTED = (ClaimStatus.APPROVED, ClaimStatus.RETURNED)
"""The states whose figures count as spend: finance has approved them."""


class Stage(StrEnum):
    """Where an award's quarter stands, as lists show it: a claim's status, or what its absence means."""

    NOT_YET_DUE = "not yet due"
    NOTHING_PLANNED = "nothing planned"
    NOT_STARTED = "not started"
    DRAFT = "draft"
    LATE = "late"
    SUBMITTED = "submitted"
    QUERIED = "queried"
    RESUBMITTED = "resubmitted"
    APPROVED = "approved"
    RETURNED = "returned"
    LEFT_OUT = "left out"


WAIT_FOR_LEAD = (Stage.LATE, Stage.QUERIED, Stage.DRAFT, Stage.NOT_STARTED)
"""The stages at which a project's lead has to write, finish or answer something, once the quarter is over."""
WAIT_FOR_FINANCE = (Stage.SUBMITTED, Stage.RESUBMITTED)
"""The stages at which finance has to approve a claim or query it."""

NOT_SENT = (Stage.LATE, Stage.DRAFT, Stage.NOT_STARTED)
"""The stages at which nobody has sent a claim that is awaited."""
SENT = (Stage.SUBMITTED, Stage.QUERIED, Stage.RESUBMITTED, Stage.APPROVED, Stage.RETURNED)
"""The stages of a claim that was sent, whatever became of it."""
LIST_STATES: dict[str, tuple[Stage, ...]] = {
    "sent": SENT,
    "not sent": NOT_SENT,
    "waiting for finance": WAIT_FOR_FINANCE,
    **{stage.value: (stage,) for stage in Stage},
}
"""What a list of claims can be narrowed to, by the word for it."""


class RAG(StrEnum):
    """How delivery or spend goes, from on track (Green) to in trouble (Red)."""

    GREEN = "Green"
    AMBER_GREEN = "Amber/Green"
    AMBER = "Amber"
    AMBER_RED = "Amber/Red"
    RED = "Red"


@dataclass(frozen=True)
class Line:
    """One line of a claim, in pounds; negative is a refund."""

    stream: str
    category: str
    amount: Decimal
    description: str | None = None
    transaction: str | None = None


@dataclass(frozen=True)
class VarianceRule:
    """A variance must be explained when it is above both: so many per cent of the profile, and so many pounds."""

    percent: Decimal
    floor: Decimal


class AboveAward(PortfolioError):
    """E2: claimed to date above the award."""

    code = "E2"

    def __init__(self, stream: str, claimed: Decimal, award: Decimal) -> None:
        super().__init__(
            f"Claims of the {stream} stream would come to {format_pounds(claimed)}, "
            f"{format_pounds(claimed - award)} more than the award of {format_pounds(award)}. "
            "Claim no more than is left, or ask for a variation first",
            f"lines.{stream}",
        )


class AboveAllocation(PortfolioError):
    """E2: claimed to date above the partnership's allocation."""

    code = "E2"

    def __init__(self, csp: str, stream: str, claimed: Decimal, allocation: Decimal) -> None:
        super().__init__(
            f"{csp}'s claims of the {stream} stream would come to {format_pounds(claimed)}, "
            f"{format_pounds(claimed - allocation)} more than its allocation of {format_pounds(allocation)}. "
            "Claim less; the funder pays no more than the allocation",
            f"lines.{stream}",
        )


class OutsideDates(PortfolioError):
    """E3: a quarter that the award does not touch."""

    code = "E3"

    def __init__(self, quarter: Quarter, starts_on: date, ends_on: date) -> None:
        super().__init__(
            f"{quarter.short} is outside the award’s dates, {format_day(starts_on)} to {format_day(ends_on)}. "
            "Claim in a quarter within them",
            "quarter",
        )


class FutureQuarter(PortfolioError):
    """E4: spend in a quarter that has not begun."""

    code = "E4"

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(
            f"{quarter.short} has not begun, so nothing can have been spent in it. Enter it as a forecast instead",
            "quarter",
        )


class PastForecast(PortfolioError):
    """E4: a forecast for a quarter whose figures are actual."""

    code = "E4"

    def __init__(self, forecast: Quarter, claim: Quarter) -> None:
        super().__init__(
            f"{forecast.short} is not after {claim.short}, so it cannot be forecast. Forecast later quarters only",
            "forecast",
        )


class Ineligible(PortfolioError):
    """E6: a cost that the grant does not pay."""

    code = "E6"

    def __init__(self, what: str, field: str) -> None:
        super().__init__(f"The grant does not pay for {what}. Take this line out of the claim", field)


class ClaimedTwice(PortfolioError):
    """E7: one transaction in two claims or lines."""

    code = "E7"

    def __init__(self, transaction: str, where: str, field: str) -> None:
        super().__init__(f"Transaction {transaction} is already claimed in {where}. Claim it once only", field)


class NeedsText(PortfolioError):
    """A category that says nothing by itself."""

    def __init__(self, category: str, field: str) -> None:
        super().__init__(f"Say what the cost in “{category}” was for", field)


class NotAwarded(PortfolioError):
    """E13: spend in a stream, or by a project, that no decision funded."""

    code = "E13"

    def __init__(self, stream: str, field: str) -> None:
        super().__init__(
            f"No decision awards this project money of the {stream} stream. Claim in a stream that it was awarded",
            field,
        )


class NoFundedDecision(PortfolioError):
    """E13: spend by a project that a partnership did not fund."""

    code = "E13"

    def __init__(self, csp: str, reference: str) -> None:
        super().__init__(
            f"No decision of {csp} funds {reference}, so nothing can be claimed. Record the decision first, or take "
            "the claim out",
            "proposal",
        )


class NeedsExplanation(PortfolioError):
    """W1 on submitting: a variance above the threshold that nobody explained."""

    code = "W1"

    def __init__(self, stream: str, variance: Decimal, profile: Decimal) -> None:
        direction = "less" if variance < 0 else "more"
        share = per_cent(abs(variance), profile)
        in_per_cent = "" if share is None else f" ({share:,.1f}%)"
        super().__init__(
            f"Spend of the {stream} stream is {format_pounds(abs(variance))}{in_per_cent} {direction} than the profile "
            f"of {format_pounds(profile)}. Explain why, so that the return can say so",
            "variance_explanation",
        )


class SamePerson(PortfolioError):
    """Who submitted a claim approves it."""

    def __init__(self) -> None:
        super().__init__("You submitted this claim, so somebody else must approve it")


INELIGIBLE = {
    "recoverable VAT": re.compile(r"\brecoverable vat\b", re.IGNORECASE),
    "in-kind contributions": re.compile(r"\bin[- ]kind\b", re.IGNORECASE),
    "paid lobbying": re.compile(r"\blobbying\b", re.IGNORECASE),
    "entertaining": re.compile(r"\b(entertaining|entertainment)\b", re.IGNORECASE),
    "gifts": re.compile(r"\bgifts?\b", re.IGNORECASE),
    "fines": re.compile(r"\b(fines|(parking|speeding|late) fine)\b", re.IGNORECASE),
    "costs met by another grant": re.compile(r"\b(met|paid|funded) by another grant\b", re.IGNORECASE),
}
"""What the grant's clauses never pay, and how it is recognised in a category's name or a line's description."""


def ineligible(text: str | None) -> str | None:
    """E6: the ineligible cost that a category or a description names, or None."""
    return next((what for what, named in INELIGIBLE.items() if text and named.search(text)), None)


def not_awarded(lines: Sequence[Line], awarded_streams: Collection[str]) -> list[PortfolioError]:
    """E13: the lines in streams that no decision gave the project; fields read `lines[2].stream`."""
    return [
        NotAwarded(line.stream, f"lines[{place}].stream")
        for place, line in enumerate(lines)
        if line.stream not in awarded_streams
    ]


def bad_costs(lines: Sequence[Line], needs_text: Collection[str]) -> list[PortfolioError]:
    """E6: the lines for what the grant never pays; and those in a category that says nothing without a text."""
    errors: list[PortfolioError] = []
    for place, line in enumerate(lines):
        for field, text in (("category", line.category), ("description", line.description)):
            what = ineligible(text)
            if what is not None and line.amount:
                errors.append(Ineligible(what, f"lines[{place}].{field}"))
        if line.category in needs_text and line.amount and not (line.description or "").strip():
            errors.append(NeedsText(line.category, f"lines[{place}].description"))
    return errors


def compared(transaction: str) -> str:
    """A transaction's reference as it is compared: `INV 104` and `inv104` are one."""
    return "".join(transaction.split()).lower()


def claimed_twice(lines: Sequence[Line], elsewhere: Mapping[str, str]) -> list[PortfolioError]:
    """E7: transactions that stand twice in these lines, or `elsewhere` (as compared, to where each is claimed)."""
    errors: list[PortfolioError] = []
    seen = dict(elsewhere)
    for place, line in enumerate(lines):
        if not line.transaction:
            continue
        key = compared(line.transaction)
        if key in seen:
            errors.append(ClaimedTwice(line.transaction, seen[key], f"lines[{place}].transaction"))
        seen.setdefault(key, f"line {place + 1}")
    return errors


def by_stream(lines: Sequence[Line]) -> dict[str, Decimal]:
    """What lines come to by stream, in pounds."""
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.stream] = totals.get(line.stream, ZERO) + line.amount
    return totals


def above_award(stream: str, claimed: Decimal, award: Decimal) -> AboveAward | None:
    """E2: everything claimed of an award's stream, corrections included, against the award."""
    return AboveAward(stream, claimed, award) if claimed > award else None


def above_allocation(csp: str, stream: str, claimed: Decimal, allocation: Decimal) -> AboveAllocation | None:
    """E2: everything a partnership claimed of a stream, corrections included, against its allocation."""
    return AboveAllocation(csp, stream, claimed, allocation) if claimed > allocation else None


def bad_quarter(quarter: Quarter, starts_on: date, ends_on: date, today: date) -> list[PortfolioError]:
    """E3 and E4: the quarter touches the award's dates and has begun."""
    errors: list[PortfolioError] = []
    if quarter.last_day < starts_on or quarter.first_day > ends_on:
        errors.append(OutsideDates(quarter, starts_on, ends_on))
    if quarter.first_day > today:
        errors.append(FutureQuarter(quarter))
    return errors


def bad_forecast(quarter: Quarter, forecast_quarters: Collection[Quarter]) -> list[PortfolioError]:
    """E4: only later quarters are forecast."""
    return [PastForecast(forecast, quarter) for forecast in forecast_quarters if forecast <= quarter]


def variance(actual: Decimal, profile: Decimal) -> Decimal:
    """Actual less profile, in pounds: negative is underspend."""
    return actual - profile


def must_be_explained(actual: Decimal, profile: Decimal, rule: VarianceRule) -> bool:
    """W1: the variance is above the rule's percentage of the profile and above its floor."""
    size = abs(variance(actual, profile))
    return size > rule.floor and size * 100 > abs(profile) * rule.percent


def unexplained(
    actual: Mapping[str, Decimal], profile: Mapping[str, Decimal], explanation: str | None, rule: VarianceRule
) -> list[NeedsExplanation]:
    """W1: the streams, each in pounds, whose variance must be explained and is not (refused on submitting)."""
    if (explanation or "").strip():
        return []
    return [
        NeedsExplanation(
            stream, variance(actual.get(stream, ZERO), profile.get(stream, ZERO)), profile.get(stream, ZERO)
        )
        for stream in dict.fromkeys((*profile, *actual))
        if must_be_explained(actual.get(stream, ZERO), profile.get(stream, ZERO), rule)
    ]


def next_status(present: ClaimStatus, wanted: ClaimStatus) -> ClaimStatus:
    """Draft, submitted, queried and resubmitted, approved, returned; raises BadStep for any other way."""
    match (present, wanted):
        case (
            (ClaimStatus.DRAFT, ClaimStatus.SUBMITTED)
            | (ClaimStatus.QUERIED, ClaimStatus.RESUBMITTED)
            | (ClaimStatus.SUBMITTED | ClaimStatus.RESUBMITTED, ClaimStatus.APPROVED)
            | (ClaimStatus.SUBMITTED | ClaimStatus.RESUBMITTED | ClaimStatus.APPROVED, ClaimStatus.QUERIED)
            | (ClaimStatus.APPROVED, ClaimStatus.RETURNED)
        ):
            return wanted
        case _:
            raise BadStep("claim", present, wanted)


def same_person(submitted_by: int | None, approver: int) -> SamePerson | None:
    """Who submitted a claim does not approve it."""
    return SamePerson() if submitted_by == approver else None


def line_warnings(about: str, lines: Sequence[Line]) -> list[RuleWarning]:
    """W6: a negative line that does not say what was refunded."""
    return [
        RuleWarning("W6", f"{format_pounds(line.amount)} for {line.category} has no description", about)
        for line in lines
        if line.amount < 0 and not (line.description or "").strip()
    ]


def underspend(about: str, award: Decimal, outturn: Decimal, *, carry_over: bool) -> RuleWarning | None:
    """W2: less is forecast than was awarded; without carry-over the OPCC must be told as soon as practicable."""
    if outturn >= award:
        return None
    lost = "" if carry_over else "; it cannot be carried over, and the OPCC must be told as soon as practicable"
    return RuleWarning("W2", f"A forecast underspend of {format_pounds(award - outturn)}{lost}", about)


def no_spend(about: str, actual: Sequence[Decimal]) -> RuleWarning | None:
    """W4: nothing spent in the last two of the quarters so far."""
    if len(actual) < 2 or any(actual[-2:]):
        return None
    return RuleWarning("W4", "Nothing was spent in two quarters in a row", about)
