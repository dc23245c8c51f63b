"""Two awards of one lead and one of somebody else: the form of their second quarter, and what was typed into it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.funding_years.models import CostCategory
from portfolio.funding_years.rules import DEFAULT_CATEGORIES, OTHER
from portfolio.people.rules import Role, Within
from portfolio.spend.rules import RAG
from portfolio.spend.workbooks.filling import workbook_of
from portfolio.spend.workbooks.judging import Judged, judge
from portfolio.spend.workbooks.reading import read_or_say
from tests import make
from tests.make import Q1, Q2
from tests.spend.grids import Grid, grid_of, put, spot

NOW = datetime(2025, 10, 20, 9, 0, tzinfo=UTC)
LEVEL_UP, NURSE, OTHERS = "SVD-25-03", "SVD-25-04", "SVD-25-09"
TYPED = {
    (LEVEL_UP, "non-labour", "pay and on-costs"): (4655, "", "INV-1"),
    (LEVEL_UP, "non-labour", "equipment and materials"): ("£837.77 ", "", ""),
    (LEVEL_UP, "non-labour", OTHER): (-125, "Refund of a cancelled venue", ""),
    (NURSE, "labour", "pay and on-costs"): (2000.5, "", "INV-2"),
    (NURSE, "non-labour", "training"): (1500, "", ""),
}


@dataclass
class World:
    """A lead's form as it was downloaded, and as it was filled in."""

    session: Session
    within: Within
    form: bytes
    filled: Grid

    def judged(self, content: bytes) -> Judged:
        """What the rules say of a workbook that comes back."""
        return judge(self.session, read_or_say(content), Q2, None, self.within, NOW.date())


def world(session: Session) -> World:
    """The two awards, with Level-Up's first quarter claimed."""
    categories = [
        CostCategory(name=name, position=place, needs_text=name == OTHER)
        for place, name in enumerate(DEFAULT_CATEGORIES, 1)
    ]
    make.programme(session, categories=categories)
    lead, other = make.person(session, Role.LEAD, name="Lena Marsh"), make.person(session, Role.LEAD)
    awards = []
    for reference, title, asks, by in (
        (LEVEL_UP, "Level-Up Project", {"non-labour": Decimal("19875.33")}, lead),
        (NURSE, "Specialist Nurse", {"labour": Decimal("8000.00"), "non-labour": Decimal("6000.00")}, lead),
        (OTHERS, "Not theirs", {"labour": Decimal("1000.00")}, other),
    ):
        proposal = make.proposal(session, reference, title=title, asks=asks)
        awards.append(make.award(session, proposal, lead_person_id=by.id))
    before = (
        {("non-labour", "pay and on-costs"): Decimal("3516.31")},
        {("labour", "pay and on-costs"): Decimal("2000.00"), ("non-labour", "training"): Decimal("1500.00")},
    )
    for award, lines in zip(awards, before, strict=False):
        claim = make.claim(session, award, Q1, lines=lines)
        claim.lines[0].transaction = f"{award.proposal.reference}-Q1"
    session.flush()
    form = workbook_of(
        session, awards[:2], Q2, now=NOW, made_for=lead.name, rags={str(rag): "What it means." for rag in RAG}
    )
    return World(session, Within(lead_id=lead.id), form, _filled(grid_of(form)))


def _filled(grid: Grid) -> Grid:
    for keys, said in TYPED.items():
        for heading, value in zip(("Amount", "What it was for", "Ledger or invoice reference"), said, strict=True):
            put(grid, spot(grid, "Spend", heading, *keys), value or None if value != 0 else 0)
    for reference, stream, quarter, amount in (
        (LEVEL_UP, "non-labour", "Q3", 5500),
        (LEVEL_UP, "non-labour", "Q4", 5491.25),
        (NURSE, "labour", "Q3", 1999.5),
        (NURSE, "labour", "Q4", 2000),
        (NURSE, "non-labour", "Q3", 1500),
        (NURSE, "non-labour", "Q4", "1,500.00"),
    ):
        put(grid, spot(grid, "Forecast", "Forecast", reference, stream, quarter), amount)
    for reference in (LEVEL_UP, NURSE):
        for heading, value in {
            "Match spent": 0,
            "What was done": "Two extra groups in September.",
            "How delivery is going": "Amber/Green",
            "How spending is going": "Green",
            "Why spend differs from the profile": "Late-start groups ran in September, ahead of Q3.",
        }.items():
            put(grid, spot(grid, "Progress", heading, reference), value)
    return grid
