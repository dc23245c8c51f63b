"""The rows behind what was reported beside grant: match, outputs, success measures, and the council's ledger."""

from collections import defaultdict
from decimal import Decimal
from functools import cached_property

from sqlalchemy import select

from portfolio.decisions.models import AwardLine, VariationShare
from portfolio.history import Values
from portfolio.ledger.comparing import compare_year
from portfolio.ledger.models import LedgerNote
from portfolio.ledger.rules import Reason
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.measures.models import Indicator, IndicatorResult, Measure, MeasureDefinition, Observation
from portfolio.measures.rules import IndicatorKind
from portfolio.money import ZERO, from_pence
from portfolio.proposals.rules import MatchKind
from portfolio.returns.contents.scope import Scope
from portfolio.returns.contents.spending import match_by_stream
from portfolio.returns.why.rows import Named, Row, counted_claims, pounds
from portfolio.returns.why.sources import Source
from portfolio.returns.why.then import Then


class Reporting:
    """Rows of match, indicators, measures and the ledger."""

    def __init__(self, scope: Scope, then: Then, named: Named) -> None:
        self._scope, self._then, self._named = scope, then, named

    def _number(self, quarter: int) -> int:
        return self._scope.year.year.start * 10 + quarter

    @cached_property
    def _matches(self) -> dict[int, list[Values]]:
        found: dict[int, list[Values]] = defaultdict(list)
        awards = list(self._named.awards.values())
        for row in self._then.rows(Match, "kind", "pledged", "secured", award_id=awards):
            found[row["award_id"]].append(row)
        return found

    def _match(self, source: Source, column: str, *kinds: MatchKind) -> list[Row]:
        rows = self._matches.get(self._named.award(*source.of), ())
        return pounds("match", (row for row in rows if row["kind"] in kinds), column)

    def pledged_in_cash(self, source: Source) -> list[Row]:
        """Match that funders pledged in cash."""
        return self._match(source, "pledged", MatchKind.CASH)

    def pledged_in_kind(self, source: Source) -> list[Row]:
        """Match that funders pledged in kind."""
        return self._match(source, "pledged", MatchKind.IN_KIND)

    def secured(self, source: Source) -> list[Row]:
        """Match that is secured, of either kind."""
        return self._match(source, "secured", *MatchKind)

    @cached_property
    def _receipts(self) -> dict[int, list[Values]]:
        found: dict[int, list[Values]] = defaultdict(list)
        numbers = [row["id"] for rows in self._matches.values() for row in rows]
        for row in self._then.rows(MatchReceipt, "quarter", "amount", match_id=numbers):
            found[row["match_id"]].append(row)
        return found

    def match_received(self, source: Source) -> list[Row]:
        """What came of an award's match, in earlier years too."""
        until = self._number(max(source.quarters))
        matches = self._matches.get(self._named.award(*source.of), ())
        rows = (row for match in matches for row in self._receipts.get(match["id"], ()))
        return pounds("match_receipt", (row for row in rows if row["quarter"] <= until))

    @cached_property
    def _claims(self) -> dict[int, list[Values]]:
        found: dict[int, list[Values]] = defaultdict(list)
        for row in counted_claims(self._then, list(self._named.awards.values())).values():
            found[row["award_id"]].append(row)
        return found

    def match_spent(self, source: Source) -> list[Row]:
        """Match spent as an award's claims of some quarters say."""
        sought = {self._number(number) for number in source.quarters}
        claims = self._claims.get(self._named.award(*source.of), ())
        return pounds("claim", (row for row in claims if row["quarter"] in sought), "match_spent")

    @cached_property
    def _carried(self) -> dict[int, dict[int, Decimal]]:
        """What each award's streams carried, variations included, in the streams' order."""
        lines = self._then.rows(
            AwardLine, "award_id", "stream_id", "amount", award_id=list(self._named.awards.values())
        )
        moved: dict[int, int] = defaultdict(int)
        for row in self._then.rows(VariationShare, "amount", award_line_id=[line["id"] for line in lines]):
            moved[row["award_line_id"]] += row["amount"]
        found: dict[int, dict[int, Decimal]] = defaultdict(dict)
        for line in sorted(lines, key=lambda line: self._scope.place_of_stream(line["stream_id"])):
            found[line["award_id"]][line["stream_id"]] = from_pence(line["amount"] + moved[line["id"]])
        return found

    def match_shared(self, source: Source) -> list[Row]:
        """Match spent on whole awards, each one's part for a stream: shared by what its streams were awarded."""
        sought = {self._number(number) for number in source.quarters}
        stream_id = self._named.streams.get(source.of[0], 0)
        rows = []
        for award_id, claims in self._claims.items():
            spent = sum((from_pence(row["match_spent"] or 0) for row in claims if row["quarter"] in sought), ZERO)
            own = {(award_id, stream): amount for stream, amount in self._carried.get(award_id, {}).items()}
            part = match_by_stream(own, {award_id: (ZERO, spent)}).get(stream_id, ZERO) if own else ZERO
            rows += [Row("award", award_id, part)] if part else []
        return rows

    def _indicator(self, source: Source) -> list[Values]:
        reference, csp, name = source.of
        rows = self._then.rows(Indicator, "kind", "name", "target", award_id=[self._named.award(reference, csp)])
        return [row for row in rows if row["name"] == name]

    def target(self, source: Source) -> list[Row]:
        """An indicator's target."""
        return [Row("indicator", row["id"], Decimal(row["target"])) for row in self._indicator(source) if row["target"]]

    def result(self, source: Source) -> list[Row]:
        """What an indicator came to in some quarters."""
        sought = {self._number(number) for number in source.quarters}
        numbers = [row["id"] for row in self._indicator(source)]
        rows = self._then.rows(IndicatorResult, "quarter", "value", indicator_id=numbers)
        told = sorted((row for row in rows if row["quarter"] in sought), key=lambda row: int(row["quarter"]))
        return [Row("indicator_result", row["id"], Decimal(row["value"])) for row in told]

    def reached(self, source: Source) -> list[Row]:
        """What an indicator came to so far: outputs add up, an outcome is its latest figure."""
        rows = self.result(source)
        is_outcome = any(row["kind"] == IndicatorKind.OUTCOME for row in self._indicator(source))
        return rows[-1:] if is_outcome else rows

    def observed(self, source: Source) -> list[Row]:
        """The observation of a measure that stands of a quarter."""
        code, definition = source.of
        year = self._scope.year
        found = self._scope.session.execute(
            select(MeasureDefinition.id, MeasureDefinition.text, MeasureDefinition.version)
            .join(Measure, Measure.id == MeasureDefinition.measure_id)
            .where(Measure.code == code)
            .where(Measure.programme_id == year.programme_id, Measure.police_area_id == year.police_area_id)
            .order_by(MeasureDefinition.version)
        )
        numbers = [row.id for row in found if definition in (row.text, f"{row.text} (version {row.version})")]
        rows = self._then.rows(Observation, "quarter", "value", "supersedes_id", definition_id=numbers)
        superseded = {row["supersedes_id"] for row in rows}
        sought = {self._number(number) for number in source.quarters}
        return [
            Row("observation", row["id"], Decimal(row["value"]))
            for row in rows
            if row["quarter"] in sought and row["id"] not in superseded and row["value"] is not None
        ]

    @cached_property
    def _ledger(self) -> dict[tuple[int | None, int], Decimal]:
        """What counts as spend in the quarter's ledger, by partnership (None: of no project of any) and extract."""
        compared = compare_year(self._scope.session, self._scope.year, [self._scope.quarter])
        found: dict[tuple[int | None, int], Decimal] = defaultdict(lambda: ZERO)
        for group in compared.groups:
            place, posted = group.place, group.posted
            is_spend = place.reason is not Reason.NOT_SPEND and (place.csp_id is not None or place.award_id is None)
            if place.quarter == self._scope.quarter and is_spend:
                found[place.csp_id, compared.stands[posted.csp_id, posted.quarter]] += posted.amount
        return found

    def ledger(self, source: Source) -> list[Row]:
        """What the extracts that count have of a partnership's spend in the quarter; None: of no project of any."""
        [csp] = source.of
        number = None if csp is None else self._named.csps.get(csp, 0)
        found = ((extract, amount) for (of, extract), amount in self._ledger.items() if of == number)
        return [Row("ledger_extract", extract, amount) for extract, amount in found if amount]

    @cached_property
    def _notes(self) -> list[Values]:
        """The timing differences noted of projects, and not withdrawn."""
        awards = list(self._named.awards.values())
        rows = self._then.rows(LedgerNote, "quarter", "amount", "withdrawn_at", award_id=awards)
        return [row for row in rows if row["withdrawn_at"] is None]

    def timing(self, source: Source) -> list[Row]:
        """The timing differences of a partnership's projects."""
        awards, sought = set(self._named.awards_of(source.of[0])), {self._number(n) for n in source.quarters}
        return pounds(
            "ledger_note", (row for row in self._notes if row["award_id"] in awards and row["quarter"] in sought)
        )
