"""The rows behind what was granted: allocations, requests, decisions, variations, payments, assets, and last year."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property

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

    @cached_property
    def _streams(self) -> dict[int, Values]:
        """The funder's allocations, by stream."""
        rows = self._then.rows(StreamAllocation, "stream_id", "amount", funding_year_id=[self._scope.year.id])
        return {row["stream_id"]: row for row in rows}

    @cached_property
    def _shares(self) -> dict[int, dict[int, Values]]:
        """The partnerships' shares, by stream and partnership."""
        stream_of = {row["id"]: stream_id for stream_id, row in self._streams.items()}
        found: dict[int, dict[int, Values]] = defaultdict(dict)
        for row in self._then.rows(CspAllocation, "csp_id", "amount", stream_allocation_id=list(stream_of)):
            found[stream_of[row["stream_allocation_id"]]][row["csp_id"]] = row
        return found

    def _stream(self, name: str) -> int:
        return self._named.streams.get(name, 0)

    def granted(self, source: Source) -> list[Row]:
        """The funder's allocation of a stream."""
        found = self._streams.get(self._stream(source.of[0]))
        return pounds("stream_allocation", [found] if found else [])

    def shared(self, source: Source) -> list[Row]:
        """A partnership's share of a stream; nothing where it has none."""
        csp, stream = source.of
        found = self._shares.get(self._stream(stream), {}).get(self._named.csps.get(csp, 0))
        return pounds("csp_allocation", [found] if found else [])

    def held_back(self, source: Source) -> list[Row]:
        """A stream's allocation less what the partnerships have of it."""
        shares = pounds("csp_allocation", self._shares.get(self._stream(source.of[0]), {}).values())
        return [*self.granted(source), *(row._replace(amount=-row.amount) for row in shares)]

    @cached_property
    def _proposals(self) -> dict[str, int]:
        """The year's proposals, by reference."""
        rows = self._scope.session.execute(
            select(Proposal.reference, Proposal.id).where(Proposal.funding_year_id == self._scope.year.id)
        )
        return {row.reference: row.id for row in rows}

    @cached_property
    def _asks(self) -> dict[tuple[int, int], list[Values]]:
        """What proposals ask for, by proposal and stream."""
        found: dict[tuple[int, int], list[Values]] = defaultdict(list)
        for row in self._then.rows(Ask, "stream_id", "amount", proposal_id=list(self._proposals.values())):
            found[row["proposal_id"], row["stream_id"]].append(row)
        return found

    def requested(self, source: Source) -> list[Row]:
        """What a proposal asks for of a stream."""
        reference, stream = source.of
        return pounds("ask", self._asks.get((self._proposals.get(reference, 0), self._stream(stream)), ()))

    @cached_property
    def _decided(self) -> dict[tuple[int, int, int], Values]:
        """What the decisions that stand award, by proposal, partnership and stream."""
        decisions = self._then.rows(Decision, "supersedes_id", "csp_id", proposal_id=list(self._proposals.values()))
        superseded = {row["supersedes_id"] for row in decisions}
        standing = {row["id"]: row for row in decisions if row["id"] not in superseded}
        found: dict[tuple[int, int, int], Values] = {}
        for row in self._then.rows(DecisionAmount, "stream_id", "amount", decision_id=list(standing)):
            decision = standing[row["decision_id"]]
            found[decision["proposal_id"], decision["csp_id"], row["stream_id"]] = row
        return found

    def decided(self, source: Source) -> list[Row]:
        """What the decision that stands awards of a stream."""
        reference, csp, stream = source.of
        key = self._proposals.get(reference, 0), self._named.csps.get(csp, 0), self._stream(stream)
        return pounds("decision_amount", [self._decided[key]] if key in self._decided else [])

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

    @cached_property
    def _last_year(self) -> dict[tuple[int, int], list[Row]]:
        """The claim lines and corrections of the year before, by partnership and stream."""
        scope, last = self._scope, FinancialYear(self._scope.quarter.year.start - 1)
        found: dict[tuple[int, int], list[Row]] = defaultdict(list)
        year = find_year(scope.session, scope.year.programme_id, scope.year.police_area_id, last)
        if year is None:
            return found
        awards = scope.session.execute(
            select(Award.id, Award.csp_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Proposal.funding_year_id == year.id)
        )
        csp_of = {row.id: row.csp_id for row in awards}
        of_year = {last.start * 10 + number for number in range(1, 5)}
        claims = counted_claims(self._then, list(csp_of))
        here = {number: row["award_id"] for number, row in claims.items() if row["quarter"] in of_year}
        for row in self._then.rows(ClaimLine, "stream_id", "amount", claim_id=list(here)):
            found[csp_of[here[row["claim_id"]]], row["stream_id"]] += pounds("claim_line", [row])
        for row in self._then.rows(Correction, "stream_id", "amount", "entered_in", award_id=list(csp_of)):
            if row["entered_in"] in of_year:
                found[csp_of[row["award_id"]], row["stream_id"]] += pounds("correction", [row])
        return found

    def last_year(self, source: Source) -> list[Row]:
        """What a partnership's stream came to in the year before."""
        csp, stream = source.of
        return self._last_year.get((self._named.csps.get(csp, 0), self._stream(stream)), [])

    def received(self, source: Source) -> list[Row]:
        """The payments of a stream that the year's statement counts."""
        return self._of_returns(Payment, source.of[0])

    def withheld(self, source: Source) -> list[Row]:
        """What the funder said it will not pay of a stream."""
        return self._of_returns(Withholding, source.of[0])

    def _of_returns(self, model: type[Payment | Withholding], stream: str) -> list[Row]:
        """Of each quarter what the Home Office return has, or where it has nothing, the OPCC's, as a statement says."""
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
        paid = {returns[row["return_id"]] for row in self._then.rows(Payment, "amount", return_id=list(returns))}
        counted = counted_levels(told, paid)
        here = [row for row in rows if returns[row["return_id"]] in counted]
        return pounds(model.__tablename__, _of_stream(here, self._stream(stream)))

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


def counted_levels(told: set[tuple[int, ReturnKind]], paid: set[tuple[int, ReturnKind]]) -> set[tuple[int, ReturnKind]]:
    """Of the quarters and levels of which something is told, those that a statement counts; `paid` are those paid."""
    return {
        (quarter, kind)
        for quarter, kind in told
        if kind is ReturnKind.HOME_OFFICE or (quarter, ReturnKind.HOME_OFFICE) not in told | paid
    }


def _of_stream(rows: Iterable[Values], number: int) -> Collection[Values]:
    return [row for row in rows if row["stream_id"] == number]
