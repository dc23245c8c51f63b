"""What a partnership may decide: reasons, interests, what was claimed and moved before.

What it may award in all stands in `ceilings`, what may be moved afterwards in `variation_rules`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.money import ZERO, format_pounds
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear, format_day


class Outcome(StrEnum):
    """What a partnership decided on a proposal."""

    FUNDED = "funded"
    PART_FUNDED = "part-funded"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    WITHDRAWN = "withdrawn"
    RESERVE = "reserve"

    @property
    def gives_money(self) -> bool:
        """Whether an award follows."""
        return self in (Outcome.FUNDED, Outcome.PART_FUNDED)

    @property
    def needs_a_reason(self) -> bool:
        """E11: whether the partnership must say why."""
        return self in (Outcome.PART_FUNDED, Outcome.REJECTED, Outcome.DEFERRED)


@dataclass(frozen=True)
class Ruling:
    """What a partnership decided, where and why; `awarded` is pounds by stream.

    `above_because` says why it awards more than its allocation, where its programme tolerates that.
    """

    outcome: Outcome
    body: str
    awarded: Mapping[str, Decimal] = field(default_factory=dict)
    reason: str | None = None
    conditions: str | None = None
    met_on: date | None = None
    minute: str | None = None
    above_because: str | None = None


class NoReason(PortfolioError):
    """E11: a no, or less than was asked for, without a reason."""

    code = "E11"

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            f"Give the reason why the proposal was {outcome.value}; the applicant and next year's panel will ask",
            "reason",
        )


class LessThanAsked(PortfolioError):
    """E11: called funded, but with less than was asked for, and without a reason."""

    code = "E11"

    def __init__(self, awarded: Decimal, asked: Decimal) -> None:
        super().__init__(
            f"{format_pounds(awarded)} is less than the {format_pounds(asked)} asked for. "
            "Choose part-funded and give the reason, or award what was asked for",
            "outcome",
        )


class NotOpenToDecision(PortfolioError):
    """A decision on what was not handed in, or was taken back."""

    def __init__(self, reference: str, status: ProposalStatus) -> None:
        draft = status is ProposalStatus.DRAFT
        todo = "a draft. Submit it first" if draft else "withdrawn. Enter it anew if it is to be decided on"
        super().__init__(f"{reference} is {todo}")


class NotYet(PortfolioError):
    """A day that has not come."""

    def __init__(self, what: str, on: date, field: str) -> None:
        super().__init__(f"{what} is in the future: {format_day(on)}. Enter today's date or an earlier one", field)


class BelowClaims(PortfolioError):
    """A later decision would leave less than was claimed already."""

    code = "E2"

    def __init__(self, stream: str, award: Decimal, claimed: Decimal) -> None:
        super().__init__(
            f"{format_pounds(claimed)} of the {stream} stream is claimed already, so the award cannot come down to "
            f"{format_pounds(award)}. Award at least what is claimed",
            f"awarded.{stream}",
        )


class MovedAway(PortfolioError):
    """A later decision would take away what variations moved on."""

    def __init__(self, stream: str, moved: Decimal) -> None:
        super().__init__(
            f"Variations moved {format_pounds(moved)} of the {stream} stream on to others. "
            "Award at least that, or move it back first",
            f"awarded.{stream}",
        )


class MovedHere(PortfolioError):
    """A no would leave money that variations brought."""

    def __init__(self, stream: str, moved: Decimal) -> None:
        super().__init__(
            f"Variations moved {format_pounds(moved)} of the {stream} stream to this award. Move it away first",
            "outcome",
        )


class AwardWithoutMoney(PortfolioError):
    """A yes that gives nothing."""

    def __init__(self) -> None:
        super().__init__("A funded proposal needs an amount. Enter what is awarded in at least one stream", "awarded")


class MoneyWithoutAward(PortfolioError):
    """A no that gives something."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(
            f"A proposal that was {outcome.value} cannot be awarded money. Remove the amounts or change the outcome",
            "awarded",
        )


class NegativeAward(PortfolioError):
    """An award below zero."""

    def __init__(self, stream: str) -> None:
        super().__init__("An award cannot be negative. Enter an amount of zero or more", f"awarded.{stream}")


class InterestDeclared(PortfolioError):
    """E12: somebody with an interest took part."""

    code = "E12"

    def __init__(self, names: Sequence[str], reference: str) -> None:
        super().__init__(
            f"{', '.join(names)} declared an interest in {reference} and cannot decide on it. "
            "Leave them out, and let somebody without an interest record the decision",
            "decided_by",
        )


class LeadsIt(PortfolioError):
    """E12: who leads a proposal, or what it was awarded, took part."""

    code = "E12"

    def __init__(self, names: Sequence[str], reference: str) -> None:
        super().__init__(
            f"{', '.join(names)} would decide on {reference}, and leads it. "
            "Leave them out, and let somebody else record the decision",
            "decided_by",
        )


