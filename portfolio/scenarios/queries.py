"""Finding what can be tried (the proposals a partnership was asked, what there is for them) and what was tried."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.assessment.queries import interested_in, panel_scores, to_assess
from portfolio.decisions.models import Award, AwardLine
from portfolio.decisions.queries import current_decisions
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea
from portfolio.funding_years.queries import csps_within, get_csp, shares_of, years_within
from portfolio.funding_years.rules import ceiling
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.people.rules import Within
from portfolio.proposals.models import AskedOf, Proposal
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import FinancialYear
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.rules import Available, Candidate, PastYear, Plan
from portfolio.scenarios.trying import Tally, tally
from portfolio.spend import figures
from portfolio.spend.figures import together

YEARS_BACK = 3
"""So many past years say what is usually left."""


def rounds_to_try(within: Within) -> Select[FundingYear, CSP, int, int]:
    """Each year and partnership within reach with proposals to choose among: how many, and how many scenarios."""
    handed_in = (
        select(func.count())
        .select_from(AskedOf)
        .join(Proposal, Proposal.id == AskedOf.proposal_id)
        .where(
            AskedOf.csp_id == CSP.id,
            Proposal.funding_year_id == FundingYear.id,
            Proposal.status == ProposalStatus.SUBMITTED,
        )
        .correlate(CSP, FundingYear)
        .scalar_subquery()
    )
    tried = (
        select(func.count())
        .where(Scenario.funding_year_id == FundingYear.id, Scenario.csp_id == CSP.id)
        .correlate(CSP, FundingYear)
        .scalar_subquery()
    )
    return (
        select(FundingYear, CSP, handed_in.label("proposals"), tried.label("scenarios"))
        .join(PoliceArea, PoliceArea.id == FundingYear.police_area_id)
        .join(CSP, CSP.police_area_id == PoliceArea.id)
        .where(csps_within(within), handed_in > 0)
        .order_by(FundingYear.year.desc(), CSP.name, FundingYear.id)
        .options(joinedload(FundingYear.programme))
    )


def get_place(session: Session, year_id: int, csp_key: str, within: Within) -> tuple[FundingYear, CSP]:
    """A funding year and one of its partnerships; raises NotFound where they do not meet, or are beyond reach."""
    csp = get_csp(session, csp_key, within)
    year = session.scalar(years_within(within).where(FundingYear.id == year_id))
    if year is None or year.police_area_id != csp.police_area_id:
        raise NotFound("The partnership has no such year")
    return year, csp


def available(session: Session, year: FundingYear, csp: CSP) -> list[Available]:
    """What a partnership has of each stream in a year."""
    shares, tolerance = shares_of(session, year.id), year.programme.tolerance_percent
    return [
        Available(stream.id, stream.name, share, ceiling(share, tolerance))
        for stream in year.programme.streams
        for share in [shares.get((csp.id, stream.id), ZERO)]
    ]


def proposals_to_try(session: Session, year: FundingYear, csp: CSP) -> Sequence[Proposal]:
    """The proposals that a partnership chooses among in a year, with what says what they are."""
    return session.scalars(
        select(Proposal)
        .where(to_assess(year.id, csp.id))
        .order_by(Proposal.reference)
        .options(
            joinedload(Proposal.lead_organisation), selectinload(Proposal.levels), selectinload(Proposal.match_offers)
        )
    ).all()


def candidates(session: Session, year: FundingYear, csp: CSP, reader: int | None = None) -> list[Candidate]:
    """The same as a panel weighs them: those that score most first, those that nobody scored last.

    What a person (`reader`, by number) leads or declared an interest in is without its score, as in the ranking.
    """
    found = proposals_to_try(session, year, csp)
    ids = [each.id for each in found]
    asks = requested(session, to_assess(year.id, csp.id))
    scores = panel_scores(session, csp.id, ids)
    decisions = current_decisions(session, ids)
    awarded = _awarded(session, year, csp)
    hidden = set() if reader is None else interested_in(session, reader, ids)
    hidden |= {each.id for each in found if reader is not None and each.lead_person_id == reader}
    scores = {number: score for number, score in scores.items() if number not in hidden}

    def weighed(proposal: Proposal) -> Candidate:
        score, decision = scores.get(proposal.id), decisions.get((proposal.id, csp.id))
        offers = {kind: [each.pledged for each in proposal.match_offers if each.kind is kind] for kind in MatchKind}
        return Candidate(
            number=proposal.id,
            reference=proposal.reference,
            title=proposal.title,
            organisation=proposal.lead_organisation.name,
            kind=proposal.kind,
            levels=frozenset(each.level for each in proposal.levels),
            area=proposal.area,
            asks=asks.get(proposal.id, {}),
            score=None if score is None else score.percent,
            passes_gates=score is None or score.passes_gates,
            is_hidden=proposal.id in hidden,
            cash=sum(offers[MatchKind.CASH], ZERO),
            in_kind=sum(offers[MatchKind.IN_KIND], ZERO),
            outcome=None if decision is None else decision.outcome,
            awarded=awarded.get(proposal.id, {}),
        )

    return sorted(map(weighed, found), key=lambda each: (each.score is None, -(each.score or ZERO), each.reference))


def _awarded(session: Session, year: FundingYear, csp: CSP) -> dict[int, dict[int, Decimal]]:
    """What decisions awarded, in pounds by proposal and stream; what variations moved since is none of a round's."""
    rows = session.execute(
        select(Award.proposal_id, AwardLine.stream_id, AwardLine.amount)
        .join(AwardLine, AwardLine.award_id == Award.id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == year.id, Award.csp_id == csp.id, AwardLine.amount > ZERO)
    )
    found: dict[int, dict[int, Decimal]] = {}
    for proposal_id, stream_id, amount in rows:
        found.setdefault(proposal_id, {})[stream_id] = amount
    return found


