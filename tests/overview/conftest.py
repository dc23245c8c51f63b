"""The Dorset story, told to a test's database."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.config import ROOT
from portfolio.funding_years.models import FundingYear
from portfolio.quarters import FinancialYear
from portfolio.story.actions import load
from tests.conftest import NOW
from tests.kept import kept

STORY = ROOT / "portfolio" / "story" / "dorset_2025_26.json"


@pytest.fixture
def dorset(session: Session) -> FundingYear:
    """Dorset's 2025/26, two quarters claimed and approved; no return is issued."""
    kept(session, "the Dorset story", lambda: load(session, STORY, by="the Dorset story", now=NOW))
    return session.scalars(select(FundingYear).where(FundingYear.year == FinancialYear(2025))).one()