class DecidedMeanwhile(PortfolioError):
    """A decision would be superseded by somebody who has not seen it."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has just recorded a decision on this proposal. Look at it before you record another"
        )


class NotAskedOf(PortfolioError):
    """A partnership decided on what it was not asked."""

    def __init__(self, csp: str, reference: str) -> None:
        super().__init__(
            f"{reference} was not asked of {csp}. Record the decision for a partnership that was asked", "csp"
        )


class AwardIsNotTheDecision(PortfolioError):
    """E10: an award that is not what was decided."""

    code = "E10"

    def __init__(self, award: Decimal, decided: Decimal) -> None:
        super().__init__(
            f"The award is {format_pounds(award)}, but {format_pounds(decided)} was decided. "
            "Enter the amount of the decision, or put the decision right",
            "award",
        )


def bad_decision(outcome: Outcome, awarded: Mapping[str, Decimal], reason: str | None) -> list[PortfolioError]:
    """What is wrong with a decision taken by itself; amounts are pounds by stream (E11)."""
    errors: list[PortfolioError] = [NegativeAward(stream) for stream, amount in awarded.items() if amount < 0]
    total = sum(awarded.values(), ZERO)
    if not errors and outcome.gives_money and total == 0:
        errors.append(AwardWithoutMoney())
    if not errors and not outcome.gives_money and total > 0:
        errors.append(MoneyWithoutAward(outcome))
    if outcome.needs_a_reason and not (reason or "").strip():
        errors.append(NoReason(outcome))
    return errors


def less_than_asked(ruling: Ruling, asked: Decimal, csps_asked: int) -> LessThanAsked | None:
    """E11: a reason is required unless funded in full. Where several were asked, each may carry a part of it."""
    awarded = sum(ruling.awarded.values(), ZERO)
    in_full = awarded >= asked or csps_asked > 1 or bool((ruling.reason or "").strip())
    return LessThanAsked(awarded, asked) if ruling.outcome is Outcome.FUNDED and not in_full else None


def not_open_to_decision(reference: str, status: ProposalStatus) -> NotOpenToDecision | None:
    """Only what was submitted is decided on."""
    return None if status is ProposalStatus.SUBMITTED else NotOpenToDecision(reference, status)


def not_yet(what: str, on: date | None, today: date, field: str) -> NotYet | None:
    """Meetings, approvals and signatures are recorded when they have happened."""
    return NotYet(what, on, field) if on is not None and on > today else None


def not_asked_of(csp: str, csp_id: int, asked: Collection[int], reference: str) -> NotAskedOf | None:
    """A partnership decides on what it was asked."""
    return None if csp_id in asked else NotAskedOf(csp, reference)


def bad_lowering(
    outcome: Outcome, stream: str, *, decided: Decimal, moved: Decimal, claimed: Decimal
) -> PortfolioError | None:
    """What stands in the way of a new decision on a stream, in pounds.

    `moved` is what variations brought to the award's stream (negative: took from it) since it was first decided.
    """
    award = decided + moved
    if award < 0:
        return MovedAway(stream, -moved)
    if award < claimed:
        return BelowClaims(stream, award, claimed)
    return MovedHere(stream, moved) if award > 0 and not outcome.gives_money else None


def conflicted(reference: str, deciders: Mapping[int, str], interested: Collection[int]) -> InterestDeclared | None:
    """E12: the deciders, by id and name, among those who declared an interest."""
    names = [name for person, name in deciders.items() if person in interested]
    return InterestDeclared(names, reference) if names else None


def leads_it(reference: str, deciders: Mapping[int, str], leads: Collection[int | None]) -> LeadsIt | None:
    """E12: the deciders, by id and name, among those who lead a proposal or what it was awarded; None is nobody."""
    names = [name for person, name in deciders.items() if person in leads]
    return LeadsIt(names, reference) if names else None


def decided_meanwhile(seen: str, standing: int | None) -> DecidedMeanwhile | None:
    """A decision supersedes the one that its page showed, by number; an empty text and None are none."""
    return None if seen == ("" if standing is None else str(standing)) else DecidedMeanwhile()


def award_warnings(reference: str, starts_on: date, ends_on: date, *, provisional: bool) -> list[RuleWarning]:
    """W7: dates in more than one financial year; W9: an award that waits for a pay award."""
    warnings = []
    if FinancialYear.containing(starts_on) != FinancialYear.containing(ends_on):
        warnings.append(RuleWarning("W7", "The award's dates cross financial years", reference))
    if provisional:
        warnings.append(RuleWarning("W9", "The award is provisional: a pay award is pending", reference))
    return warnings


def late_in_the_year(reference: str, award: Decimal, last_quarter: Decimal) -> RuleWarning | None:
    """W5: more than 40 % of an award planned or forecast in Q4."""
    if award <= 0 or last_quarter * 100 <= award * 40:
        return None
    return RuleWarning(
        "W5", f"{format_pounds(last_quarter)} of {format_pounds(award)}, more than 40%, falls in Q4", reference
    )


def panel_found(points: Decimal, most: int, recommend_from: Decimal, discuss_from: Decimal) -> str:
    """What an applicant is told of a criterion: words for the points that it was given, by the round's thresholds."""
    percent = points * 100 / most
    if percent >= recommend_from:
        return "Strong"
    return "Met in part: more was wanted" if percent >= discuss_from else "Not shown: much more was wanted"
