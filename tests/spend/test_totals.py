"""No sequence of deeds on claims breaks a total: award and allocation are never exceeded, locked figures never move."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.money import ZERO
from portfolio.quarters import Quarter
from portfolio.spend import figures
from portfolio.spend.adjustments import Adjustment
from portfolio.spend.approving import approve_claims, lock_claims
from portfolio.spend.asking import Question, query_claim
from portfolio.spend.checks import Contents
from portfolio.spend.claiming import find_claim, save_answers, submit_claim
from portfolio.spend.correcting import approve_correction, ask_for_correction
from portfolio.spend.models import Claim, Correction, CorrectionRequest
from portfolio.spend.rules import RAG, ClaimStatus, Line
from portfolio.spend.standing import claimed_of
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3, Q4
from tests.saving import save_claim

TODAY = date(2026, 3, 31)
AWARDS = {"SVD-25-01": Decimal("100.00"), "SVD-25-02": Decimal("80.00")}
ALLOCATION = Decimal("150.00")
"""Less than the awards together: within the tolerance a partnership may award more than it has, but not claim it."""

steps = st.tuples(
    st.sampled_from(
        ["save submit", "save submit approve", "query", "approve", "query save", "lock", "correct", "correct decide"]
    ),
    st.sampled_from(list(AWARDS)),
    st.sampled_from([Q1, Q2]),
    st.sampled_from([Decimal(text) for text in ("0.01", "20.00", "60.00", "80.01", "100.00", "100.01", "-20.00")])
    | st.integers(-4_000, 12_000).map(lambda pence: Decimal(pence).scaleb(-2)),
)


Step = tuple[str, str, Quarter, Decimal]


@dataclass
class World:
    """Two awards of one partnership, and what locked quarters said when they were locked."""

    session: Session
    awards: dict[str, Award]
    lead_id: int
    finance_id: int
    locked: dict[tuple[str, Quarter], Decimal] = field(default_factory=dict)

    def contents(self, quarter: Quarter, amount: Decimal) -> Contents:
        """A claim of one line that says all it must."""
        return Contents(
            lines=(Line("labour", "pay and on-costs", amount, "As the ledger says"),),
            forecasts={("labour", later): ZERO for later in quarter.remaining()},
            match_spent=ZERO,
            narrative="Told.",
            delivery_rag=RAG.GREEN,
            spend_rag=RAG.GREEN,
            variance_explanation="Told.",
        )

    def do(self, deed: str, reference: str, quarter: Quarter, amount: Decimal) -> None:
        """One deed, whatever comes of it, and nothing left behind of one that was refused."""
        try:
            self.try_to(deed, reference, quarter, amount)
        except PortfolioError:
            assert not self.session.new
            assert not any(self.session.is_modified(row) for row in self.session.dirty)

    def try_to(self, deed: str, reference: str, quarter: Quarter, amount: Decimal) -> None:
        """One deed, or the reason why not."""
        award = self.awards[reference]
        claim = find_claim(self.session, award, quarter)
        edition = claim.edition if claim else 0
        if deed == "save":
            save_claim(self.session, award, quarter, self.contents(quarter, amount), today=TODAY)
            answers = {question.id: (question.answer or "", "Told.") for question in claim.queries} if claim else {}
            save_answers(self.session, award, quarter, answers, today=TODAY)
        elif deed == "submit":
            submit_claim(self.session, award, quarter, edition, by_id=self.lead_id, now=NOW, today=TODAY)
        elif deed == "query" and claim:
            query_claim(self.session, claim, [Question("Why?")], edition, by_id=self.finance_id, now=NOW)
        elif deed == "approve" and claim:
            approve_claims(self.session, [claim], {claim.id: edition}, by_id=self.finance_id, now=NOW)
        elif deed == "lock":
            lock_claims(
                self.session,
                award.proposal.funding_year_id,
                [award.csp_id],
                quarter,
                because="it was returned",
                now=NOW,
            )
            for key, of in self.awards.items():
                self.locked.setdefault((key, quarter), self.claimed(of, quarter))
        elif deed == "correct":
            said = Adjustment("labour", "training", quarter, Q4, amount, "Told.")
            ask_for_correction(self.session, award, said, by_id=self.lead_id, now=NOW, today=TODAY)
        elif deed == "decide":
            waiting = select(CorrectionRequest).where(CorrectionRequest.decided_at.is_(None))
            for asked_for in self.session.scalars(waiting.order_by(CorrectionRequest.id.desc()).limit(1)):
                approve_correction(self.session, asked_for, Q4, by_id=self.finance_id, now=NOW, today=TODAY)

    def claimed(self, award: Award, quarter: Quarter) -> Decimal:
        """What a quarter's approved claim says."""
        claim = find_claim(self.session, award, quarter)
        return sum((line.amount for line in claim.lines), ZERO) if claim and claim.status.counts else ZERO

    def holds(self) -> None:
        """Every total stands."""
        asked = {key: sum(claimed_of(self.session, award.id).values(), ZERO) for key, award in self.awards.items()}
        assert all(asked[key] <= AWARDS[key] for key in AWARDS), asked
        assert sum(asked.values()) <= ALLOCATION, asked
        for (key, quarter), amount in self.locked.items():
            assert self.claimed(self.awards[key], quarter) == amount

    def agrees(self) -> None:
        """The figures of pages and returns are those of the claims and corrections, however they are summed."""
        first = next(iter(self.awards.values()))
        year_id = first.proposal.funding_year_id
        lines, csps = figures.by_line(self.session, year_id, Q4), figures.by_csp(self.session, year_id, Q4)
        counted = ZERO
        for claim in self.session.scalars(select(Claim)):
            if claim.status in (ClaimStatus.APPROVED, ClaimStatus.RETURNED):
                counted += sum((line.amount for line in claim.lines), ZERO)
        counted += sum(self.session.scalars(select(Correction.amount)), ZERO)
        assert sum((position.to_date for position in lines.values()), ZERO) == counted
        assert sum((position.to_date for position in csps.values()), ZERO) == counted


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, min_size=5, max_size=14))
def test_no_sequence_of_deeds_breaks_a_total(session: Session, deeds: list[Step]) -> None:
    with session.begin_nested() as example:
        world = _world(session)
        for chain, reference, quarter, amount in deeds:
            for deed in chain.split():
                world.do(deed, reference, quarter, amount)
            world.holds()
        world.agrees()
        example.rollback()
    session.expunge_all()


def _world(session: Session) -> World:
    year = make.funding_year(session, allocations={"labour": {"dorset": ALLOCATION}})
    year.programme.tolerance_percent = Decimal(20)
    awards = {
        reference: make.award(
            session, make.proposal(session, reference, asks={"labour": amount}, funding_year=year), csp="dorset"
        )
        for reference, amount in AWARDS.items()
    }
    return World(session, awards, make.person(session).id, make.person(session).id)


def test_a_whole_year_reaches_the_award_to_the_penny_and_not_one_more(session: Session) -> None:
    world = _world(session)
    for quarter in (Q1, Q2, Q3, Q4):
        for deed in ("save", "submit", "approve", "lock"):
            world.try_to(deed, "SVD-25-01", quarter, Decimal("25.00"))
            world.holds()
    world.agrees()
    assert claimed_of(session, world.awards["SVD-25-01"].id) == {1: Decimal("100.00")}
