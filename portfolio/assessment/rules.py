"""What an assessment may say, what scores come to, and who may not give them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portfolio.errors import NotAllowed, PortfolioError
from portfolio.proposals.rules import Missing, ProposalStatus

HUNDREDTH = Decimal("0.01")


class AssessmentStatus(StrEnum):
    """Whether an assessment is its assessor's own yet, or the panel's."""

    DRAFT = "draft"
    SUBMITTED = "submitted"


class Advice(StrEnum):
    """What a score says to whoever decides, by the thresholds of the round."""

    RECOMMEND = "recommend"
    DISCUSS = "discuss"
    DO_NOT_RECOMMEND = "do not recommend"


def advice(percent: Decimal, recommend_from: Decimal, discuss_from: Decimal, *, passes_gates: bool) -> Advice:
    """What a weighted score in per cent says; a proposal that fails a gate is not recommended, whatever it scores."""
    if not passes_gates or percent < discuss_from:
        return Advice.DO_NOT_RECOMMEND
    return Advice.RECOMMEND if percent >= recommend_from else Advice.DISCUSS


@dataclass(frozen=True)
class Given:
    """What one assessor, or the panel together, gave: points times weights over all criteria, and the gates."""

    weighted: int
    passes_gates: bool


@dataclass(frozen=True)
class PanelResult:
    """What a panel's scores come to, in per cent of the best there is; see `PanelScore`, which keeps it."""

    percent: Decimal
    spread: Decimal
    passes_gates: bool
    moderated: bool
    assessors: int


def percent_of_best(weighted: int, best: int) -> Decimal:
    """A weighted score in per cent of the best there is, to two places, half a hundredth up."""
    return (Decimal(weighted) * 100 / best).quantize(HUNDREDTH, ROUND_HALF_UP)


def best_of(most_points: int, weights: Iterable[int]) -> int:
    """The weighted score of the highest points throughout."""
    return most_points * sum(weights)


def panel_result(assessors: Sequence[Given], agreed: Given | None, best: int) -> PanelResult | None:
    """What counts: what the panel agreed, or else the mean of the assessors; None where nobody gave anything.

    `best` is what `best_of` says. Before the panel agrees, one assessor who finds that
    a gate is not passed is enough.
    """
    if agreed is None and not assessors:
        return None
    scores = [each.weighted for each in assessors]
    if agreed is not None:
        percent, passes = percent_of_best(agreed.weighted, best), agreed.passes_gates
    else:
        percent = percent_of_best(sum(scores), best * len(scores))
        passes = all(each.passes_gates for each in assessors)
    spread = percent_of_best(max(scores) - min(scores), best) if scores else percent_of_best(0, best)
    return PanelResult(percent, spread, passes, agreed is not None, len(scores))


@dataclass(frozen=True)
class Standing:
    """What a partnership decided on a proposal, in a word, and whether that is its last word on it."""

    outcome: str
    is_final: bool


@dataclass(frozen=True)
class Said:
    """What an assessor or a panel says: points and reasons by criterion, gates passed and why not by gate."""

    points: Mapping[int, int | None] = field(default_factory=dict)
    justifications: Mapping[int, str] = field(default_factory=dict)
    passed: Mapping[int, bool | None] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""


class BadPoints(PortfolioError):
    """Points that the round's scale does not have."""

    def __init__(self, criterion: str, most: int, place: str) -> None:
        super().__init__(f"{criterion}: enter whole points from 0 to {most}", place)


class NotOpenToScoring(PortfolioError):
    """A proposal that is not scored any more, or not yet."""


class Conflicted(NotAllowed):
    """E12: somebody with an interest in a proposal would score it, moderate it, or read how it was scored."""

    code = "E12"


class AlreadySubmitted(PortfolioError):
    """An assessment that the panel has would change."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"Your assessment of {reference} is submitted, so it can no longer be changed. "
            "What should read otherwise is for the panel to agree"
        )


class AgreedMeanwhile(PortfolioError):
    """What a panel agreed would be superseded by somebody who has not seen it."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has just recorded what the panel agreed. Look at it before you record it differently"
        )


