"""What the pages of a proposal, of an award and of a decision tell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.assessment.queries import interests_told
from portfolio.clock import day_of
from portfolio.decisions import amounts, listing, queries, rules
from portfolio.decisions.listing import Listed
from portfolio.decisions.models import Award, AwardLine, Decision, Variation
from portfolio.errors import RuleWarning
from portfolio.funding_years.models import CSP, CostCategory, Stream
from portfolio.funding_years.queries import shares_of
from portfolio.funding_years.rules import ceiling
from portfolio.money import ZERO, format_pounds
from portfolio.people.actions import naming
from portfolio.people.models import Person
from portfolio.people.rules import Viewer
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import requested
from portfolio.quarters import Quarter, format_day


@dataclass(frozen=True)
class PartTold:
    """What a line's profile plans for one category, in pounds by quarter; variations are not by category."""

    category: str
    plan: tuple[Decimal, ...]


@dataclass(frozen=True)
class LineTold:
    """One stream of an award: what was decided, what variations moved, what it carries and plans, in pounds."""

    line: AwardLine
    carried: Decimal
    plan: tuple[Decimal, ...]
    parts: tuple[PartTold, ...]

    @property
    def moved(self) -> Decimal:
        """What variations brought, or, negative, took."""
        return self.carried - self.line.amount


@dataclass(frozen=True)
class AwardTold:
    """An award with its lines and the quarters that they plan for."""

    award: Award
    quarters: tuple[Quarter, ...]
    lines: tuple[LineTold, ...]

    @property
    def carried(self) -> Decimal:
        """All that it carries, in pounds."""
        return sum((line.carried for line in self.lines), ZERO)

    def warnings(self) -> list[RuleWarning]:
        """W5, W7 and W9."""
        award = self.award
        about = f"{award.proposal.reference}, {award.csp.short_name}"
        found = rules.award_warnings(about, award.starts_on, award.ends_on, provisional=award.provisional)
        last = award.proposal.funding_year.year.quarters[-1]
        for told in self.lines:
            planned = dict(zip(self.quarters, told.plan, strict=True)).get(last, ZERO)
            late = rules.late_in_the_year(f"{about}, {told.line.stream.name}", told.carried, planned)
            found += [late] if late else []
        return found


@dataclass(frozen=True)
class Event:
    """One step of a proposal's history."""

    when: str
    who: str
    what: str
    detail: str | None = None


@dataclass(frozen=True)
class ProposalTold:
    """Everything that a proposal's page tells."""

    listed: Listed
    lead_person: Person | None
    awards: tuple[AwardTold, ...]
    history: tuple[Event, ...]
    interests: tuple[Interest, ...]
    other_years: tuple[Listed, ...]

    @property
    def proposal(self) -> Proposal:
        """The proposal itself."""
        return self.listed.proposal

    @property
    def decided(self) -> bool:
        """Whether any partnership decided."""
        return any(answer.decision for answer in self.listed.answers)

    def warnings(self) -> list[RuleWarning]:
        """What is worth knowing of its awards."""
        return [warning for award in self.awards for warning in award.warnings()]


def awards_told(session: Session, awards: Sequence[Award]) -> tuple[AwardTold, ...]:
    """Some awards with what their lines carry and plan."""
    ids = [award.id for award in awards]
    carried, plans = amounts.carried_by_line(session, ids), amounts.plan_by_line(session, ids)
    told = []
    for award in awards:
        own = [plans.get(line.id, {}) for line in award.lines]
        planned_for = {quarter for plan in own for quarter in plan}
        quarters = tuple(sorted(planned_for.union(award.proposal.funding_year.year.quarters)))
        lines = tuple(
            LineTold(
                line, carried[line.id], tuple(plan.get(quarter, ZERO) for quarter in quarters), _parts(line, quarters)
            )
            for line, plan in zip(award.lines, own, strict=True)
        )
        told.append(AwardTold(award, quarters, lines))
    return tuple(told)


def _parts(line: AwardLine, quarters: Sequence[Quarter]) -> tuple[PartTold, ...]:
    """A line's profile by category, where it names any."""
    planned: dict[CostCategory, dict[Quarter, Decimal]] = {}
    for share in line.profile:
        if share.category and share.amount:
            planned.setdefault(share.category, {})[share.quarter] = share.amount
    return tuple(
        PartTold(category.name, tuple(planned[category].get(quarter, ZERO) for quarter in quarters))
        for category in sorted(planned, key=lambda category: category.position)
    )


def proposal_told(session: Session, viewer: Viewer, proposal: Proposal) -> ProposalTold:
    """One proposal for somebody, with the interests in it that they are told."""
    others = session.scalars(listing.same_intervention(viewer, proposal)).all()
    [listed, *other_years] = listing.listed(session, [proposal, *others])
    lead = session.get(Person, proposal.lead_person_id) if proposal.lead_person_id else None
    return ProposalTold(
        listed,
        lead,
        awards_told(session, queries.awards_of(session, proposal.id)),
        tuple(_history(proposal, queries.decisions_on(session, proposal.id), naming(session))),
        tuple(interests_told(session, proposal.id, viewer)),
        tuple(other_years),
    )


