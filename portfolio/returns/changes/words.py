"""Where it came from that other words stand in a cell, or another count: texts, outputs and outcomes, measures."""

from collections.abc import Callable, Iterable
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP
from portfolio.measures.models import Indicator, IndicatorResult, Measure, MeasureDefinition, Observation
from portfolio.people.actions import naming
from portfolio.proposals.models import Proposal
from portfolio.returns.changes.causes import FOLLOWS, STATE, Cause, CauseKind, at, passing, unexplained
from portfolio.returns.changes.grounds import WHOLE_YEAR, Key, Of
from portfolio.returns.changes.recorded import Entry
from portfolio.returns.changes.sides import Side
from portfolio.returns.changes.sources import Sources
from portfolio.returns.contents.corrected import CORRECTION
from portfolio.returns.contents.scope import who
from portfolio.words import begin
from reports.changes import WHOLE_ROW, ChangedCell

NOBODY = "no change of it was recorded between the two returns"
_OF_CLAIM = frozenset({"Explanation of variance", "Claim status", "Delivery RAG", "Spend RAG", "Narrative"})


class Words:
    """The causes of what is no amount of pounds."""

    def __init__(self, session: Session, later: Side, sources: Sources) -> None:
        self._session, self._later, self._sources = session, later, sources

    def of_cell(self, cell: ChangedCell) -> list[Cause]:
        """What other words or another count in a cell came from; never nothing."""
        row = cell.row
        match cell.sheet:
            case "Cover" | "Certification":
                return [STATE]
            case "Interventions":
                return self._of_intervention(cell)
            case "Variations":
                return self._of_variation(cell)
            case "Decisions":
                return self._of_decision(cell)
            case "Match funding":
                return self._of_match(cell) or self._edited("organisation") or [unexplained(NOBODY)]
            case "Outputs":
                return self._results.get(tuple(row[:3]), []) or self._edited("indicator") or self._passed()
            case "Measures":
                return self._observed.get((row[0], row[1]), []) or self._edited("measure_definition") or self._passed()
            case "Notes":
                return self._corrections(row[-1]) or [FOLLOWS]
            case "Asset register" | "Assets and assurance":
                return [*self._entries("asset"), *self._entries("assurance")] or self._passed()
            case _:
                return [FOLLOWS]

    def _of_intervention(self, cell: ChangedCell) -> list[Cause]:
        reference, csp = cell.row[:2]
        if cell.column in _OF_CLAIM:
            claimed = self._claims.get((reference, csp), [])
            return claimed or self._passed()
        if cell.column == WHOLE_ROW:
            return self._decided(cell.row) or [unexplained(NOBODY)]
        return self._edited("proposal", reference)

    def _of_decision(self, cell: ChangedCell) -> list[Cause]:
        decided = self._sources.moved.decided(Key(cell.row[1], reference=cell.row[0]))
        return [decided] if decided else self._edited("proposal", cell.row[0])

    def _of_variation(self, cell: ChangedCell) -> list[Cause]:
        reference, csp = cell.row[:2]
        if "Variation" in cell.row:
            found = [cause for cause in self._variations if cause.words.startswith(f"Variation {reference} ")]
            return found or [unexplained(NOBODY)]
        return self._claims.get((reference, csp), []) or [FOLLOWS]

    def _of_match(self, cell: ChangedCell) -> list[Cause]:
        key = Key(cell.row[1], reference=cell.row[0])
        pledges = (self._sources.moved.of((of, WHOLE_YEAR), key) for of in (Of.PLEDGED_CASH, Of.PLEDGED_IN_KIND))
        found = list(dict.fromkeys(share.cause for shares in pledges for share in shares))
        if cell.column != WHOLE_ROW or found:
            return found
        came = self._sources.came  # match of which nothing was recorded stands there once something of it is spent
        quarters = ((Of.MATCH_SPENT, quarter.number) for quarter in self._sources.new)
        return [share.cause for ground in quarters for share in came.get((ground, key), ())]

    def _decided(self, row: tuple[str, ...]) -> list[Cause]:
        moved = self._sources.moved
        decision = moved.decided(Key(row[1], reference=row[0])) or moved.decisions.get((row[0], row[1]))
        return [decision] if decision else []

    def _passed(self) -> list[Cause]:
        if self._sources.new:
            return [passing("A quarter has passed")]
        return [unexplained(NOBODY)]

    @cached_property
    def _claims(self) -> dict[tuple[str, str], list[Cause]]:
        """The claims of the later return's own quarter, by award."""
        last = self._later.place.quarter
        found: dict[tuple[str, str], dict[Cause, None]] = {}
        for (_, key), shares in (*self._sources.came.items(), *self._sources.late.items()):
            for share in shares:
                cause = share.cause
                if (
                    key.reference
                    and cause.kind is CauseKind.CLAIM
                    and cause.at is not None
                    and cause.at[1][-1] == ("quarter", last)
                ):
                    found.setdefault((key.reference, key.csp), {})[cause] = None
        return {award: list(causes) for award, causes in found.items()}

    @cached_property
    def _variations(self) -> list[Cause]:
        every = self._sources.moved.variations.values()
        return list(dict.fromkeys(share.cause for shares in every for share in shares))

    def _corrections(self, about: str) -> list[Cause]:
        """The corrections that a note tells of."""
        if not about.startswith(CORRECTION):
            return []
        quarter, _, award = about.removeprefix(CORRECTION).strip().partition(": ")
        every = (*self._sources.came.values(), *self._sources.late.values())
        causes = dict.fromkeys(share.cause for shares in every for share in shares)
        return [
            cause
            for cause in causes
            if cause.kind is CauseKind.CORRECTION
            and award.startswith(cause.words.partition(":")[0])
            and f" of {quarter}," in cause.words
        ]

    @cached_property
    def _results(self) -> dict[tuple[str, ...], list[Cause]]:
        """What came of indicators in the quarters that only the later return reports."""
        rows = self._session.execute(
            select(Proposal.reference, CSP.name, CSP.key, Indicator.name, IndicatorResult.quarter)
            .join(Indicator, Indicator.id == IndicatorResult.indicator_id)
            .join(Award, Award.id == Indicator.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .join(CSP, CSP.id == Award.csp_id)
            .where(Proposal.funding_year_id == self._sources.year_id, IndicatorResult.quarter.in_(self._sources.new))
            .order_by(IndicatorResult.quarter)
        )
        found: dict[tuple[str, ...], list[Cause]] = {}
        for reference, csp, csp_key, name, quarter in rows:
            words = f"{who(reference, csp)}: {name}, reported for {quarter.short}"
            cause = Cause(
                CauseKind.RESULT, words, at("project", reference=reference, csp_key=csp_key), is_expected=True
            )
            found.setdefault((reference, self._sources.names.csp(csp), name), []).append(cause)
        return found

    @cached_property
    def _observed(self) -> dict[tuple[str, str], list[Cause]]:
        """What was observed of measures: in new quarters, and anew in those that both returns report."""
        place = self._later.place
        again = set(self._sources.recorded.added("observation"))
        rows = self._session.execute(
            select(Observation, Measure.id, Measure.code)
            .join(MeasureDefinition, MeasureDefinition.id == Observation.definition_id)
            .join(Measure, Measure.id == MeasureDefinition.measure_id)
            .where(Measure.programme_id == place.year.programme_id, Measure.police_area_id == place.year.police_area_id)
            .where(Observation.quarter.in_(place.quarter.to_date()))
            .order_by(Observation.id)
        )
        found: dict[tuple[str, str], list[Cause]] = {}
        for observation, number, code in rows:
            is_new = observation.quarter in self._sources.new
            if is_new or observation.id in again:
                words = f"{code}: observed for {observation.quarter.short}"
                cause = Cause(
                    CauseKind.MEASURE,
                    words,
                    at("measure", number=number),
                    self._named(observation.recorded_by),
                    day_of(observation.recorded_at),
                    is_expected=is_new,
                )
                found.setdefault((code, str(observation.quarter)), []).append(cause)
        return found

    @cached_property
    def _named(self) -> Callable[[str], str]:
        return naming(self._session)

    def _edited(self, record: str, reference: str = "") -> list[Cause]:
        """Who changed what a text says; that nobody did, where nothing is on record."""
        entries = self._sources.recorded.of(record)
        about = ""
        if reference:
            about = f"{reference}: "
            ids = select(Proposal.id).where(Proposal.reference == reference)
            wanted = set(self._session.scalars(ids)) if entries else set()
            entries = [entry for entry in entries if entry.number in wanted] or self._sources.recorded.of(
                "organisation"
            )
        return self._told(entries, about) or ([] if not reference else [unexplained(NOBODY)])

    def _entries(self, record: str) -> list[Cause]:
        return self._told(self._sources.recorded.of(record))

    def _told(self, entries: Iterable[Entry], about: str = "") -> list[Cause]:
        return [
            Cause(
                CauseKind.CHANGE,
                begin(f"{about}{entry.record.replace('_', ' ')} {entry.change}: {entry.deed}"),
                at("history", record=entry.record, number=entry.number),
                self._named(entry.author),
                entry.on,
            )
            for entry in entries
        ]