@dataclass(frozen=True)
class Weighed:
    """What a partnership's panel chooses among in a year: its proposals, and what there is of each stream."""

    year: FundingYear
    csp: CSP
    streams: tuple[Available, ...]
    candidates: tuple[Candidate, ...]

    @property
    def nothing(self) -> Plan:
        """A plan that takes nothing in."""
        return Plan({each.stream: each.allocation for each in self.streams}, Decimal(0), {})

    @property
    def decided(self) -> Plan:
        """What the partnership's decisions award."""
        return replace(self.nothing, awards={each.number: each.awarded for each in self.candidates if each.awarded})

    def plan_of(self, scenario: Scenario) -> Plan:
        """What a scenario tries, of the proposals that are there still."""
        there = {each.number for each in self.candidates}
        awards: dict[int, dict[int, Decimal]] = {}
        for choice in scenario.choices:
            if choice.proposal_id in there:
                awards.setdefault(choice.proposal_id, {})[choice.stream_id] = choice.amount
        ceilings = {row.stream_id: row.amount for row in scenario.ceilings}
        return Plan({**self.nothing.ceilings, **ceilings}, scenario.over_percent, awards)

    def tally(self, plan: Plan) -> Tally:
        """What a plan comes to."""
        return tally(self.candidates, self.streams, plan)


def weighed(session: Session, year: FundingYear, csp: CSP, reader: int | None = None) -> Weighed:
    """Everything that is needed to try portfolios of a partnership's year, as a person may see it."""
    return Weighed(year, csp, tuple(available(session, year, csp)), tuple(candidates(session, year, csp, reader)))


def own_interests(session: Session, person_id: int, among: Sequence[Candidate]) -> set[int]:
    """The proposals, by number, in which somebody declared an interest, or which they lead."""
    numbers = [each.number for each in among]
    led = select(Proposal.id).where(Proposal.id.in_(numbers), Proposal.lead_person_id == person_id)
    return interested_in(session, person_id, numbers) | set(session.scalars(led))


def past_years(session: Session, year: FundingYear, csp: CSP, today: date) -> list[PastYear]:
    """What a partnership left of the years before this one that have ended, newest first."""
    earlier = session.scalars(
        select(FundingYear)
        .where(
            FundingYear.programme_id == year.programme_id,
            FundingYear.police_area_id == year.police_area_id,
            FundingYear.year < year.year,
            FundingYear.year < FinancialYear.containing(today),
        )
        .order_by(FundingYear.year.desc())
        .limit(YEARS_BACK)
    ).all()
    told = []
    for each in earlier:
        last = each.year.quarters[-1]
        positions = figures.by_csp(session, each.id, last, Award.csp_id == csp.id)
        whole = together(positions.values(), last)
        if whole.to_date > ZERO:  # a year without a claim says nothing of what is usually left
            told.append(PastYear(str(each.year), sum(whole.profile, ZERO), whole.underspend))
    return told


def scenarios_of(session: Session, year: FundingYear, csp: CSP, only: Sequence[int] | None = None) -> list[Scenario]:
    """What was tried for a partnership's year, the last saved first; or some of it, in the order it is named."""
    found = session.scalars(
        _scenarios()
        .where(Scenario.funding_year_id == year.id, Scenario.csp_id == csp.id)
        .where(*([] if only is None else [Scenario.id.in_(only)]))
        .order_by(Scenario.made_at.desc(), Scenario.id.desc())
    ).all()
    return list(found) if only is None else sorted(found, key=lambda each: only.index(each.id))


def _scenarios() -> Select[Scenario]:
    return select(Scenario).options(
        joinedload(Scenario.made_by).lazyload(Person.roles),
        joinedload(Scenario.decided_by).lazyload(Person.roles),
        selectinload(Scenario.ceilings),
        selectinload(Scenario.choices),
    )


def get_scenario(session: Session, number: int, within: Within) -> Scenario:
    """A scenario by number; raises NotFound for one beyond reach."""
    return _there(session, _scenarios().join(Scenario.csp).where(Scenario.id == number, csps_within(within)))


def held(session: Session, scenario: Scenario) -> Scenario:
    """A scenario as it stands now, held until the end of the transaction: who saves next waits, and then sees it.

    Raises NotFound where somebody removed it meanwhile.
    """
    same = _scenarios().where(Scenario.id == scenario.id).with_for_update(of=Scenario)
    return _there(session, same.execution_options(populate_existing=True))


def _there(session: Session, wanted: Select[Scenario]) -> Scenario:
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("There is no such scenario")
    return found
