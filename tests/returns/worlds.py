"""A year of the builders' as a return, and what to look for in it."""

from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.funding_years.models import CSP, FundingYear
from portfolio.match_funding.models import Match
from portfolio.money import ZERO
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter
from portfolio.returns.assembling import assemble
from reports.content import Kind, Note, ReturnContent
from tests import make
from tests.make import Q1

DORSET, BCP = make.CSPS["dorset"], make.CSPS["bcp"]


def year_of(session: Session) -> FundingYear:
    """The year that the builders made, committed, so that there is history."""
    session.commit()
    return make.funding_year(session)


def now(session: Session, quarter: Quarter = Q1, kind: Kind = Kind.OPCC, csp: CSP | None = None) -> ReturnContent:
    """The builders' year as a return."""
    return assemble(session, year_of(session), quarter, kind, csp)


def warnings(content: ReturnContent) -> list[tuple[str, str]]:
    """The codes of the warnings, and what they are about."""
    return [(note.label, note.about) for note in content.notes if note.label.startswith("W")]


def note(content: ReturnContent, about: str) -> Note | None:
    """The note about something."""
    return next((note for note in content.notes if note.about == about), None)


def asks(labour: str, non_labour: str = "0.00") -> dict[str, Decimal]:
    """A request by stream, without those of nothing."""
    amounts = {"labour": Decimal(labour), "non-labour": Decimal(non_labour)}
    return {stream: amount for stream, amount in amounts.items() if amount}


def match(session: Session, award: object, **values: object) -> Match:
    """Match of £100 in cash, of which nothing is secured."""
    defaults = {"kind": MatchKind.CASH, "pledged": Decimal("100.00"), "secured": ZERO}
    row = Match(award=award, funder=make.organisation(session, "a-charity"), **{**defaults, **values})
    session.add(row)
    session.flush()
    return row
