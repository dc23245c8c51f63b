"""Holds a story to the rules that every page holds to: each fault with its place in the file, all of them at once.

A story that could not be read in full is held to them too, but for those that depend on what could not be read: so
everything that is wrong is told at once, and nothing that is right is called wrong.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portfolio.decisions import rules as deciding
from portfolio.decisions.ceilings import above_allocation
from portfolio.decisions.profiles import bad_profile
from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import OTHER, ends_before_it_starts
from portfolio.measures.rules import bad_observation
from portfolio.money import ZERO
from portfolio.proposals import rules as proposing
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import rules as spending
from portfolio.spend.adjustments import bad_correction
from portfolio.story.node import Findings
from portfolio.story.telling import Story, ToldAward, ToldClaim, ToldCorrection, ToldDecision, ToldProposal

_DECIDES = re.compile(r"decisions(\[\d+\](\.(proposal|csp|outcome))?)?")
"""The places that say on what, where and how was decided: without one of them, a decision is not there at all."""


def check(story: Story, findings: Findings, today: date) -> None:
    """Hold the whole story to the rules; faults are noted in `findings`."""
    for proposal in story.proposals.values():
        _check_proposal(story, proposal, findings)
    for decision in story.decisions:
        _check_decision(story, decision, findings)
    knows_decisions = not any(_DECIDES.fullmatch(place) for place in findings.unread)
    if knows_decisions:
        _check_ceilings(story, findings)
        for award in story.awards.values():
            _check_award(story, award, findings)
    Spending(story, findings, today, knows_decisions=knows_decisions).check()
    _check_measures(story, findings)


def _check_proposal(story: Story, proposal: ToldProposal, findings: Findings) -> None:
    place = proposal.place
    errors: list[PortfolioError | None] = [
        proposing.bad_reference(proposal.reference),
        proposing.asks_nobody(len(proposal.asked_of)),
        *proposing.bad_request(proposal.requested),
    ]
    if findings.was_read(f"{place}.starts_on", f"{place}.ends_on", f"{place}.year"):
        errors.append(
            ends_before_it_starts(proposal.starts_on, proposal.ends_on)
            or proposing.outside_the_year(proposal.starts_on, proposal.ends_on, proposal.year)
        )
    earlier = story.proposals.get(proposal.continues or "")
    if earlier is not None and findings.was_read(f"{place}.year", f"{earlier.place}.year"):
        errors.append(proposing.continues_nothing_earlier(proposal.year, earlier.reference, earlier.year))
    findings.faults_at(place, errors, {"reference": "ref"})


def _check_decision(story: Story, decision: ToldDecision, findings: Findings) -> None:
    proposal = story.proposals[decision.proposal]
    errors = deciding.bad_decision(decision.outcome, decision.awarded, decision.reason)
    if decision.csp not in proposal.asked_of and findings.was_read(f"{proposal.place}.asked_of"):
        errors.append(deciding.NotAskedOf(story.name_of(decision.csp), proposal.reference))
    findings.faults_at(decision.place, errors)


def _check_ceilings(story: Story, findings: Findings) -> None:
    """E1: the standing decisions of a partnership's stream, added up in the file's order."""
    totals: dict[tuple[FinancialYear, str, str], Decimal] = defaultdict(lambda: ZERO)
    told_already = set()
    if not findings.was_read("programme.tolerance_percent"):
        return
    for decision in story.standing_decisions().values():
        proposal = story.proposals[decision.proposal]
        for stream, amount in decision.awarded.items():
            key = (proposal.year, decision.csp, stream)
            totals[key] += amount
            if key in told_already or not _knows_allocation(story, proposal, findings):
                continue
            error = above_allocation(
                story.name_of(decision.csp),
                stream,
                totals[key],
                allocated(story, *key),
                story.programme.terms.tolerance_percent,
            )
            if error:
                told_already.add(key)
                findings.faults_at(decision.place, [error])


def _knows_allocation(story: Story, proposal: ToldProposal, findings: Findings) -> bool:
    """Whether a proposal's funding year, and what it gives to each partnership, could be read."""
    year = story.years.get(proposal.year)
    if year is None:
        return False
    return findings.was_read(f"{proposal.place}.year", f"{year.place}.allocation", f"{year.place}.csp")


def _check_award(story: Story, award: ToldAward, findings: Findings) -> None:
    decision = story.standing_decisions_of(award.proposal, award.csp)
    if decision is not None and not findings.was_read(f"{decision.place}.awarded"):
        return
    decided = decision.awarded.get(award.stream) if decision else None
    if decided is None:
        findings.faults_at(award.place, [spending.NotAwarded(award.stream, "stream")])
        return
    if award.award is not None and award.award != decided:
        findings.faults_at(award.place, [deciding.AwardIsNotTheDecision(award.award, decided)])
    elif award.profile is not None and findings.was_read(story.proposals[award.proposal].place):
        proposal = story.proposals[award.proposal]
        profile = dict(zip(proposal.year.quarters, award.profile, strict=True))
        findings.faults_at(award.place, bad_profile(decided, profile, proposal.starts_on, proposal.ends_on))


def _check_measures(story: Story, findings: Findings) -> None:
    codes: dict[str, str] = {}
    for measure in story.measures:
        first = codes.setdefault(measure.code, measure.place)
        if measure.code and first != measure.place:
            findings.fault(f"{measure.place}.code", f"stands twice; it is already said in {first}. Keep one of them")
        seen: dict[Quarter, str] = {}
        for observation in measure.observations:
            findings.faults_at(observation.place, [bad_observation(observation.value, observation.unavailable)])
            first = seen.setdefault(observation.quarter, observation.place)
            if first != observation.place:
                findings.fault(
                    observation.place,
                    f"is a second figure for {observation.quarter.short}; {first} is the first. Keep one of them",
                )


