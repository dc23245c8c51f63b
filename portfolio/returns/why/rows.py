"""The rows of the record that a source names, each with what it adds to a figure.

Rows are found by the names that a return has for things. A partnership, stream or category that was renamed since is
known by its former names too. Nothing takes more statements for more rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award, AwardLine, ProfileShare, VariationShare
from portfolio.history import Change, HistoryEntry, Values, values_told
from portfolio.money import from_pence
from portfolio.proposals.models import Proposal
from portfolio.returns.contents.scope import Scope
from portfolio.returns.why.sources import Source
from portfolio.returns.why.then import Then
from portfolio.spend.models import Claim, ClaimLine, Correction, Forecast
from portfolio.spend.rules import COUNTED

Line = tuple[int, int]
"""An award and one of its streams, by number."""


class Row(NamedTuple):
    """A row of the record, by table and number, and what it adds to a figure: pounds, or a count."""

    record: str
    number: int
    amount: Decimal


ROUNDING = "rounding"
"""Stands for what rounding adds, which is no row of the record."""


def pounds(record: str, rows: Iterable[Values], column: str = "amount") -> list[Row]:
    """Rows with what they add, in pounds; one that has no figure adds nothing."""
    return [Row(record, row["id"], from_pence(row[column])) for row in rows if row[column]]


class Named:
    """The numbers behind the names of a return."""

    def __init__(self, session: Session, scope: Scope) -> None:
        former: dict[str, dict[str, int]] = defaultdict(dict)
        entries = session.execute(
            select(HistoryEntry.record, HistoryEntry.record_id, HistoryEntry.before)
            .where(HistoryEntry.record.in_(("csp", "stream", "cost_category")), HistoryEntry.change == Change.CHANGED)
            .order_by(HistoryEntry.id)
        )
        for record, number, before in entries:
            former[record][values_told(before).get("name", "")] = number
        self.csps = former["csp"] | {csp.name: csp.id for csp in scope.year.police_area.csps}
        self.streams = former["stream"] | {name: number for number, name in scope.streams.items()}
        self.categories = former["cost_category"] | {name: number for number, name in scope.categories.items()}
        rows = session.execute(
            select(Proposal.reference, Award.csp_id, Award.id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Proposal.funding_year_id == scope.year.id)
        )
        self.awards = {(reference, csp_id): award_id for reference, csp_id, award_id in rows}

    def award(self, reference: str, csp: str) -> int:
        """An award's number; 0, which no row has, where there is none of the name."""
        return self.awards.get((reference, self.csps.get(csp, 0)), 0)

    def line(self, reference: str, csp: str, stream: str) -> Line:
        """An award's stream."""
        return self.award(reference, csp), self.streams.get(stream, 0)

    def awards_of(self, csp: str) -> list[int]:
        """The awards of a partnership."""
        number = self.csps.get(csp, 0)
        return [award_id for (_, csp_id), award_id in self.awards.items() if csp_id == number]


OF_ONE_AWARD = {"spent", "corrected", "awarded", "planned", "expected"}
OF_A_CSP = {"spent on", "accrued", "claimed by"}


