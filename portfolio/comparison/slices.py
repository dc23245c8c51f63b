"""Which proposals are compared: a slice of them, as an address names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, or_, select, true, union_all
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.comparison.rules import Band
from portfolio.decisions.models import Decision
from portfolio.decisions.queries import is_current
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, FundingYear, Organisation, Programme, Stream
from portfolio.money import ZERO
from portfolio.proposals.models import Ask, AskedOf, Proposal, ProposalLevel
from portfolio.proposals.rules import Level, ProposalKind, ProposalStatus, ToolkitImpact
from portfolio.quarters import FinancialYear


@dataclass(frozen=True)
class Narrowed:
    """What of a slice's proposals is left in; None leaves in everything."""

    lead: str | None = None
    """Words of the lead organisation's name."""
    kind: ProposalKind | None = None
    level: Level | None = None
    theme: str | None = None
    area: str | None = None
    """Words of what the proposals themselves say, like those of the theme."""
    toolkit: ToolkitImpact | None = None
    text: str | None = None
    """Words of the reference, the title, the summary or the lead organisation's name."""
    score: Band | None = None
    cost: Band | None = None
    outcome: Outcome | str | None = None
    """What the partnerships decided, the most favourable of them; any other text is what nobody decided yet."""
    ids: tuple[int, ...] | None = None
    """The proposals themselves, by number."""

    def __bool__(self) -> bool:
        return self != Narrowed()


@dataclass(frozen=True)
class Slice:
    """What is compared: some years' proposals to some partnerships (a condition on `CSP`), of one stream or of all."""

    years: tuple[FinancialYear, ...]
    csps: ColumnElement[bool]
    stream: str | None = None
    programme: str | None = None
    narrowed: Narrowed = Narrowed()
    unseen: tuple[int, ...] = ()
    """The proposals, by number, whose scores are not for whoever looks (`unseen_by`): here they are not scored."""

    def csp_ids(self) -> Select[int]:
        """The partnerships, by number."""
        return select(CSP.id).where(self.csps).correlate(None)

    def of_theirs(self, csp_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
        """That a row beside a proposal is one of the partnerships'.

        Added to, so that no index of it is used: a proposal has a row or two, which its own index finds at once, while
        SQLite would look for every partnership's in turn.
        """
        return (csp_id + 0).in_(self.csp_ids())

    def programmes(self) -> ColumnElement[bool]:
        """The programmes, as a condition on `Programme`."""
        return true() if self.programme is None else Programme.code == self.programme

    def year_ids(self) -> Select[int]:
        """The funding years, by number."""
        years = select(FundingYear.id).join(FundingYear.programme)
        return years.where(FundingYear.year.in_(self.years), self.programmes()).correlate(None)

    def streams(self) -> ColumnElement[bool]:
        """The streams, as a condition on `Stream`."""
        return true() if self.stream is None else Stream.name == self.stream

    def decisions(self) -> ColumnElement[bool]:
        """The decisions of the partnerships that stand, as a condition on `Decision`."""
        return and_(Decision.csp_id.in_(self.csp_ids()), is_current())

    def proposals(self) -> ColumnElement[bool]:
        """The proposals, as a condition on `Proposal`; what is summed or scored narrows them further (`facts`)."""
        asked = exists().where(AskedOf.proposal_id == Proposal.id, self.of_theirs(AskedOf.csp_id))
        return and_(
            Proposal.funding_year_id.in_(self.year_ids()),
            Proposal.status == ProposalStatus.SUBMITTED,
            *self._own(),
            *self._told(),
            asked.correlate(Proposal),
            *self._related(),
        )

    def _own(self) -> list[ColumnElement[bool]]:
        """What stands in the proposal's own row; the cheapest first."""
        only = self.narrowed
        named = [] if only.ids is None else [Proposal.id.in_(only.ids)]
        equal = {Proposal.kind: only.kind, Proposal.toolkit_impact: only.toolkit}
        worded = {Proposal.activity_type: only.theme, Proposal.area: only.area}
        return [
            *named,
            *(column == wanted for column, wanted in equal.items() if wanted is not None),
            *(column.icontains(words, autoescape=True) for column, words in worded.items() if words is not None),
        ]

    def _told(self) -> list[ColumnElement[bool]]:
        """What it says of itself, and who leads it."""
        only = self.narrowed
        conditions = [] if only.lead is None else [_led_by(only.lead)]
        if only.text is not None:
            told = (Proposal.reference, Proposal.title, Proposal.summary)
            said = (column.icontains(only.text, autoescape=True) for column in told)
            conditions.append(or_(*said, _led_by(only.text)))
        return conditions

    def _related(self) -> list[ColumnElement[bool]]:
        """What stands in rows beside it."""
        only = self.narrowed
        conditions: list[ColumnElement[bool]] = []
        if only.level is not None:
            of_level = exists().where(ProposalLevel.proposal_id == Proposal.id, ProposalLevel.level == only.level)
            conditions.append(of_level.correlate(Proposal))
        if self.stream is not None:
            of_stream = exists().where(
                Ask.proposal_id == Proposal.id, Ask.stream_id == Stream.id, Ask.amount > ZERO, self.streams()
            )
            conditions.append(of_stream.correlate(Proposal))
        return conditions


def _led_by(words: str) -> ColumnElement[bool]:
    named = select(Organisation.id).where(Organisation.name.icontains(words, autoescape=True))
    return Proposal.lead_organisation_id.in_(named)


def years_compared(session: Session, csps: ColumnElement[bool]) -> dict[FinancialYear, bool]:
    """The years of which there is something to compare for some partnerships (a condition on `CSP`), newest first.

    Each says whether anything of it is decided: before that there is nothing funded and nothing rejected.
    """
    of_csps = select(CSP.id).where(csps)
    of_year = Proposal.funding_year_id == FundingYear.id, Proposal.status == ProposalStatus.SUBMITTED
    handed_in = exists().where(*of_year, AskedOf.proposal_id == Proposal.id, AskedOf.csp_id.in_(of_csps))
    decided = exists().where(*of_year, Decision.proposal_id == Proposal.id, Decision.csp_id.in_(of_csps))
    found = session.execute(
        select(FundingYear.year, decided.correlate(FundingYear).label("decided"))
        .where(handed_in.correlate(FundingYear))
        .order_by(FundingYear.year.desc(), "decided")
    )
    return {row.year: row.decided for row in found}


def unseen_by(
    session: Session, person_id: int, years: Sequence[FinancialYear], *, leads: bool = True
) -> dict[int, str]:
    """The proposals of some years that somebody leads or declared an interest in, with their references (E12).

    Their scores are kept from that person here as in the ranking. Whoever leads nothing (`leads`) is not looked for.
    """
    declared = select(Interest.proposal_id).where(Interest.person_id == person_id)
    led = select(Proposal.id).where(Proposal.lead_person_id == person_id)
    found = session.execute(
        select(Proposal.id, Proposal.reference)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .where(Proposal.id.in_(union_all(declared, led) if leads else declared), FundingYear.year.in_(years))
        .order_by(Proposal.reference)
    )
    return {row.id: row.reference for row in found}


def within_band(column: ColumnElement[Decimal], band: Band | None) -> list[ColumnElement[bool]]:
    """That a figure stands in a band; nothing where there is none."""
    if band is None:
        return []
    ends = (None if band.least is None else column >= band.least, None if band.below is None else column < band.below)
    return [end for end in ends if end is not None]
