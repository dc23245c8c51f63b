"""What the demonstration's projects did by September 2025, and money that one of them asks to move: all made up."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.asking import ask_for_variation
from portfolio.decisions.models import Award
from portfolio.decisions.varying import Side
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.measures.actions import add_indicator, record_result
from portfolio.measures.rules import IndicatorKind
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.spend.standing import claimed_of


@dataclass(frozen=True)
class Told:
    """An output or outcome, its target, and what it came to in the first quarters."""

    reference: str
    kind: IndicatorKind
    name: str
    unit: str
    target: int
    results: tuple[int | None, ...]


TOLD = (
    Told("SVD-25-01", IndicatorKind.OUTPUT, "Young people seen", "people", 60, (14, 17)),
    Told("SVD-25-01", IndicatorKind.OUTCOME, "Still in touch after twelve weeks", "per cent", 70, (64, 71)),
    Told("SVD-25-02", IndicatorKind.OUTPUT, "Mentors trained", "people", 48, (12, 15)),
    Told("SVD-25-02", IndicatorKind.OUTPUT, "Schools taking part", "schools", 6, (4, 2)),
    Told("SVD-25-03", IndicatorKind.OUTPUT, "Pupils supported", "people", 24, (9, 11)),
    Told("SVD-25-03", IndicatorKind.OUTCOME, "Pupils who were excluded", "people", 4, (2, 1)),
    Told("SVD-25-04", IndicatorKind.OUTPUT, "People with a plan", "people", 10, (None, 3)),
)


def tell_what_was_done(session: Session, year: FundingYear, now: datetime) -> None:
    """Give Dorset's projects outputs and outcomes, and have a lead ask for a variation that nobody has decided on."""
    awards = {
        award.proposal.reference: award
        for award in session.scalars(
            select(Award)
            .join(Award.proposal)
            .join(Award.csp)
            .where(Proposal.funding_year_id == year.id, CSP.key == "dorset")
        )
    }
    for told in TOLD:
        indicator = add_indicator(
            session, awards[told.reference], told.kind, name=told.name, unit=told.unit, target=Decimal(told.target)
        )
        for quarter, value in zip(year.year.quarters, told.results, strict=False):
            if value is not None:
                record_result(session, indicator, quarter, Decimal(value), today=now.date())
    giving, receiving = awards["SVD-25-02"], awards["SVD-25-03"]
    stream = next(each for each in year.programme.streams if each.name == "non-labour")
    ask_for_variation(
        session,
        giving=Side(giving, stream),
        receiving=Side(receiving, stream),
        amount=Decimal("600.00"),
        reason="One school left the programme; two of its pupils go on to Level-Up.",
        by=session.get_one(Person, giving.lead_person_id),
        now=now,
        claimed=claimed_of,
    )
