"""Tells a story to the database: all of it in one transaction, or nothing. Only a story without faults gets here."""

from collections import defaultdict
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.actions import award_rows, decision_rows
from portfolio.decisions.models import Award, Decision
from portfolio.decisions.rules import Ruling
from portfolio.funding_years.actions import add_csp, add_organisation, add_police_area, add_programme, year_rows
from portfolio.funding_years.models import CSP, FundingYear, Organisation, PoliceArea, Programme
from portfolio.funding_years.rules import key_of
from portfolio.match_funding.models import Match
from portfolio.measures.models import Measure, MeasureDefinition, Observation
from portfolio.money import ZERO, share, to_pence
from portfolio.proposals import actions as proposing
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import FinancialYear
from portfolio.spend import checks as spending
from portfolio.spend.claiming import Names, build_claim
from portfolio.spend.correcting import build_correction
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from portfolio.story.node import Findings
from portfolio.story.telling import Story, ToldClaim

AT_ONCE = 500
"""How many claims are handed to the database together: a large year need not be held in memory whole."""


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
        self.decisions: dict[tuple[str, str], Decision] = {}
        self.awards: dict[tuple[str, str], Award] = {}

    def load(self) -> None:
        """Add every row; nothing is added where the story clashes with what is here already."""
        with self.session.no_autoflush:
            self._find_who_is_here()
            if self.findings.faults:
                return
            for add in (
                self._add_years,
                self._add_proposals,
                self._add_decisions,
                self._add_awards,
                self._add_claims,
                self._add_measures,
            ):
                add()
                self.session.flush()

    def _find_who_is_here(self) -> None:
        """Reuse the area, partnerships, organisations and programme that an earlier story brought."""
        told = self.story.area
        area = self.session.scalar(select(PoliceArea).where(PoliceArea.code == told.code))
        if area is not None and area.name != told.name:
            self._clash("police_area.name", told.name, f"{told.code} is here as {area.name}")
        self.area = area or add_police_area(self.session, told.code, told.name)
        self._find_programme()
        self._find_csps()
        self._find_organisations()
        years = [year for year in self.story.years.values() if self._is_here(year.year)]
        for year in years:
            self.findings.fault(
                year.place,
                f"{self.programme.name} {year.year} for {self.area.name} is here already: this story, or one like it, "
                "was loaded before. Nothing was changed",
            )
        if not years:
            self._refuse_taken_references()

    def _refuse_taken_references(self) -> None:
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
            programme = add_programme(
                self.session,
                code=told.code,
                name=told.name,
                funder=told.funder,
                administering_body=told.administering_body,
                streams=told.streams,
                categories=told.categories,
                terms=told.terms,
            )
        elif [stream.name for stream in programme.streams] != told.streams:
            here = ", ".join(stream.name for stream in programme.streams)
            self._clash("programme.streams", ", ".join(told.streams), f"{told.code} is here with {here}")
        elif not set(told.categories) <= {category.name for category in programme.categories}:
            here = ", ".join(category.name for category in programme.categories)
            self._clash("programme.categories", ", ".join(told.categories), f"{told.code} is here with {here}")
        self.programme = programme
        self.names = Names.of(programme)

    def _find_csps(self) -> None:
        here = {csp.key: csp for csp in self.session.scalars(select(CSP))}
        for told in self.story.csps.values():
            csp = here.get(told.key)
            if csp is None:
                csp = add_csp(
                    self.session,
                    self.area,
                    key=told.key,
                    name=told.name,
                    authority=told.authority,
                    org_id=told.org_id,
                    gss=told.gss,
                )
            elif csp.police_area_id != self.area.id or csp.name != told.name:
                self._clash(f"{told.place}.key", told.key, f"that key is here for {csp.name}")
            self.csps[told.key] = csp

    def _find_organisations(self) -> None:
        """An organisation is known by its name; the file's own key for it holds within the file only."""
        every = list(self.session.scalars(select(Organisation)))
        here, keys = {organisation.name: organisation for organisation in every}, {one.key for one in every}
        for told in self.story.organisations.values():
            organisation = here.get(told.name)
            if organisation is None:
                base = key_of(told.name) or "organisation"
                free = (key for number in count(2) if (key := f"{base[:50]}-{number}") not in keys)
                key = base if base not in keys else next(free)
                keys.add(key)
                organisation = add_organisation(
                    self.session, name=told.name, kind=told.type, org_id=told.org_id, key=key
                )
                here[told.name] = organisation
            self.organisations[told.key] = organisation

    def _add_years(self) -> None:
        for told in self.story.years.values():
            year = year_rows(self.programme, self.area, told.year, told.allocation, told.shares, told.note)
            year.status = told.status
            year.confirmed_on, year.confirmed_reference = told.confirmed_on, told.reference
            self.session.add(year)
            self.years[told.year] = year

    def _add_proposals(self) -> None:
        for told in sorted(self.story.proposals.values(), key=lambda proposal: proposal.year):
            contents = proposing.Contents(
                title=told.title,
                lead=self.organisations[told.lead],
                kind=told.kind,
                summary=told.summary,
                asks=[proposing.Asked(self.names.streams[stream], amount) for stream, amount in told.requested.items()],
                asked_of=[self.csps[key] for key in told.asked_of],
                levels=told.levels,
                offers=[
                    proposing.Offered(self.organisations[offer.funder], offer.kind, offer.pledged)
                    for offer in told.match_offered
                ],
                continues=self.proposals.get(told.continues or ""),
                starts_on=told.starts_on,
                ends_on=told.ends_on,
            )
            proposal = proposing.proposal_rows(self.years[told.year], told.reference, contents)
            proposal.status = ProposalStatus.SUBMITTED
            self.session.add(proposal)
            self.proposals[told.reference] = proposal

    def _add_decisions(self) -> None:
        for told in self.story.decisions:
            key = (told.proposal, told.csp)
            csp = self.csps[told.csp]
            ruling = Ruling(
                told.outcome,
                told.body or csp.name,
                told.awarded,
                told.reason,
                told.conditions,
                told.met_on,
                told.minute,
            )
            decision = decision_rows(
                self.proposals[told.proposal],
                csp,
                ruling,
                recorded_by=self.by,
                recorded_at=self.at,
                supersedes=self.decisions.get(key),
            )
            self.session.add(decision)
            self.decisions[key] = decision

    def _add_awards(self) -> None:
        for (reference, csp), decision in self.decisions.items():
            if not decision.outcome.gives_money:
                continue
            year = decision.proposal.funding_year.year
            profiles = {
                told.stream: dict(zip(year.quarters, told.profile, strict=True))
                for stream in self.names.streams
                if (told := self.story.awards.get((reference, csp, stream))) and told.profile
            }
            award = award_rows(decision, profiles)
            self.session.add(award)
            self.awards[reference, csp] = award
        self._add_match()

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
        for number, claim in enumerate(sorted(self.story.claims, key=lambda claim: claim.quarter), 1):
            self.session.add(self._claim(claim))
            if number % AT_ONCE == 0:
                self.session.flush()
        for told in self.story.corrections:
            self.session.add(
                build_correction(
                    self.awards[told.proposal, told.csp], told.said, self.names, entered_by=self.by, entered_at=self.at
                )
            )

    def _claim(self, told: ToldClaim) -> Claim:
        contents = spending.Contents(
            lines=tuple(told.lines),
            forecasts=told.forecast,
            match_spent=told.match_spent,
            narrative=told.narrative or "",
            delivery_rag=told.delivery_rag,
            spend_rag=told.spend_rag,
            variance_explanation=told.explanation or "",
        )
        award = self.awards[told.proposal, told.csp]
        claim = build_claim(award, told.quarter, contents, self.names, ClaimStatus.APPROVED)
        claim.submitted_at = claim.approved_at = self.at
        return claim

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
