"""Whole claims saved at once, over whatever stands there: what the pages of a claim do one by one."""

from datetime import date

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.quarters import Quarter
from portfolio.spend.checks import Contents, Part
from portfolio.spend.claiming import contents_of, find_claim, save_parts
from portfolio.spend.models import Claim
from portfolio.spend.parts import digest


def save_claim(session: Session, award: Award, quarter: Quarter, contents: Contents, *, today: date) -> Claim:
    """An award's claim with these contents, as its next edition; refused as its pages are."""
    found = find_claim(session, award, quarter)
    saved = Contents() if found is None else contents_of(found)
    return save_parts(session, award, quarter, contents, {part: digest(saved, part) for part in Part}, today=today)
