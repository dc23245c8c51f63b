"""A story as read from its file: one police area's programme, its years, and what happened in them.

Amounts are pounds. Keys are the file's own names for things; they hold the parts together.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portfolio.decisions.rules import Outcome
from portfolio.funding_years.actions import Terms
from portfolio.funding_years.rules import YearStatus
from portfolio.proposals.rules import Level, MatchKind, ProposalKind
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.adjustments import Adjustment
from portfolio.spend.rules import RAG, Line
from portfolio.story.node import EVERYTHING, Names

ByStream = dict[str, Decimal]


@dataclass(frozen=True)
class ToldProgramme:
    """The grant and its rules."""

    code: str
    name: str
    funder: str
    administering_body: str
    streams: list[str]
    categories: list[str]
    terms: Terms


@dataclass(frozen=True)
class ToldArea:
    """The police area."""

    code: str
    name: str


@dataclass(frozen=True)
class ToldCsp:
    """A partnership."""

    place: str
    key: str
    name: str
    authority: str | None
    org_id: str | None
    gss: str | None


@dataclass(frozen=True)
class ToldOrganisation:
    """A body that leads projects or gives match."""

    place: str
    key: str
    name: str
    type: str
    org_id: str | None


@dataclass(frozen=True)
class ToldYear:
    """A funding year; `shares` by CSP and stream."""

    place: str
    year: FinancialYear
    status: YearStatus
    confirmed_on: date | None
    reference: str | None
    note: str | None
    allocation: ByStream
    shares: dict[str, ByStream]


@dataclass(frozen=True)
class ToldMatch:
    """Match that a proposal offers."""

    funder: str
    kind: MatchKind
    pledged: Decimal


@dataclass(frozen=True)
class ToldProposal:
    """A proposal."""

    place: str
    year: FinancialYear
    reference: str
    title: str
    lead: str
    kind: ProposalKind
    levels: list[Level]
    summary: str
    requested: ByStream
    asked_of: list[str]
    continues: str | None
    match_offered: list[ToldMatch]
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class ToldDecision:
    """A partnership's decision; a later one on the same proposal supersedes."""

    place: str
    proposal: str
    csp: str
    outcome: Outcome
    awarded: ByStream
    reason: str | None
    conditions: str | None
    body: str | None
    met_on: date | None
    minute: str | None


@dataclass(frozen=True)
class ToldAward:
    """The profile of one stream of an award; even where `profile` is None."""

    place: str
    proposal: str
    csp: str
    stream: str
    award: Decimal | None
    profile: list[Decimal] | None


@dataclass(frozen=True)
class ToldClaim:
    """An approved claim; `forecast` by stream and later quarter."""

    place: str
    proposal: str
    csp: str
    quarter: Quarter
    lines: list[Line]
    line_places: list[str]
    narrative: str | None
    delivery_rag: RAG | None
    spend_rag: RAG | None
    explanation: str | None
    match_spent: Decimal
    forecast: dict[tuple[str, Quarter], Decimal]


@dataclass(frozen=True)
class ToldCorrection:
    """A signed adjustment of an earlier quarter."""

    place: str
    proposal: str
    csp: str
    said: Adjustment


@dataclass(frozen=True)
class ToldObservation:
    """A measure's figure in a quarter, or why there is none."""

    place: str
    quarter: Quarter
    value: Decimal | None
    unavailable: str | None


@dataclass(frozen=True)
class ToldMeasure:
    """A success measure."""

    place: str
    code: str
    name: str
    definition: str
    geography: str
    source: str | None
    observations: list[ToldObservation]


@dataclass
class Story:
    """All of it; `expected` is the file's own account of what must come out, as it stands there."""

    programme: ToldProgramme
    area: ToldArea
    csps: dict[str, ToldCsp] = field(default_factory=dict)
    organisations: dict[str, ToldOrganisation] = field(default_factory=dict)
    years: dict[FinancialYear, ToldYear] = field(default_factory=dict)
    proposals: dict[str, ToldProposal] = field(default_factory=dict)
    decisions: list[ToldDecision] = field(default_factory=list)
    awards: dict[tuple[str, str, str], ToldAward] = field(default_factory=dict)
    claims: list[ToldClaim] = field(default_factory=list)
    corrections: list[ToldCorrection] = field(default_factory=list)
    measures: list[ToldMeasure] = field(default_factory=list)
    expected: dict[str, Any] = field(default_factory=dict)
    _standing: dict[tuple[str, str], ToldDecision] = field(default_factory=dict)

    @property
    def stream_names(self) -> Names:
        """What a stream may be called."""
        return self.programme.streams or EVERYTHING

    @property
    def csp_keys(self) -> Names:
        """What a partnership may be called."""
        return self.csps or EVERYTHING

    def name_of(self, csp: str) -> str:
        """A partnership's name; its key, where it could not be read."""
        return self.csps[csp].name if csp in self.csps else csp

    def standing_decisions(self) -> dict[tuple[str, str], ToldDecision]:
        """The last decision of each partnership on each proposal: it supersedes those before it."""
        if not self._standing:
            self._standing = {(decision.proposal, decision.csp): decision for decision in self.decisions}
        return self._standing

    def standing_decisions_of(self, reference: str, csp: str) -> ToldDecision | None:
        """The decision that stands for one proposal at one partnership."""
        return self.standing_decisions().get((reference, csp))
