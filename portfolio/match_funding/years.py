"""Match by quarter, by who gives it, and over the years: what was promised held against what came."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Bundle, Session

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear, Organisation
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.match_funding.queries import years_with_awards
from portfolio.money import ZERO, per_cent
from portfolio.proposals.models import MatchOffer, Proposal
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter
from portfolio.spend.models import Claim
from portfolio.spend.rules import COUNTED


@dataclass(frozen=True)
class QuarterOfMatch:
    """What match came in a quarter, and what of it was spent, in pounds."""

    quarter: Quarter
    cash: Decimal
    in_kind: Decimal
    spent: Decimal
    to_date: Decimal
    """All that came up to it."""

    @property
    def received(self) -> Decimal:
        """In cash and in kind."""
        return self.cash + self.in_kind


def match_by_quarter(
    session: Session, funding_year: FundingYear, only: ColumnElement[bool], today: date
) -> list[QuarterOfMatch]:
    """A year's match by quarter that has begun; others stand there where something came in them."""
    of_year = (Proposal.funding_year_id == funding_year.id, only)
    rows: Iterable[Any] = session.execute(
        select(MatchReceipt.quarter, Match.kind, total(MatchReceipt.amount))
        .join(MatchReceipt.match)
        .join(Match.award)
        .join(Award.proposal)
        .where(*of_year)
        .group_by(MatchReceipt.quarter, Match.kind)
    )
    came = {(quarter, kind): amount for quarter, kind, amount in rows}
    rows = session.execute(
        select(Claim.quarter, total(Claim.match_spent))
        .join(Claim.award)
        .join(Award.proposal)
        .where(*of_year, Claim.status.in_(COUNTED))
        .group_by(Claim.quarter)
    )
    spent = {quarter: amount for quarter, amount in rows if amount}
    begun = [quarter for quarter in funding_year.year.quarters if quarter.first_day <= today]
    found, to_date = [], ZERO
    for quarter in sorted({*begun, *spent, *(quarter for quarter, _ in came)}):
        cash, in_kind = (came.get((quarter, kind), ZERO) for kind in (MatchKind.CASH, MatchKind.IN_KIND))
        to_date += cash + in_kind
        found.append(QuarterOfMatch(quarter, cash, in_kind, spent.get(quarter, ZERO), to_date))
    return found


def _came() -> Any:
    """What came of each match, in pounds."""
    return (
        select(MatchReceipt.match_id, total(MatchReceipt.amount).label("received"))
        .group_by(MatchReceipt.match_id)
        .subquery("came")
    )


FunderRow = Any
"""A row of `match_by_funder`: who gives what, to how many projects, and what was pledged, secured and received."""


def match_by_funder(only: ColumnElement[bool], funding_year: FundingYear | None = None) -> Select[FunderRow]:
    """Who gives match to the awards within reach, in cash and in kind apart, of one year or of all; in pounds."""
    came = _came()
    of_year = [] if funding_year is None else [Proposal.funding_year_id == funding_year.id]
    return (
        select(
            Bundle(
                "given",
                Organisation.id.label("funder_id"),
                Organisation.name.label("funder"),
                Match.kind.label("kind"),
                func.count(Match.award_id.distinct()).label("projects"),
                total(Match.pledged).label("pledged"),
                total(Match.secured).label("secured"),
                total(func.coalesce(came.c.received, ZERO)).label("received"),
            )
        )
        .select_from(Match)
        .join(Match.funder)
        .join(Match.award)
        .join(Award.proposal)
        .outerjoin(came, came.c.match_id == Match.id)
        .where(only, *of_year)
        .group_by(Organisation.id, Organisation.name, Match.kind)
        .order_by(Organisation.name, Match.kind, Organisation.id)
    )


