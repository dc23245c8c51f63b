"""Tells a story to the database: all of it in one transaction, or nothing. Only a story without faults gets here."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, ProfileShare
from portfolio.decisions.rules import even_profile_between
from portfolio.funding_years.models import (
    CSP,
    CostCategory,
    CspAllocation,
    FundingYear,
    Organisation,
    PoliceArea,
    Programme,
    Stream,
    StreamAllocation,
)
from portfolio.funding_years.rules import OTHER
from portfolio.match_funding.models import Match
from portfolio.measures.models import Measure, MeasureDefinition, Observation
from portfolio.money import ZERO, share, to_pence
from portfolio.proposals.models import (
    Ask,
    AskedOf,
    Intervention,
    MatchOffer,
    Proposal,
    ProposalLevel,
)
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.models import Claim, ClaimLine, Correction, Forecast
from portfolio.spend.rules import ClaimStatus
from portfolio.story.node import Findings
from portfolio.story.telling import Story, ToldAward, ToldClaim, ToldProgramme


class Loading:
    """One story on its way into the database; `by` and `at` stand in the record as who told it, and when."""

    def __init__(self, session: Session, story: Story, findings: Findings, by: str, at: datetime) -> None:
        self.session = session
        self.story = story
        self.findings = findings
        self.by = by
        self.at = at
        self.years: dict[FinancialYear, FundingYear] = {}
        self.csps: dict[str, CSP] = {}
        self.organisations: dict[str, Organisation] = {}
        self.proposals: dict[str, Proposal] = {}
        self.awards: dict[tuple[str, str], Award] = {}

    def load(self) -> None:
        """Add every row; nothing is added where the story clashes with what is here already."""
        with self.session.no_autoflush:
            self._find_who_is_here()
            if self.findings.faults:
                return
            self._add_years()
            self._add_proposals()
            self._add_decisions()
            self._add_awards()
            self._add_claims()
            self._add_measures()
        self.session.flush()

    def _find_who_is_here(self) -> None:
        """Reuse the area, partnerships, organisations and programme that an earlier story brought."""
        told = self.story.area
        area = self.session.scalar(select(PoliceArea).where(PoliceArea.code == told.code))
        if area is not None and area.name != told.name:
            self._clash("police_area.name", told.name, f"{told.code} is here as {area.name}")
        self.area = area or PoliceArea(code=told.code, name=told.name)
        self.session.add(self.area)
        self._find_programme()
        self._find_csps()
        self._find_organisations()
        for year in self.story.years.values():
            if area is not None and self._is_here(year.year):
                self.findings.fault(
                    year.place,
                    f"{self.programme.name} {year.year} for {area.name} is here already: this story, or one like it, "
                    "was loaded before. Nothing was changed",
                )
        references = list(self.story.proposals)
        for start in range(0, len(references), 500):
            here = self.session.scalars(
                select(Proposal.reference).where(Proposal.reference.in_(references[start : start + 500]))
            )
            for reference in here:
                self._clash(f"{self.story.proposals[reference].place}.ref", reference, "that reference is taken")

    def _clash(self, place: str, told: str, here: str) -> None:
        self.findings.fault(place, f"is “{told}”, but {here}. Use another, or put one of the two right")

    def _is_here(self, year: FinancialYear) -> bool:
        if self.programme.id is None or self.area.id is None:
            return False
        return (
            self.session.scalar(
                select(FundingYear.id).where(
                    FundingYear.programme_id == self.programme.id,
                    FundingYear.police_area_id == self.area.id,
                    FundingYear.year == year,
                )
            )
            is not None
        )

    def _find_programme(self) -> None:
        told = self.story.programme
        programme = self.session.scalar(
            select(Programme).where(
                Programme.code == told.code, Programme.administering_body == told.administering_body
            )
        )
        if programme is None:
            programme = _programme(told)
            self.session.add(programme)
        elif [stream.name for stream in programme.streams] != told.streams:
            here = ", ".join(stream.name for stream in programme.streams)
            self._clash("programme.streams", ", ".join(told.streams), f"{told.code} is here with {here}")
        elif not set(told.categories) <= {category.name for category in programme.categories}:
            here = ", ".join(category.name for category in programme.categories)
            self._clash("programme.categories", ", ".join(told.categories), f"{told.code} is here with {here}")
        self.programme = programme
        self.streams = {stream.name: stream for stream in programme.streams}
        self.categories = {category.name: category for category in programme.categories}

    def _find_csps(self) -> None:
        here = {csp.key: csp for csp in self.session.scalars(select(CSP))}
        for told in self.story.csps.values():
            csp = here.get(told.key)
            if csp is None:
                csp = CSP(key=told.key, name=told.name, authority=told.authority, org_id=told.org_id, gss=told.gss)
                csp.police_area = self.area
            elif csp.police_area_id != self.area.id or csp.name != told.name:
                self._clash(f"{told.place}.key", told.key, f"that key is here for {csp.name}")
            self.csps[told.key] = csp
        self.session.add_all(self.csps.values())

    def _find_organisations(self) -> None:
        """An organisation is known by its name; its key is the file's own, and made different where it is taken."""
        every = list(self.session.scalars(select(Organisation)))
        here, keys = {organisation.name: organisation for organisation in every}, {one.key for one in every}
        for told in self.story.organisations.values():
            organisation = here.get(told.name)
            if organisation is None:
                key, number = told.key, 1
                while key in keys:
                    number += 1
                    key = f"{told.key}-{number}"
                keys.add(key)
                organisation = Organisation(key=key, name=told.name, type=told.type, org_id=told.org_id)
            self.organisations[told.key] = organisation
        self.session.add_all(self.organisations.values())

    def _add_years(self) -> None:
        for told in self.story.years.values():
            year = FundingYear(
                programme=self.programme,
                police_area=self.area,
                year=told.year,
                status=told.status,
                confirmed_on=told.confirmed_on,
                confirmed_reference=told.reference,
                note=told.note,
            )
            self.session.add(year)
            for stream, amount in told.allocation.items():
                allocation = StreamAllocation(stream=self.streams[stream], amount=amount)
                year.allocations.append(allocation)
                for key, shares in told.shares.items():
                    if stream in shares:
                        allocation.shares.append(CspAllocation(csp=self.csps[key], amount=shares[stream]))
            self.years[told.year] = year

    def _add_proposals(self) -> None:
        interventions: dict[str, Intervention] = {}
        for told in sorted(self.story.proposals.values(), key=lambda proposal: proposal.year):
            intervention = interventions.get(told.continues or "") or Intervention(title=told.title)
            interventions[told.reference] = intervention
            proposal = Proposal(
                funding_year=self.years[told.year],
                intervention=intervention,
                reference=told.reference,
                title=told.title,
                lead_organisation=self.organisations[told.lead],
                kind=told.kind,
                continues=self.proposals.get(told.continues or ""),
                summary=told.summary,
                starts_on=told.starts_on,
                ends_on=told.ends_on,
                status=ProposalStatus.SUBMITTED,
                levels=[ProposalLevel(level=level) for level in told.levels],
                asks=[Ask(stream=self.streams[stream], amount=amount) for stream, amount in told.requested.items()],
                asked_of=[AskedOf(csp=self.csps[key]) for key in told.asked_of],
                match_offers=[
                    MatchOffer(funder=self.organisations[offer.funder], kind=offer.kind, pledged=offer.pledged)
                    for offer in told.match_offered
                ],
            )
            self.session.add(proposal)
            self.proposals[told.reference] = proposal

    def _add_decisions(self) -> None:
        last: dict[tuple[str, str], Decision] = {}
        for told in self.story.decisions:
            decision = Decision(
                proposal=self.proposals[told.proposal],
                csp=self.csps[told.csp],
                outcome=told.outcome,
                reason=told.reason,
                conditions=told.conditions,
                body=told.body or self.csps[told.csp].name,
                met_on=told.met_on,
                minute=told.minute,
                recorded_by=self.by,
                recorded_at=self.at,
                supersedes=last.get((told.proposal, told.csp)),
                amounts=[
                    DecisionAmount(stream=self.streams[stream], amount=amount)
                    for stream, amount in told.awarded.items()
                ],
            )
            self.session.add(decision)
            last[told.proposal, told.csp] = decision

    def _add_awards(self) -> None:
        for (reference, csp), decision in self.story.standing_decisions().items():
            if not decision.outcome.gives_money:
                continue
            proposal = self.proposals[reference]
            award = Award(
                proposal=proposal,
                csp=self.csps[csp],
                starts_on=proposal.starts_on,
                ends_on=proposal.ends_on,
                provisional=False,
            )
            for stream, amount in decision.awarded.items():
                profile = self._profile(self.story.awards.get((reference, csp, stream)), amount, proposal)
                award.lines.append(
                    AwardLine(
                        stream=self.streams[stream],
                        amount=amount,
                        profile=[ProfileShare(quarter=quarter, amount=part) for quarter, part in profile.items()],
                    )
                )
            self.session.add(award)
            self.awards[reference, csp] = award
        self._add_match()

    def _profile(self, told: ToldAward | None, amount: Decimal, proposal: Proposal) -> dict[Quarter, Decimal]:
        if told is not None and told.profile is not None:
            return dict(zip(proposal.funding_year.year.quarters, told.profile, strict=True))
        return even_profile_between(amount, proposal.starts_on, proposal.ends_on)

    def _add_match(self) -> None:
        """What was offered is pledged to the awards that came of it, by their size where there are several."""
        of_proposal: dict[str, list[Award]] = defaultdict(list)
        for (reference, _), award in self.awards.items():
            of_proposal[reference].append(award)
        for reference, awards in of_proposal.items():
            sizes = [to_pence(sum((line.amount for line in award.lines), ZERO)) for award in awards]
            for offer in self.story.proposals[reference].match_offered:
                for award, pledged in zip(awards, share(offer.pledged, sizes), strict=True):
                    self.session.add(
                        Match(
                            award=award,
                            funder=self.organisations[offer.funder],
                            kind=offer.kind,
                            pledged=pledged,
                            secured=ZERO,
                            basis="as valued in the proposal" if offer.kind is MatchKind.IN_KIND else None,
                        )
                    )

    def _add_claims(self) -> None:
        for told in sorted(self.story.claims, key=lambda claim: claim.quarter):
            self.session.add(self._claim(told))
        for correction in self.story.corrections:
            self.session.add(
                Correction(
                    award=self.awards[correction.proposal, correction.csp],
                    stream=self.streams[correction.stream],
                    category=self.categories[correction.category],
                    corrects=correction.corrects,
                    entered_in=correction.entered_in,
                    amount=correction.amount,
                    reason=correction.reason,
                    entered_by=self.by,
                    entered_at=self.at,
                )
            )

    def _claim(self, told: ToldClaim) -> Claim:
        return Claim(
            award=self.awards[told.proposal, told.csp],
            quarter=told.quarter,
            status=ClaimStatus.APPROVED,
            edition=1,
            match_spent=told.match_spent,
            narrative=told.narrative,
            delivery_rag=told.delivery_rag,
            spend_rag=told.spend_rag,
            variance_explanation=told.explanation,
            submitted_at=self.at,
            approved_at=self.at,
            lines=[
                ClaimLine(
                    stream=self.streams[line.stream],
                    category=self.categories[line.category],
                    amount=line.amount,
                    description=line.description,
                    transaction=line.transaction,
                )
                for line in told.lines
            ],
            forecasts=[
                Forecast(stream=self.streams[stream], quarter=quarter, amount=amount)
                for stream, amounts in told.forecast.items()
                for quarter, amount in amounts.items()
            ],
        )

    def _add_measures(self) -> None:
        here = {
            measure.code: measure
            for measure in self.session.scalars(
                select(Measure).where(Measure.programme_id == self.programme.id, Measure.police_area_id == self.area.id)
            )
        }
        for told in self.story.measures:
            measure = here.get(told.code)
            if measure is None:
                measure = Measure(programme=self.programme, police_area=self.area, code=told.code, name=told.name)
            if not measure.definitions or measure.definitions[-1].text != told.definition:
                definition = MeasureDefinition(
                    version=len(measure.definitions) + 1,
                    text=told.definition,
                    geography=told.geography,
                    source=told.source,
                )
                measure.definitions.append(definition)
            self.session.add(measure)
            for seen in told.observations:
                self.session.add(
                    Observation(
                        definition=measure.definitions[-1],
                        quarter=seen.quarter,
                        value=seen.value,
                        unavailable=seen.unavailable,
                        recorded_by=self.by,
                        recorded_at=self.at,
                    )
                )


def _programme(told: ToldProgramme) -> Programme:
    return Programme(
        code=told.code,
        name=told.name,
        funder=told.funder,
        administering_body=told.administering_body,
        statutory_power=told.statutory_power,
        in_arrears=told.in_arrears,
        carry_over=told.carry_over,
        match_percent=told.match_percent,
        match_base=told.match_base,
        match_in_kind_counts=told.match_in_kind_counts,
        variance_percent=told.variance_percent,
        variance_floor=told.variance_floor,
        tolerance_percent=told.tolerance_percent,
        claim_deadlines=told.claim_deadlines,
        retention_years=told.retention_years,
        streams=[Stream(name=name, position=place) for place, name in enumerate(told.streams)],
        categories=[
            CostCategory(name=name, position=place, needs_text=name == OTHER)
            for place, name in enumerate(told.categories)
        ],
    )
