"""Decisions recorded, awards made and described, allocations changed under them."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.assessment.queries import interests_in
from portfolio.clock import day_of
from portfolio.decisions import amounts, ceilings, queries, rules
from portfolio.decisions import profiles as planning
from portfolio.decisions.models import Award, AwardLine, Decider, Decision, DecisionAmount, ProfileShare
from portfolio.decisions.profiles import Cells
from portfolio.decisions.rules import Ruling
from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years import actions as years
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.rules import ByCsp, closed
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import requested
from portfolio.quarters import Quarter, between

ByStream = Mapping[str, Decimal]
Profile = Mapping[Quarter, Decimal]
Claimed = Callable[[Session, int], Mapping[int, Decimal]]
"""Says what is claimed of an award, by its number: pounds by stream. The room that keeps claims hands it in."""


def record_decision(
    session: Session,
    proposal: Proposal,
    csp: CSP,
    ruling: Ruling,
    *,
    recorded_by: Person,
    deciders: Collection[Person],
    at: datetime,
    claimed: Claimed,
    profiles: Mapping[str, Profile] | None = None,
) -> Decision:
    """Record what a partnership decided; a decision that was there is superseded, never changed.

    A funded one makes the award or changes it: in the proportions of what was asked for, or by `profiles` (by stream).
    Refused above the allocation (E1, the partnership's shares held meanwhile), within its tolerance without a word on
    why, without a reason (E11), by who has an interest or leads it (E12), and below what is claimed already.
    """
    year = proposal.funding_year
    shares = queries.locked_shares(session, year.id, csp.id)
    before = queries.find_decision(session, proposal.id, csp.id)
    award = queries.find_award(session, proposal.id, csp.id)
    asked = sum(requested(session, Proposal.id == proposal.id).get(proposal.id, {}).values(), ZERO)
    session.refresh(proposal, ["status"], with_for_update={"read": True})  # it may be withdrawn at this moment
    taking_part = {person.id: person.name for person in (*deciders, recorded_by)}
    refuse_any(
        [
            closed(year.status, year.year),
            rules.not_open_to_decision(proposal.reference, proposal.status),
            rules.not_asked_of(csp.name, csp.id, [each.csp_id for each in proposal.asked_of], proposal.reference),
            rules.not_yet("The meeting", ruling.met_on, day_of(at), "met_on"),
            *faults_of_ruling(proposal, ruling, profiles),
            rules.less_than_asked(ruling, asked, len(proposal.asked_of)),
            *conflicts(session, proposal, taking_part, [award.lead_person_id] if award else []),
            *_above_allocation(session, year, csp, shares, award, ruling),
            *_below_what_happened(session, award, ruling, claimed),
        ]
    )
    decision = decision_rows(proposal, csp, ruling, recorded_by=recorded_by.mark, recorded_at=at, supersedes=before)
    decision.deciders = [Decider(person=person) for person in deciders]
    session.add(decision)
    if award is not None:
        plans = amounts.plan_by_line(session, [award.id])
        _change_award(award, decision, plans, Quarter.containing(ruling.met_on or day_of(at)), profiles)
    elif ruling.outcome.gives_money:
        session.add(award_rows(decision, profiles))
    return decision


def conflicts(
    session: Session, proposal: Proposal, taking_part: Mapping[int, str], award_leads: Collection[int | None]
) -> Iterable[PortfolioError | None]:
    """E12: who of those taking part, by number and name, declared an interest in a proposal, or leads it."""
    interested = {interest.person_id for interest in interests_in(session, proposal.id)}
    yield rules.conflicted(proposal.reference, taking_part, interested)
    yield rules.leads_it(proposal.reference, taking_part, [proposal.lead_person_id, *award_leads])


def refuse_unseen(session: Session, proposal: Proposal, csp: CSP, seen: str) -> None:
    """Refuse to supersede a decision that somebody has not seen; `seen` is its number, empty where none was there.

    What is there now stays until the end of the transaction: the partnership's shares are held, as deciding holds them.
    """
    queries.locked_shares(session, proposal.funding_year_id, csp.id)
    standing = queries.find_decision(session, proposal.id, csp.id)
    refuse_any([rules.decided_meanwhile(seen, standing.id if standing else None)])


def faults_of_ruling(
    proposal: Proposal, ruling: Ruling, profiles: Mapping[str, Profile] | None = None
) -> list[PortfolioError]:
    """What is wrong with a decision by itself (E3, E10, E11); asks no database."""
    errors = rules.bad_decision(ruling.outcome, ruling.awarded, ruling.reason)
    for stream, profile in (profiles or {}).items():
        award = ruling.awarded.get(stream, ZERO)
        errors += planning.bad_profile(award, profile, proposal.starts_on, proposal.ends_on)
    return errors


def _above_allocation(
    session: Session, year: FundingYear, csp: CSP, shares: Mapping[int, Decimal], award: Award | None, ruling: Ruling
) -> Iterable[PortfolioError | None]:
    """E1: all that the partnership awards of each stream, this decision in the place of the one before."""
    awarded = amounts.awarded_by_csp_and_stream(session, year.id, csp.id)
    before = {line.stream_id: line.amount for line in award.lines} if award else {}
    for stream in year.programme.streams:
        decided = ruling.awarded.get(stream.name, ZERO)
        if decided <= before.get(stream.id, ZERO):
            continue
        awards = awarded.get((csp.id, stream.id), ZERO) - before.get(stream.id, ZERO) + decided
        share = shares.get(stream.id, ZERO)
        above = ceilings.above_allocation(csp.name, stream.name, awards, share, year.programme.tolerance_percent)
        yield above or ceilings.above_unsaid(csp.name, stream.name, awards, share, ruling.above_because)


def _below_what_happened(
    session: Session, award: Award | None, ruling: Ruling, claimed: Claimed
) -> Iterable[PortfolioError | None]:
    """What was claimed of an award, and what variations moved, bounds every later decision on it."""
    if award is None:
        return
    carried, spent = amounts.carried_by_line(session, [award.id]), claimed(session, award.id)
    for line in award.lines:
        yield rules.bad_lowering(
            ruling.outcome,
            line.stream.name,
            decided=ruling.awarded.get(line.stream.name, ZERO),
            moved=carried[line.id] - line.amount,
            claimed=spent.get(line.stream_id, ZERO),
        )


def decision_rows(
    proposal: Proposal,
    csp: CSP,
    ruling: Ruling,
    *,
    recorded_by: str,
    recorded_at: datetime,
    supersedes: Decision | None = None,
) -> Decision:
    """A decision's rows, unchecked; streams that are awarded nothing leave no row."""
    return Decision(
        proposal=proposal,
        csp=csp,
        outcome=ruling.outcome,
        reason=ruling.reason or None,
        conditions=ruling.conditions or None,
        above_because=ruling.above_because or None,
        body=ruling.body,
        met_on=ruling.met_on,
        minute=ruling.minute or None,
        recorded_by=recorded_by,
        recorded_at=recorded_at,
        supersedes=supersedes,
        amounts=[
            DecisionAmount(stream=stream, amount=ruling.awarded[stream.name])
            for stream in proposal.funding_year.programme.streams
            if ruling.awarded.get(stream.name)
        ],
    )


def award_rows(decision: Decision, profiles: Mapping[str, Profile] | None = None) -> Award:
    """The rows of the award that a funded decision makes, unchecked: a line a stream, each with its profile.

    Without a profile (by stream, summing to what is awarded) a line is planned in the proportions of what was asked.
    """
    proposal = decision.proposal
    award = Award(
        proposal=proposal,
        csp=decision.csp,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        lead_person_id=proposal.lead_person_id,
        provisional=False,
        lines=[],
    )
    for each in decision.amounts:
        award.lines.append(_line(award, each, profiles))
    return award


def _line(award: Award, decided: DecisionAmount, profiles: Mapping[str, Profile] | None) -> AwardLine:
    line = AwardLine(stream=decided.stream, amount=decided.amount, profile=[])
    _set_profile(line, award, _profile(award, decided, profiles))
    return line


def _profile(award: Award, decided: DecisionAmount, profiles: Mapping[str, Profile] | None) -> Cells:
    """What a line plans: as given, or as it was asked for."""
    given = (profiles or {}).get(decided.stream.name)
    if given:
        return {(quarter, None): amount for quarter, amount in given.items()}
    asks = [
        (ask.category.name if ask.category else None, ask.quarter, ask.amount)
        for ask in award.proposal.asks
        if ask.stream is decided.stream
    ]
    return planning.as_asked(decided.amount, asks, award.starts_on, award.ends_on)


def _change_award(
    award: Award,
    decision: Decision,
    plans: Mapping[int, Profile],
    since: Quarter,
    profiles: Mapping[str, Profile] | None,
) -> None:
    """Make an award what the new decision says; what it planned for quarters before `since` stays where it can."""
    decided = {each.stream.id: each for each in decision.amounts}
    quarters = list(between(award.starts_on, award.ends_on))
    for line in award.lines:
        each = decided.pop(line.stream_id, None)
        amount = each.amount if each else ZERO
        before = {
            (share.quarter, share.category.name if share.category else None): share.amount for share in line.profile
        }
        if each is not None and ((profiles or {}).get(line.stream.name) or not line.amount):
            after = _profile(award, each, profiles)
        elif amount > line.amount:
            gain = planning.gained(plans.get(line.id, {}), amount - line.amount, quarters, since)
            after = planning.followed(before, gain)
        else:
            after = planning.followed(before, planning.lost(plans.get(line.id, {}), line.amount - amount))
        _set_profile(line, award, dict.fromkeys(before, ZERO) | after)
        line.amount = amount
    for each in decided.values():
        award.lines.append(_line(award, each, profiles))


def _set_profile(line: AwardLine, award: Award, cells: Cells) -> None:
    """Make a line plan what is given; a row that is there stays, if only with nothing in it."""
    categories = {category.name: category for category in award.proposal.funding_year.programme.categories}
    shares = {(share.quarter, share.category): share for share in line.profile}
    for (quarter, name), amount in cells.items():
        category = categories[name] if name else None
        if (quarter, category) in shares:
            shares[quarter, category].amount = amount
        else:
            line.profile.append(ProfileShare(quarter=quarter, category=category, amount=amount))


def describe_award(
    award: Award,
    *,
    lead_person: Person | None,
    agreement_signed_on: date | None,
    cost_centre: str | None,
    provisional: bool,
    today: date,
) -> Award:
    """Name an award's lead, when its agreement was signed, its cost centre, and whether a pay award is pending."""
    refuse_any([rules.not_yet("The signature", agreement_signed_on, today, "agreement_signed_on")])
    award.lead_person = lead_person
    award.agreement_signed_on = agreement_signed_on
    set_cost_centre(award, cost_centre)
    award.provisional = provisional
    return award


def set_cost_centre(award: Award, cost_centre: str | None) -> None:
    """Name the cost centre by which the council's ledger knows an award; nothing where it has none."""
    award.cost_centre = (cost_centre or "").strip() or None


def change_allocations(session: Session, funding_year: FundingYear, allocation: ByStream, shares: ByCsp) -> FundingYear:
    """Change what a year gives, in pounds; refused where a partnership has awarded more than it would have (E1)."""
    for csp in funding_year.police_area.csps:
        queries.locked_shares(session, funding_year.id, csp.id)
    awarded = amounts.awarded_by_csp_and_stream(session, funding_year.id)
    tolerance = funding_year.programme.tolerance_percent
    streams = {stream.name: stream for stream in funding_year.programme.streams}
    csps = {csp.key: csp for csp in funding_year.police_area.csps}
    refuse_any(
        ceilings.below_awards(
            csps[key].name,
            key,
            name,
            share=amount,
            awards=awarded.get((csps[key].id, streams[name].id), ZERO),
            tolerance_percent=tolerance,
        )
        for key, given in shares.items()
        for name, amount in given.items()
        if key in csps and name in streams
    )
    return years.set_allocations(funding_year, allocation, shares)