def allocated(story: Story, year: FinancialYear, csp: str, stream: str) -> Decimal:
    """A partnership's share of a stream in a year, in pounds; zero where it has none."""
    told = story.years.get(year)
    return told.shares.get(csp, {}).get(stream, ZERO) if told else ZERO


class Spending:
    """Follows the story's claims and corrections quarter by quarter, holding what is claimed to date to its limits."""

    def __init__(self, story: Story, findings: Findings, today: date, *, knows_decisions: bool) -> None:
        self.knows_decisions = knows_decisions
        self.story = story
        self.findings = findings
        self.today = today
        self.of_award: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
        self.of_csp: dict[tuple[FinancialYear, str, str], Decimal] = defaultdict(lambda: ZERO)
        self.of_category: dict[tuple[str, str, Quarter, str, str], Decimal] = defaultdict(lambda: ZERO)
        self.transactions: dict[str, str] = {}
        self.claimed_in: dict[tuple[str, str, Quarter], str] = {}

    def check(self) -> None:
        """Hold every claim and correction to the rules, in the order of their quarters."""
        for claim in sorted(self.story.claims, key=lambda claim: claim.quarter):
            self._check_claim(claim)
        for correction in sorted(self.story.corrections, key=lambda correction: correction.said.entered_in):
            self._check_correction(correction)

    def _check_claim(self, claim: ToldClaim) -> None:
        key = (claim.proposal, claim.csp, claim.quarter)
        if key in self.claimed_in:
            self.findings.fault(
                claim.place,
                f"is a second claim of {claim.proposal} in {claim.quarter.short}; {self.claimed_in[key]} is the first. "
                "Put the lines of both into one",
            )
            return
        self.claimed_in[key] = claim.place
        self._check_quarter(claim.proposal, claim.quarter, claim.place, "quarter")
        awarded = self._awarded(claim.proposal, claim.csp, claim.place)
        for line, place in zip(claim.lines, claim.line_places, strict=True):
            errors = spending.bad_costs([line], [OTHER]) + spending.claimed_twice([line], self.transactions)
            if awarded is not None:
                errors += spending.not_awarded([line], awarded)
            for error in errors:
                self.findings.faults_at(place, [error.at((error.field or "").removeprefix("lines[0]."))])
            if line.transaction:
                self.transactions.setdefault(spending.compared(line.transaction), place)
            self.of_category[(*key, line.stream, line.category)] += line.amount
        if awarded is not None:
            for stream, amount in spending.by_stream(claim.lines).items():
                if stream in awarded:
                    self._add(claim.proposal, claim.csp, stream, amount, awarded, f"{claim.place}.lines")

    def _check_correction(self, told: ToldCorrection) -> None:
        said = told.said
        self._check_quarter(told.proposal, said.entered_in, told.place, "entered_in")
        category = (told.proposal, told.csp, said.corrects, said.stream, said.category)
        self.of_category[category] += said.amount
        if self.findings.was_read("claims"):
            errors = bad_correction(
                said,
                corrected_is_locked=(told.proposal, told.csp, said.corrects) in self.claimed_in,
                after=self.of_category[category],
            )
            self.findings.faults_at(told.place, errors, {"corrects": "quarter_corrected"})
        awarded = self._awarded(told.proposal, told.csp, told.place)
        if awarded is None:
            return
        if said.stream not in awarded:
            self.findings.faults_at(told.place, [spending.NotAwarded(said.stream, "stream")])
            return
        self._add(told.proposal, told.csp, said.stream, said.amount, awarded, f"{told.place}.amount")

    def _check_quarter(self, reference: str, quarter: Quarter, place: str, key: str) -> None:
        """E3 and E4, where the project's dates are known."""
        proposal = self.story.proposals[reference]
        if self.findings.was_read(f"{proposal.place}.year", f"{proposal.place}.starts_on", f"{proposal.place}.ends_on"):
            errors = spending.bad_quarter(quarter, proposal.starts_on, proposal.ends_on, self.today)
            self.findings.faults_at(place, errors, {"quarter": key})

    def _awarded(self, reference: str, csp: str, place: str) -> Mapping[str, Decimal] | None:
        """What the standing decision awards by stream; None, and E13, where it awards nothing.

        None too where it could not be read.
        """
        if not self.knows_decisions:
            return None
        decision = self.story.standing_decisions_of(reference, csp)
        if decision is None or not decision.outcome.gives_money:
            self.findings.faults_at(place, [spending.NoFundedDecision(self.story.name_of(csp), reference)])
            return None
        if not self.findings.was_read(f"{decision.place}.awarded"):
            return None
        return {stream: amount for stream, amount in decision.awarded.items() if amount}

    def _add(
        self, reference: str, csp: str, stream: str, amount: Decimal, awarded: Mapping[str, Decimal], place: str
    ) -> None:
        """Add to what is claimed to date, and hold it to the award and to the partnership's allocation (E2)."""
        proposal = self.story.proposals[reference]
        self.of_award[reference, csp, stream] += amount
        self.of_csp[proposal.year, csp, stream] += amount
        errors: list[PortfolioError | None] = [
            spending.above_award(stream, self.of_award[reference, csp, stream], awarded[stream])
        ]
        if _knows_allocation(self.story, proposal, self.findings):
            allocation = allocated(self.story, proposal.year, csp, stream)
            claimed = self.of_csp[proposal.year, csp, stream]
            errors.append(spending.above_allocation(self.story.name_of(csp), stream, claimed, allocation))
        for error in errors:
            if error is not None:
                self.findings.faults.append(error.at(place))