def funders_of(session: Session, only: ColumnElement[bool]) -> Sequence[Organisation]:
    """Who gives match to the awards within reach, or offered it in their proposals, by name."""
    gives = select(Match.funder_id).join(Match.award).where(only)
    offers = select(MatchOffer.funder_id).join(Award, Award.proposal_id == MatchOffer.proposal_id).where(only)
    return session.scalars(
        select(Organisation)
        .where(or_(Organisation.id.in_(gives), Organisation.id.in_(offers)))
        .order_by(Organisation.name, Organisation.id)
    ).all()


@dataclass(frozen=True)
class YearOfMatch:
    """What a year's proposals offered and its awards were pledged, and what came, in pounds."""

    year: FundingYear
    offered: Decimal
    pledged: Decimal
    secured: Decimal
    received: Decimal

    @property
    def delivered(self) -> Decimal | None:
        """What came, in per cent of what was pledged; None where nothing was."""
        return per_cent(self.received, self.pledged)

    @property
    def short(self) -> Decimal:
        """What was pledged and has not come."""
        return self.pledged - self.received


def match_over_the_years(
    session: Session, only: ColumnElement[bool], funder: Organisation | None = None
) -> list[YearOfMatch]:
    """Promised against delivered, the newest year first: of all funders, or of one. It asks thrice, however many years.

    A proposal's offer counts once, also where several partnerships funded it.
    """
    came = _came()
    whose = [] if funder is None else [Match.funder_id == funder.id]
    rows = session.execute(
        select(
            Proposal.funding_year_id,
            total(Match.pledged),
            total(Match.secured),
            total(func.coalesce(came.c.received, ZERO)),
        )
        .select_from(Match)
        .join(Match.award)
        .join(Award.proposal)
        .outerjoin(came, came.c.match_id == Match.id)
        .where(only, *whose)
        .group_by(Proposal.funding_year_id)
    )
    given = {year_id: amounts for year_id, *amounts in rows}
    awarded = exists().where(Award.proposal_id == Proposal.id, only)
    offers: Iterable[Any] = session.execute(
        select(Proposal.funding_year_id, total(MatchOffer.pledged).label("offered"))
        .select_from(MatchOffer)
        .join(MatchOffer.proposal)
        .where(awarded, *([] if funder is None else [MatchOffer.funder_id == funder.id]))
        .group_by(Proposal.funding_year_id)
    )
    offered = {row.funding_year_id: row.offered for row in offers}
    return [
        YearOfMatch(year, offered.get(year.id, ZERO), *given.get(year.id, (ZERO, ZERO, ZERO)))
        for year in years_with_awards(session, only)
    ]


@dataclass(frozen=True)
class Promise:
    """What a proposal offered of one funder and kind, and what was pledged to its award and came, in pounds."""

    funder: Organisation
    kind: MatchKind
    offered: Decimal
    pledged: Decimal
    secured: Decimal
    received: Decimal
    unrecorded: int | None
    """The number of an offer of which nothing is recorded yet."""

    @property
    def delivered(self) -> Decimal | None:
        """What came, in per cent of what was offered or, where nothing was, of what was pledged."""
        return per_cent(self.received, self.offered or self.pledged)


def promises(offers: Sequence[MatchOffer], matches: Sequence[Match]) -> list[Promise]:
    """What an award's proposal offered beside what was pledged since and came, by funder and kind."""
    rows: dict[tuple[int, MatchKind], tuple[list[MatchOffer], list[Match]]] = defaultdict(lambda: ([], []))
    for offer in offers:
        rows[offer.funder_id, offer.kind][0].append(offer)
    for match in matches:
        rows[match.funder_id, match.kind][1].append(match)
    return [
        Promise(
            (offered or given)[0].funder,
            kind,
            sum((offer.pledged for offer in offered), ZERO),
            sum((match.pledged for match in given), ZERO),
            sum((match.secured for match in given), ZERO),
            sum((came.amount for match in given for came in match.receipts), ZERO),
            None if given else offered[0].id,
        )
        for (_, kind), (offered, given) in rows.items()
    ]