class Spending:
    """Rows of awards, plans, claims, forecasts and corrections; read for the awards that are asked about, at once."""

    def __init__(self, scope: Scope, then: Then, named: Named, sources: Collection[Source]) -> None:
        self._scope, self._then, self._named = scope, then, named
        asked: set[int] = set()
        for source in sources:
            if source.kind in OF_ONE_AWARD:
                asked.add(named.award(*source.of[:2]))
            elif source.kind in OF_A_CSP:
                asked.update(named.awards_of(source.of[0]))
        self._awards = asked

    def _number(self, quarter: int) -> int:
        return self._scope.year.year.start * 10 + quarter

    @cached_property
    def _claims(self) -> dict[int, Values]:
        """The claims that count, by number."""
        return counted_claims(self._then, self._awards)

    @cached_property
    def _claims_of(self) -> dict[int, list[tuple[int, int]]]:
        """Each award's claims that count, by quarter, the earliest first."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, claim in self._claims.items():
            found[claim["award_id"]].append((claim["quarter"], number))
        return {award_id: sorted(claims) for award_id, claims in found.items()}

    @cached_property
    def _claimed(self) -> list[Values]:
        """The lines of the claims that count, each with its award and quarter."""
        rows = self._then.rows(ClaimLine, "stream_id", "category_id", "amount", "accrued", claim_id=list(self._claims))
        return [row | {name: self._claims[row["claim_id"]][name] for name in ("award_id", "quarter")} for row in rows]

    @cached_property
    def _corrected(self) -> list[Values]:
        rows = self._then.rows(Correction, "stream_id", "category_id", "amount", "entered_in", award_id=self._awards)
        return [row | {"quarter": row["entered_in"]} for row in rows]

    @cached_property
    def _by_line(self) -> dict[tuple[str, int, int, int], list[Values]]:
        found: dict[tuple[str, int, int, int], list[Values]] = defaultdict(list)
        for record, rows in (("claim_line", self._claimed), ("correction", self._corrected)):
            for row in rows:
                found[record, row["award_id"], row["stream_id"], row["quarter"]].append(row)
        return found

    def _of_line(self, record: str, line: Line, quarters: Iterable[int]) -> list[Row]:
        return pounds(
            record, (row for n in quarters for row in self._by_line.get((record, *line, self._number(n)), ()))
        )

    def spent(self, source: Source) -> list[Row]:
        """Claim lines and corrections of an award's stream that count in some quarters."""
        return self._of_line("claim_line", self._named.line(*source.of), source.quarters) + self.corrected(source)

    def corrected(self, source: Source) -> list[Row]:
        """The corrections among them."""
        return self._of_line("correction", self._named.line(*source.of), source.quarters)

    def spent_on(self, source: Source) -> list[Row]:
        """Claim lines and corrections of a partnership's stream and category in some quarters."""
        return [row for record in ("claim_line", "correction") for row in self._of_csp(record, source, "amount")]

    def accrued(self, source: Source) -> list[Row]:
        """What of those claim lines was received and not yet paid."""
        return self._of_csp("claim_line", source, "accrued")

    def claimed_by(self, source: Source) -> list[Row]:
        """Claim lines and corrections of a partnership in some quarters, whatever the stream."""
        return self.spent_on(source)

    @cached_property
    def _csp_of(self) -> dict[int, int]:
        return {award_id: csp_id for (_, csp_id), award_id in self._named.awards.items()}

    @cached_property
    def _by_csp(self) -> dict[tuple[str, int, int], list[Values]]:
        found: dict[tuple[str, int, int], list[Values]] = defaultdict(list)
        for record, rows in (("claim_line", self._claimed), ("correction", self._corrected)):
            for row in rows:
                found[record, self._csp_of[row["award_id"]], row["quarter"]].append(row)
        return found

    def _of_csp(self, record: str, source: Source, column: str) -> list[Row]:
        csp, *narrowed = source.of
        numbers = {
            column: names.get(name, 0)
            for column, names, name in zip(
                ("stream_id", "category_id"), (self._named.streams, self._named.categories), narrowed, strict=False
            )
        }
        rows = (
            row
            for n in source.quarters
            for row in self._by_csp.get((record, self._named.csps.get(csp, 0), self._number(n)), ())
        )
        return pounds(record, (row for row in rows if all(row[name] == said for name, said in numbers.items())), column)

    @cached_property
    def _lines(self) -> dict[Line, Values]:
        rows = self._then.rows(AwardLine, "stream_id", "amount", award_id=self._awards)
        return {(row["award_id"], row["stream_id"]): row for row in rows}

    @cached_property
    def _plans(self) -> dict[int, list[tuple[str, Values]]]:
        """Shares of profiles, and what variations moved, by line of an award."""
        found: dict[int, list[tuple[str, Values]]] = defaultdict(list)
        numbers = [row["id"] for row in self._lines.values()]
        for record, model in (("profile_share", ProfileShare), ("variation_share", VariationShare)):
            for row in self._then.rows(model, "quarter", "amount", award_line_id=numbers):
                found[row["award_line_id"]].append((record, row))
        return found

    def _plan(self, line: Line) -> list[tuple[str, Values]]:
        return self._plans.get(self._lines[line]["id"], []) if line in self._lines else []

    def awarded(self, source: Source) -> list[Row]:
        """An award's line as it was decided, and what variations moved since."""
        line = self._named.line(*source.of)
        if line not in self._lines:
            return []
        moved = [row for record, row in self._plan(line) if record == "variation_share"]
        return pounds("award_line", [self._lines[line]]) + pounds("variation_share", moved)

    def planned(self, source: Source) -> list[Row]:
        """The shares of a profile in some quarters, and what variations moved in them."""
        return self._planned(self._named.line(*source.of[:3]), source.quarters)

    def _planned(self, line: Line, quarters: Iterable[int]) -> list[Row]:
        sought = {self._number(number) for number in quarters}
        return [row for record, one in self._plan(line) if one["quarter"] in sought for row in pounds(record, [one])]

    def expected(self, source: Source) -> list[Row]:
        """The forecasts that stand at a quarter; the profile where an award's last claim gave none."""
        *names, at = source.of
        line, sought = self._named.line(*names), {self._number(number) for number in source.quarters}
        counted = [number for quarter, number in self._claims_of.get(line[0], ()) if quarter <= self._number(at)]
        last = counted[-1] if counted else 0
        given = [one for one in self._forecasts.get((last, line[1]), ()) if one["quarter"] > self._number(at)]
        if not given:
            return self._planned(line, source.quarters)
        return pounds("forecast", (one for one in given if one["quarter"] in sought))

    @cached_property
    def _forecasts(self) -> dict[tuple[int, int], list[Values]]:
        found: dict[tuple[int, int], list[Values]] = defaultdict(list)
        for row in self._then.rows(Forecast, "stream_id", "quarter", "amount", claim_id=list(self._claims)):
            found[row["claim_id"], row["stream_id"]].append(row)
        return found


def counted_claims(then: Then, awards: Collection[int]) -> dict[int, Values]:
    """The claims of some awards that finance approved, by number."""
    rows = then.rows(Claim, "quarter", "status", "match_spent", award_id=awards)
    return {row["id"]: row for row in rows if row["status"] in COUNTED}
