"""The warnings W1 to W10 that a return's figures give rise to: shown, recorded, and never in its way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from portfolio.decisions.models import Award
from portfolio.decisions.rules import award_warnings, late_in_the_year
from portfolio.errors import RuleWarning
from portfolio.funding_years.models import CostCategory
from portfolio.funding_years.rules import deadline
from portfolio.match_funding.rules import counted_match, match_below_rule, required_match, unsecured_match
from portfolio.measures.rules import unavailable_without_reason
from portfolio.money import ZERO, format_pounds
from portfolio.returns.contents.awards import AwardFacts, Line, Told, is_left_out
from portfolio.returns.contents.progress import NOT_REPORTED
from portfolio.returns.contents.scope import Scope, who
from portfolio.returns.rules import overdue
from portfolio.spend import rules as spend
from portfolio.spend.figures import Position, together
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.standing import rule_of
from reports.content import MatchRow, MeasureRow


def warnings_of(
    scope: Scope,
    *,
    facts: dict[int, AwardFacts],
    told: dict[int, Told],
    found: dict[Line, Position],
    match: tuple[MatchRow, ...],
    measures: tuple[MeasureRow, ...],
    as_of: date,
) -> tuple[RuleWarning, ...]:
    """Every warning, by its number, then in the order of the return; W10 is as of a day."""
    every = [
        *_by_line(scope, facts, told, found),
        *_by_award(scope, facts, found),
        *_of_match(scope, match, found),
        *_negative_lines(scope, facts),
        *_of_measures(measures),
    ]
    late = overdue("This return", deadline(scope.quarter, scope.year.programme.claim_deadlines), as_of)
    return tuple(sorted([*every, *([late] if late else [])], key=lambda warning: int(warning.code[1:])))


def _by_line(
    scope: Scope, facts: dict[int, AwardFacts], told: dict[int, Told], found: dict[Line, Position]
) -> Iterator[RuleWarning]:
    """W1 and W2, for each award's stream; not where a claim is missing, which the notes say."""
    programme, place = scope.year.programme, scope.quarter.number - 1
    rule = rule_of(programme)
    for (award_id, stream_id), position in found.items():
        award, claim, profile = facts[award_id], told.get(award_id), position.profile[place]
        if is_left_out(award, claim, scope):
            continue
        about = who(award.reference, award.csp, scope.streams[stream_id])
        explained = bool(claim and (claim.explanation or "").strip())
        if not explained and spend.must_be_explained(position.this_quarter, profile, rule):
            yield RuleWarning("W1", _unexplained(position.this_quarter, profile), about)
        planned = position.underspend + position.outturn
        if warning := spend.underspend(about, planned, position.outturn, carry_over=programme.carry_over):
            yield warning


def _unexplained(actual: Decimal, profile: Decimal) -> str:
    apart = spend.variance(actual, profile)
    direction = "less" if apart < 0 else "more"
    return (
        f"Spend of the quarter is {format_pounds(abs(apart))} {direction} than the profile of "
        f"{format_pounds(profile)}, and no explanation is given"
    )


def _by_award(scope: Scope, facts: dict[int, AwardFacts], found: dict[Line, Position]) -> Iterator[RuleWarning]:
    """W4, W5, W7 and W9, for each award as a whole."""
    lines: dict[int, list[Position]] = defaultdict(list)
    for (award_id, _), position in found.items():
        lines[award_id].append(position)
    for award_id, positions in lines.items():
        award, whole = facts[award_id], together(positions, scope.quarter)
        running = [
            whole.actual[quarter.number - 1]
            for quarter in scope.quarter.to_date()
            if award.starts_on <= quarter.last_day and award.ends_on >= quarter.first_day
        ]
        maybe = (spend.no_spend(award.about, running), late_in_the_year(award.about, whole.award, whole.quarters[3]))
        yield from (warning for warning in maybe if warning is not None)
        yield from award_warnings(award.about, award.starts_on, award.ends_on, provisional=award.provisional)


def _of_match(scope: Scope, match: tuple[MatchRow, ...], found: dict[Line, Position]) -> Iterator[RuleWarning]:
    """W3: match of an award that is pledged and not secured; match of the grant below the programme's rule."""
    programme = scope.year.programme
    maybe = [
        unsecured_match(who(row.reference, row.csp), row.pledged_cash + row.pledged_in_kind, row.secured)
        for row in match
    ]
    cash, in_kind = _sum(row.pledged_cash for row in match), _sum(row.pledged_in_kind for row in match)
    counted = counted_match(cash, in_kind, in_kind_counts=programme.match_in_kind_counts)
    grant = _sum(position.award for position in found.values())
    required = required_match(grant, programme.match_percent, programme.match_base)
    maybe.append(match_below_rule(programme.name, counted, required))
    yield from (warning for warning in maybe if warning is not None)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _negative_lines(scope: Scope, facts: dict[int, AwardFacts]) -> Iterator[RuleWarning]:
    """W6: refunds of the quarter that do not say what they are of."""
    rows = scope.session.execute(
        scope.of_awards(Claim.award_id, ClaimLine.stream_id, CostCategory.name, ClaimLine.amount, ClaimLine.description)
        .join(Claim, Claim.award_id == Award.id)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .join(CostCategory, CostCategory.id == ClaimLine.category_id)
        .where(Claim.quarter == scope.quarter, Claim.status.in_(spend.COUNTED), ClaimLine.amount < ZERO)
        .order_by(Award.csp_id, Claim.award_id, ClaimLine.id)
    )
    for award_id, stream_id, category, amount, description in rows:
        stream = scope.streams[stream_id]
        about = who(facts[award_id].reference, facts[award_id].csp, stream)
        yield from spend.line_warnings(about, [spend.Line(stream, category, amount, description)])


def _of_measures(measures: tuple[MeasureRow, ...]) -> Iterator[RuleWarning]:
    """W8: no figure, and no word why."""
    for row in measures:
        why_not = None if row.unavailable == NOT_REPORTED else row.unavailable
        warning = unavailable_without_reason(f"{row.measure}, {row.quarter.short}", row.value, why_not)
        if warning is not None:
            yield warning
