"""Holds a story to the rules that every page holds to: each fault with its place in the file, all of them at once."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portfolio.decisions import rules as deciding
from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import OTHER, ends_before_it_starts
from portfolio.measures.rules import bad_observation
from portfolio.money import ZERO
from portfolio.proposals import rules as proposing
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import rules as spending
from portfolio.story.node import Findings
from portfolio.story.telling import Story, ToldAward, ToldClaim, ToldCorrection, ToldDecision, ToldProposal


def check(story: Story, findings: Findings, today: date) -> None:
    """Hold the whole story to the rules; faults are noted in `findings`."""
    for proposal in story.proposals.values():
        _check_proposal(story, proposal, findings)
    for decision in story.decisions:
        _check_decision(story, decision, findings)
    _check_ceilings(story, findings)
    for award in story.awards.values():
        _check_award(story, award, findings)
    Spending(story, findings, today).check()
    for measure in story.measures:
        for seen in measure.observations:
            findings.faults_at(seen.place, [bad_observation(seen.value, seen.unavailable)])


def _check_proposal(story: Story, proposal: ToldProposal, findings: Findings) -> None:
    errors: list[PortfolioError | None] = [
        proposing.bad_reference(proposal.reference),
        proposing.asks_nobody(len(proposal.asked_of)),
        ends_before_it_starts(proposal.starts_on, proposal.ends_on),
        *proposing.bad_request(proposal.requested),
    ]
    earlier = story.proposals.get(proposal.continues or "")
    if earlier is not None:
        errors.append(proposing.continues_nothing_earlier(proposal.year, earlier.reference, earlier.year))
    findings.faults_at(proposal.place, errors)


def _check_decision(story: Story, decision: ToldDecision, findings: Findings) -> None:
    proposal = story.proposals[decision.proposal]
    errors = deciding.bad_decision(decision.outcome, decision.awarded, decision.reason)
    if decision.csp not in proposal.asked_of:
        errors.append(deciding.NotAskedOf(story.csps[decision.csp].name, proposal.reference))
    findings.faults_at(decision.place, errors)


def _check_ceilings(story: Story, findings: Findings) -> None:
    """E1: the standing decisions of a partnership's stream, added up in the file's order."""
    totals: dict[tuple[FinancialYear, str, str], Decimal] = defaultdict(lambda: ZERO)
    told_already = set()
    for decision in story.standing_decisions().values():
        year = story.proposals[decision.proposal].year
        for stream, amount in decision.awarded.items():
            key = (year, decision.csp, stream)
            totals[key] += amount
            if key in told_already or year not in story.years:
                continue
            error = deciding.above_allocation(
                story.csps[decision.csp].name,
                stream,
                totals[key],
                allocated(story, *key),
                story.programme.terms.tolerance_percent,
            )
            if error:
                told_already.add(key)
                findings.faults_at(decision.place, [error])


def _check_award(story: Story, award: ToldAward, findings: Findings) -> None:
    decision = story.standing_decisions_of(award.proposal, award.csp)
    decided = decision.awarded.get(award.stream) if decision else None
    if decided is None:
        findings.faults_at(award.place, [spending.NotAwarded(award.stream, "stream")])
        return
    if award.award is not None and award.award != decided:
        findings.faults_at(award.place, [deciding.AwardIsNotTheDecision(award.award, decided)])
    elif award.profile is not None:
        proposal = story.proposals[award.proposal]
        profile = dict(zip(proposal.year.quarters, award.profile, strict=True))
        findings.faults_at(award.place, deciding.bad_profile(decided, profile, proposal.starts_on, proposal.ends_on))


def allocated(story: Story, year: FinancialYear, csp: str, stream: str) -> Decimal:
    """A partnership's share of a stream in a year, in pounds; zero where it has none."""
    told = story.years.get(year)
    return told.shares.get(csp, {}).get(stream, ZERO) if told else ZERO


class Spending:
    """Follows the story's claims and corrections quarter by quarter, holding what is claimed to date to its limits."""

    def __init__(self, story: Story, findings: Findings, today: date) -> None:
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
        for correction in sorted(self.story.corrections, key=lambda correction: correction.entered_in):
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
        awarded = self._awarded(claim.proposal, claim.csp, claim.place)
        if awarded is None:
            return
        proposal = self.story.proposals[claim.proposal]
        self.findings.faults_at(
            claim.place, spending.bad_quarter(claim.quarter, proposal.starts_on, proposal.ends_on, self.today)
        )
        for line, place in zip(claim.lines, claim.line_places, strict=True):
            errors = spending.bad_lines([line], awarded, [OTHER]) + spending.claimed_twice([line], self.transactions)
            for error in errors:
                self.findings.faults_at(place, [error.at((error.field or "").removeprefix("lines[0]."))])
            if line.transaction:
                self.transactions.setdefault(line.transaction, place)
            self.of_category[(*key, line.stream, line.category)] += line.amount
        for stream, amount in spending.by_stream(claim.lines).items():
            if stream in awarded:
                self._add(claim.proposal, claim.csp, stream, amount, awarded, claim.place)

    def _check_correction(self, told: ToldCorrection) -> None:
        awarded = self._awarded(told.proposal, told.csp, told.place)
        if awarded is None:
            return
        if told.stream not in awarded:
            self.findings.faults_at(told.place, [spending.NotAwarded(told.stream, "stream")])
            return
        category = (told.proposal, told.csp, told.corrects, told.stream, told.category)
        self.of_category[category] += told.amount
        proposal = self.story.proposals[told.proposal]
        errors = spending.bad_correction(
            amount=told.amount,
            reason=told.reason,
            corrects=told.corrects,
            entered_in=told.entered_in,
            corrected_is_locked=(told.proposal, told.csp, told.corrects) in self.claimed_in,
            after=self.of_category[category],
        )
        errors += spending.bad_quarter(told.entered_in, proposal.starts_on, proposal.ends_on, self.today)
        self.findings.faults_at(told.place, errors)
        self._add(told.proposal, told.csp, told.stream, told.amount, awarded, told.place)

    def _awarded(self, reference: str, csp: str, place: str) -> Mapping[str, Decimal] | None:
        """What the standing decision awards by stream; E13 where it awards nothing."""
        decision = self.story.standing_decisions_of(reference, csp)
        if decision is None or not decision.outcome.gives_money:
            self.findings.faults_at(place, [spending.NoFundedDecision(self.story.csps[csp].name, reference)])
            return None
        return {stream: amount for stream, amount in decision.awarded.items() if amount}

    def _add(
        self, reference: str, csp: str, stream: str, amount: Decimal, awarded: Mapping[str, Decimal], place: str
    ) -> None:
        """Add to what is claimed to date, and hold it to the award and to the partnership's allocation (E2)."""
        year = self.story.proposals[reference].year
        self.of_award[reference, csp, stream] += amount
        self.of_csp[year, csp, stream] += amount
        errors = [
            spending.above_award(stream, self.of_award[reference, csp, stream], awarded[stream]),
            spending.above_allocation(
                self.story.csps[csp].name,
                stream,
                self.of_csp[year, csp, stream],
                allocated(self.story, year, csp, stream),
            ),
        ]
        self.findings.faults_at(place, errors)