def _history(proposal: Proposal, decisions: Iterable[Decision], named: Callable[[str], str]) -> Iterable[Event]:
    """Every decision, the withdrawal and the submission, newest first."""
    if proposal.withdrawn_at:
        when = format_day(day_of(proposal.withdrawn_at))
        yield Event(when, proposal.lead_organisation.name, "Withdrawn", proposal.withdrawn_because)
    for decision in decisions:
        yield Event(
            format_day(decision.met_on or day_of(decision.recorded_at)),
            decision.body,
            f"{decision.csp.short_name}: {_said(decision)}",
            "\n".join(_details(decision, named)),
        )
    if proposal.submitted_at:
        yield Event(format_day(day_of(proposal.submitted_at)), proposal.lead_organisation.name, "Submitted")
    if proposal.received_on:
        yield Event(format_day(proposal.received_on), proposal.lead_organisation.name, "Came on paper")


def _said(decision: Decision) -> str:
    amounts = ", ".join(f"{format_pounds(each.amount)} {each.stream.name}" for each in decision.amounts)
    return f"{decision.outcome.value}{f', {amounts}' if amounts else ''}"


def _details(decision: Decision, named: Callable[[str], str]) -> Iterable[str]:
    if decision.reason:
        yield f"Reason: {decision.reason}"
    if decision.conditions:
        yield f"Conditions: {decision.conditions}"
    if decision.above_because:
        yield f"Above the allocation because: {decision.above_because}"
    if decision.minute:
        yield f"Minute: {decision.minute}"
    if decision.deciders:
        yield f"Decided by {', '.join(each.person.name for each in decision.deciders)}"
    change = ", in the place of the decision before" if decision.supersedes_id else ""
    yield f"Recorded on {format_day(day_of(decision.recorded_at))}{change}: {named(decision.recorded_by)}"


@dataclass(frozen=True)
class VariationTold:
    """A variation as one award sees it: what it brought, or, negative, took, in pounds, and from or to where."""

    variation: Variation
    stream: str
    change: Decimal
    other: str


def variations_told(session: Session, award: Award) -> list[VariationTold]:
    """Every variation of an award, newest first; one between two of its own streams is told from both."""
    told = []
    for variation in queries.variations_of(session, [award.id]):
        for own, other, sign in (
            (variation.to_line, variation.from_line, 1),
            (variation.from_line, variation.to_line, -1),
        ):
            if own is not None and own.award_id == award.id:
                told.append(VariationTold(variation, own.stream.name, sign * variation.amount, _where(other)))
    return told


def _where(line: AwardLine | None) -> str:
    if line is None:
        return "Unallocated"
    return f"{line.award.proposal.reference}, {line.award.csp.short_name}, {line.stream.name}"


@dataclass(frozen=True)
class Room:
    """What a partnership may still award of a stream to one proposal, in pounds."""

    stream: Stream
    asked: Decimal
    allocation: Decimal
    limit: Decimal
    """The allocation with its tolerance."""
    elsewhere: Decimal
    """What other proposals were awarded."""

    @property
    def left(self) -> Decimal:
        """The allocation less what other proposals were awarded."""
        return self.allocation - self.elsewhere

    @property
    def left_with_tolerance(self) -> Decimal:
        """The most that may be awarded to this proposal."""
        return self.limit - self.elsewhere

    def after(self, typed: Decimal | None) -> "RoomAfter":
        """What stands on the page with an award in the box."""
        award = typed or ZERO
        return RoomAfter(self.left - award, self.left_with_tolerance - award)


@dataclass(frozen=True)
class RoomAfter:
    """What an award leaves of a stream, in pounds: of the allocation, and of the tolerance too; negative is above."""

    left: Decimal
    left_with_tolerance: Decimal

    @property
    def above(self) -> Decimal:
        """How far it is above the allocation."""
        return max(-self.left, ZERO)

    @property
    def too_much(self) -> Decimal:
        """How far it is above what may be awarded."""
        return max(-self.left_with_tolerance, ZERO)


def room_left(session: Session, proposal: Proposal, csp: CSP) -> list[Room]:
    """What is left for a proposal of each stream, whatever it is awarded now."""
    year = proposal.funding_year
    shares = shares_of(session, year.id)
    awarded = amounts.awarded_by_csp_and_stream(session, year.id, csp.id)
    award = queries.find_award(session, proposal.id, csp.id)
    own = {line.stream_id: line.amount for line in award.lines} if award else {}
    asked = requested(session, Proposal.id == proposal.id).get(proposal.id, {})
    return [
        Room(
            stream,
            asked.get(stream.id, ZERO),
            shares.get((csp.id, stream.id), ZERO),
            ceiling(shares.get((csp.id, stream.id), ZERO), year.programme.tolerance_percent),
            awarded.get((csp.id, stream.id), ZERO) - own.get(stream.id, ZERO),
        )
        for stream in year.programme.streams
    ]
