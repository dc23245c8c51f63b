"""Which proposals are compared: a slice of them, as an address names it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, select, true

from portfolio.funding_years.models import CSP, FundingYear, Programme, Stream
from portfolio.money import ZERO
from portfolio.proposals.models import Ask, AskedOf, Proposal
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear


@dataclass(frozen=True)
class Slice:
    """What is compared: a year's proposals to some partnerships (a condition on `CSP`), of one stream or of all."""

    year: FinancialYear
    csps: ColumnElement[bool]
    stream: str | None = None
    programme: str | None = None

    def csp_ids(self) -> Select[int]:
        """The partnerships, by number."""
        return select(CSP.id).where(self.csps).correlate(None)

    def year_ids(self) -> Select[int]:
        """The funding years, by number."""
        named = true() if self.programme is None else Programme.code == self.programme
        years = select(FundingYear.id).join(FundingYear.programme).where(FundingYear.year == self.year, named)
        return years.correlate(None)

    def streams(self) -> ColumnElement[bool]:
        """The streams, as a condition on `Stream`."""
        return true() if self.stream is None else Stream.name == self.stream

    def proposals(self) -> ColumnElement[bool]:
        """The proposals, as a condition on `Proposal`."""
        asked = exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id.in_(self.csp_ids()))
        of_stream = exists().where(
            Ask.proposal_id == Proposal.id, Ask.stream_id == Stream.id, Ask.amount > ZERO, self.streams()
        )
        return (
            Proposal.funding_year_id.in_(self.year_ids())
            & (Proposal.status == ProposalStatus.SUBMITTED)
            & asked.correlate(Proposal)
            & (true() if self.stream is None else of_stream.correlate(Proposal))
        )
