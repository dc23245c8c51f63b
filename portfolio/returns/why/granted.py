"""The rows behind what was granted: allocations, requests, decisions, variations, payments, assets, and last year."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import select

from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, Variation
from portfolio.funding_years.models import CspAllocation, StreamAllocation
from portfolio.funding_years.queries import find_year
from portfolio.history import Values
from portfolio.money import from_pence, to_pence
from portfolio.proposals.models import Ask, Proposal
from portfolio.quarters import FinancialYear
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Payment, Return, Withholding
from portfolio.returns.rules import ReturnKind
from portfolio.returns.why.rows import Named, Row, counted_claims, pounds
from portfolio.returns.why.sources import Source
from portfolio.returns.why.then import Then
from portfolio.spend.models import ClaimLine, Correction
from portfolio.year_end.models import Asset
from reports.content import AssetRow, VariationRow


class Granting:
    """Rows of allocations, of what was asked for and decided, of payments, and of the year before."""

    def __init__(self, scope: Scope, then: Then, named: Named) -> None:
        self._scope, self._then, self._named = scope, then, named

    def _streams(self, stream: str) -> list[Values]:
        rows = self._then.rows(StreamAllocation, "stream_id", "amount", funding_year_id=[self._scope.year.id])
        return [row for row in rows if row["stream_id"] == self._named.streams.get(stream, 0)]

    def _shares(self, stream: str) -> list[Values]:
        of = [row["id"] for row in self._streams(stream)]
        return self._then.rows(CspAllocation, "csp_id", "amount", stream_allocation_id=of)

    def granted(self, source: Source) -> list[Row]:
        """The funder's allocation of a stream."""
        return pounds("stream_allocation", self._streams(source.of[0]))

    def shared(self, source: Source) -> list[Row]:
        """A partnership's share of a stream; nothing where it has none."""
        csp, stream = source.of
        number = self._named.csps.get(csp, 0)
        return pounds("csp_allocation", (row for row in self._shares(stream) if row["csp_id"] == number))

    def held_back(self, source: Source) -> list[Row]:
        """A stream's allocation less what the partnerships have of it."""
        shares = pounds("csp_allocation", self._shares(source.of[0]))
        return [*self.granted(source), *(row._replace(amount=-row.amount) for row in shares)]

    def _proposals(self, reference: str) -> list[int]:
        return list(
            self._scope.session.scalars(
                select(Proposal.id).where(
                    Proposal.funding_year_id == self._scope.year.id, Proposal.reference == reference
                )
            )
        )

    def requested(self, source: Source) -> list[Row]:
        """What a proposal asks for of a stream."""
        reference, stream = source.of
        asks = self._then.rows(Ask, "stream_id", "amount", proposal_id=self._proposals(reference))
        return pounds("ask", (row for row in asks if row["stream_id"] == self._named.streams.get(stream, 0)))

    def decided(self, source: Source) -> list[Row]:
        """What the decision that stands awards of a stream."""
        reference, csp, stream = source.of
        decisions = self._then.rows(
            Decision,
            "supersedes_id",
            proposal_id=self._proposals(reference),
            csp_id=[self._named.csps.get(csp, 0)],
        )
        superseded = {row["supersedes_id"] for row in decisions}
        standing = [row["id"] for row in decisions if row["id"] not in superseded]
        amounts = self._then.rows(DecisionAmount, "stream_id", "amount", decision_id=standing)
        return pounds(
            "decision_amount", (row for row in amounts if row["stream_id"] == self._named.streams.get(stream, 0))
        )

    def variation(self, source: Source) -> list[Row]:
        """The variation that a line of a return tells of."""
        [told] = source.of
        if not isinstance(told, VariationRow):
            raise TypeError(f"a variation is told by its line, not by {told!r}")
        of_year = (
            select(AwardLine.id)
            .join(Award, Award.id == AwardLine.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Proposal.funding_year_id == self._scope.year.id)
        )
        found = self._scope.session.execute(
            select(Variation.id, Variation.amount).where(
                Variation.reference == told.reference,
                Variation.approved_on == told.on,
                Variation.reason == told.reason,
                Variation.from_line_id.in_(of_year) | Variation.to_line_id.in_(of_year),
            )
        ).all()
        return [Row("variation", row.id, row.amount) for row in found if row.amount == told.amount][:1]

    def last_year(self, source: Source) -> list[Row]:
        """What a partnership's stream came to in the year before."""
        csp, stream = source.of
        scope, last = self._scope, FinancialYear(self._scope.quarter.year.start - 1)
        year = find_year(scope.session, scope.year.programme_id, scope.year.police_area_id, last)
        if year is None:
            return []
        awards = scope.session.scalars(
            select(Award.id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Proposal.funding_year_id == year.id, Award.csp_id == self._named.csps.get(csp, 0))
        ).all()
        of_year = {last.start * 10 + number for number in range(1, 5)}
        claims = [number for number, row in counted_claims(self._then, awards).items() if row["quarter"] in of_year]
        lines = self._then.rows(ClaimLine, "stream_id", "amount", claim_id=claims)
        corrections = self._then.rows(Correction, "stream_id", "amount", "entered_in", award_id=awards)
        number = self._named.streams.get(stream, 0)
        return [
            *pounds("claim_line", _of_stream(lines, number)),
            *pounds("correction", (row for row in _of_stream(corrections, number) if row["entered_in"] in of_year)),
        ]

    def received(self, source: Source) -> list[Row]:
        """The payments of a stream that the year's statement counts."""
        return self._of_returns(Payment, source.of[0])

    def withheld(self, source: Source) -> list[Row]:
        """What the funder said it will not pay of a stream."""
        return self._of_returns(Withholding, source.of[0])

    def _of_returns(self, model: type[Payment | Withholding], stream: str) -> list[Row]:
        """Of each quarter what is recorded against the Home Office return, or where nothing is, the OPCC's."""
        returns = {
            number: (quarter.number, kind)
            for number, quarter, kind in self._scope.session.execute(
                select(Return.id, Return.quarter, Return.kind).where(
                    Return.funding_year_id == self._scope.year.id, Return.kind != ReturnKind.CSP
                )
            )
        }
        rows = self._then.rows(model, "stream_id", "amount", return_id=list(returns))
        told = {returns[row["return_id"]] for row in rows}
        counted = {
            (quarter, kind)
            for quarter, kind in told
            if kind is ReturnKind.HOME_OFFICE or (quarter, ReturnKind.HOME_OFFICE) not in told
        }
        here = [row for row in rows if returns[row["return_id"]] in counted]
        return pounds(model.__tablename__, _of_stream(here, self._named.streams.get(stream, 0)))

    def cost(self, source: Source) -> list[Row]:
        """What an asset cost."""
        return self._asset(source.of[0], "cost")

    def proceeds(self, source: Source) -> list[Row]:
        """What came of an asset's disposal."""
        return self._asset(source.of[0], "proceeds")

    def _asset(self, told: AssetRow, column: str) -> list[Row]:
        """An asset by what a return tells of it: it may have been bought with the award of an earlier year."""
        rows = self._then.rows(Asset, "cost", "proceeds", "serial", "bought_on", description=[told.description])
        alike = [
            row
            for row in rows
            if (row["cost"], row["serial"], row["bought_on"])
            == (to_pence(told.cost), told.serial, date.isoformat(told.bought_on))
        ]
        return [Row("asset", row["id"], from_pence(row[column])) for row in alike[:1] if row[column]]


def _of_stream(rows: Iterable[Values], number: int) -> Collection[Values]:
    return [row for row in rows if row["stream_id"] == number]