class NobodyScored(PortfolioError):
    """A panel would agree on what no assessor has submitted."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"No assessment of {reference} is submitted yet. The panel agrees on scores once somebody has given them"
        )


def no_nature(nature: str) -> Missing | None:
    """A declaration says what the interest is."""
    return None if nature.strip() else Missing("Say what the interest is", "nature")


def refuse_conflicted(reference: str, *, has_interest: bool, is_lead: bool) -> None:
    """E12: who declared an interest in a proposal, or leads it, takes no part in its assessment; raises Conflicted."""
    if is_lead:
        raise Conflicted(f"You lead {reference}, so you take no part in its assessment.")
    if has_interest:
        raise Conflicted(f"An interest of yours in {reference} is declared, so you take no part in its assessment.")


def not_open_to_scoring(reference: str, status: ProposalStatus, standing: Standing | None) -> NotOpenToScoring | None:
    """Scores are given between submission and the decision; what is deferred or in reserve may be scored again."""
    if status is not ProposalStatus.SUBMITTED:
        return NotOpenToScoring(f"{reference} is {status.value}, so it is not scored")
    if standing is not None and is_decided(standing):
        return NotOpenToScoring(
            f"{reference} is decided on already ({standing.outcome}), so its scores stay as they are"
        )
    return None


def is_decided(standing: Standing | None) -> bool:
    """Whether a partnership has said its last word on a proposal."""
    return standing is not None and standing.is_final


def already_submitted(reference: str, status: AssessmentStatus | None) -> AlreadySubmitted | None:
    """What was submitted stays as the panel read it."""
    return AlreadySubmitted(reference) if status is AssessmentStatus.SUBMITTED else None


def bad_points(points: Mapping[int, int | None], criteria: Mapping[int, str], most: int) -> list[BadPoints]:
    """Points beyond the scale, by criterion's number; `criteria` are their names."""
    return [
        BadPoints(criteria[number], most, f"points-{number}")
        for number, given in points.items()
        if given is not None and not 0 <= given <= most
    ]


def unfinished(said: Said, criteria: Mapping[int, str], gates: Mapping[int, str]) -> Iterable[Missing]:
    """What an assessment still lacks before it can be submitted; criteria and gates are names by number."""
    for number, name in gates.items():
        passed = said.passed.get(number)
        if passed is None:
            yield Missing(f"{name}: say whether it passes", f"passed-{number}")
        elif not passed and not said.reasons.get(number, "").strip():
            yield Missing(f"{name}: say why it does not pass", f"reason-{number}")
    for number, name in criteria.items():
        if said.points.get(number) is None:
            yield Missing(f"{name}: give points", f"points-{number}")
        if not said.justifications.get(number, "").strip():
            yield Missing(f"{name}: say why you give these points", f"justification-{number}")


def unexplained(
    said: Said, passes: bool | None, given: Mapping[int, Sequence[int]], criteria: Mapping[int, str], most: int
) -> Iterable[PortfolioError]:
    """What a moderation lacks: points throughout, a reason where they lie outside what assessors gave, the gates, a
    note.
    """
    yield from bad_points(said.points, criteria, most)
    for number, name in criteria.items():
        agreed, of_assessors = said.points.get(number), given.get(number, ())
        if agreed is None:
            yield Missing(f"{name}: enter the points that the panel agreed", f"points-{number}")
        elif not said.justifications.get(number, "").strip() and (beyond := _beyond(agreed, of_assessors)):
            sentence = f"{name}: no assessor gave points as {beyond} as {agreed}. Say why the panel does"
            yield Missing(sentence, f"justification-{number}")
    if passes is None:
        yield Missing("Say whether the panel finds that it passes the gates", "passes")
    if not said.comment.strip():
        yield Missing("Say how the panel came to this", "comment")


def _beyond(agreed: int, of_assessors: Sequence[int]) -> str:
    """On which side points lie of all that assessors gave; nothing where they do not."""
    if of_assessors and agreed > max(of_assessors):
        return "high"
    return "low" if of_assessors and agreed < min(of_assessors) else ""


def supersedes_another(seen: int | None, standing: int | None) -> AgreedMeanwhile | None:
    """A moderation supersedes the one that its page showed, by number; None is none."""
    return None if seen == standing else AgreedMeanwhile()


def nobody_scored(reference: str, assessors: int) -> NobodyScored | None:
    """Moderation begins once somebody has scored."""
    return None if assessors else NobodyScored(reference)
