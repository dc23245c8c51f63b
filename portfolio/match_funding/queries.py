"""Reading match: by award and funder, and what all of it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Bundle, Session, joinedload, selectinload

from portfolio.db import total
from portfolio.decisions.amounts import carried
from portfolio.decisions.models import Award, AwardLine
from portfolio.errors import NotFound, RuleWarning
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.match_funding.rules import (
    Lack,
    counted_match,
    match_below_rule,
    match_percent,
    required_match,
    rule_in_words,
    undelivered_match,
    unsecured_match,
)
from portfolio.money import ZERO
from portfolio.proposals.models import MatchOffer, Proposal
from portfolio.proposals.rules import MatchKind
from portfolio.spend.models import Claim
from portfolio.spend.rules import COUNTED

SUMMED = ("cash", "in_kind", "secured", "received", "spent", "secured_cash", "received_cash")
MatchedAward = Any
"""A row of `matched_awards`: an award with what was pledged in cash and in kind, secured, received and spent."""


def matched_awards(
    funding_year: FundingYear, only: ColumnElement[bool], lack: Lack | None = None
) -> Select[MatchedAward]:
    """The awards of a year with match, or with match spent, in the order of references; amounts are pounds.

    With a lack they are those alone whose match has it.
    """
    pledges = (
        select(
            Match.award_id,
            total(case((Match.kind == MatchKind.CASH, Match.pledged), else_=ZERO)).label("cash"),
            total(case((Match.kind == MatchKind.IN_KIND, Match.pledged), else_=ZERO)).label("in_kind"),
            total(Match.secured).label("secured"),
            total(case((Match.kind == MatchKind.CASH, Match.secured), else_=ZERO)).label("secured_cash"),
        )
        .group_by(Match.award_id)
        .subquery("pledges")
    )
    receipts = (
        select(
            Match.award_id,
            total(MatchReceipt.amount).label("received"),
            total(case((Match.kind == MatchKind.CASH, MatchReceipt.amount), else_=ZERO)).label("received_cash"),
        )
        .join(MatchReceipt, MatchReceipt.match_id == Match.id)
        .group_by(Match.award_id)
        .subquery("receipts")
    )
    spent = (
        select(Claim.award_id, total(Claim.match_spent).label("spent"))
        .where(Claim.status.in_(COUNTED), Claim.match_spent != ZERO)
        .group_by(Claim.award_id)
        .subquery("spent")
    )
    secured, received = func.coalesce(pledges.c.secured, ZERO), func.coalesce(receipts.c.received, ZERO)
    lacking = {
        Lack.UNSECURED: [secured < pledges.c.cash + pledges.c.in_kind],
        Lack.NOT_COME: [received < secured],
        None: [],
    }
    return (
        select(
            Bundle(
                "matched",
                Award.id.label("award_id"),
                Proposal.reference.label("reference"),
                Proposal.title.label("title"),
                CSP.key.label("csp_key"),
                CSP.name.label("csp_name"),
                func.coalesce(pledges.c.cash, ZERO).label("cash"),
                func.coalesce(pledges.c.in_kind, ZERO).label("in_kind"),
                secured.label("secured"),
                received.label("received"),
                func.coalesce(spent.c.spent, ZERO).label("spent"),
                func.coalesce(pledges.c.secured_cash, ZERO).label("secured_cash"),
                func.coalesce(receipts.c.received_cash, ZERO).label("received_cash"),
            )
        )
        .select_from(Award)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .outerjoin(pledges, pledges.c.award_id == Award.id)
        .outerjoin(receipts, receipts.c.award_id == Award.id)
        .outerjoin(spent, spent.c.award_id == Award.id)
        .where(Proposal.funding_year_id == funding_year.id, only)
        .where(or_(pledges.c.award_id.is_not(None), spent.c.award_id.is_not(None)), *lacking[lack])
        .order_by(Proposal.reference, CSP.name, Award.id)
    )


def years_with_awards(session: Session, only: ColumnElement[bool]) -> Sequence[FundingYear]:
    """The funding years that the awards within reach were made from, newest first."""
    awarded = select(Proposal.funding_year_id).join(Award, Award.proposal_id == Proposal.id).where(only)
    return session.scalars(
        select(FundingYear)
        .where(FundingYear.id.in_(awarded))
        .order_by(FundingYear.year.desc(), FundingYear.id)
        .options(joinedload(FundingYear.programme), joinedload(FundingYear.police_area))
    ).all()


@dataclass(frozen=True)
class AgainstRule:
    """What of the match pledged, secured or received counts towards the rule, in pounds, and what the rule asks for."""

    what: str
    counted: Decimal
    percent: Decimal | None
    """Of what the rule is of: the grant, or grant and match together."""
    required: Decimal

    @property
    def short(self) -> Decimal:
        """What is missing; nothing where it is enough."""
        return max(self.required - self.counted, ZERO)


@dataclass(frozen=True)
class Totals:
    """All match of a year within reach, in pounds, held against the programme's rule."""

    programme: Programme
    grant: Decimal
    cash: Decimal
    in_kind: Decimal
    secured: Decimal
    received: Decimal
    spent: Decimal
    secured_cash: Decimal
    received_cash: Decimal

    @property
    def pledged(self) -> Decimal:
        """In cash and in kind."""
        return self.cash + self.in_kind

    @property
    def against_rule(self) -> list[AgainstRule]:
        """Pledged, secured and received, each against the rule: a pledge may be enough, and what came fall short."""
        of = self.programme
        kinds = (
            ("Pledged", self.cash, self.in_kind),
            ("Secured", self.secured_cash, self.secured - self.secured_cash),
            ("Received", self.received_cash, self.received - self.received_cash),
        )
        found = []
        for what, cash, in_kind in kinds:
            counted = counted_match(cash, in_kind, in_kind_counts=of.match_in_kind_counts)
            percent = match_percent(self.grant, counted, of.match_base)
            found.append(AgainstRule(what, counted, percent, self.required))
        return found

    @property
    def counted(self) -> Decimal:
        """What of the match pledged counts towards the rule."""
        return self.against_rule[0].counted

    @property
    def required(self) -> Decimal:
        """What the rule asks for; nothing where the programme has none."""
        return required_match(self.grant, self.programme.match_percent, self.programme.match_base)

    @property
    def percent(self) -> Decimal | None:
        """What is pledged and counts, in per cent of what the rule is of."""
        return self.against_rule[0].percent

    @property
    def rule(self) -> str:
        """The programme's rule, in words and figures."""
        of = self.programme
        return rule_in_words(self.grant, of.match_percent, of.match_base, in_kind_counts=of.match_in_kind_counts)

    @property
    def warnings(self) -> list[RuleWarning]:
        """W3 of the whole programme."""
        about = self.programme.name
        maybe = (
            match_below_rule(about, self.counted, self.required),
            unsecured_match(about, self.pledged, self.secured),
        )
        return [warning for warning in maybe if warning is not None]


def totals(session: Session, funding_year: FundingYear, only: ColumnElement[bool]) -> Totals:
    """What a year's match comes to, summed in the database."""
    row = matched_awards(funding_year, only).order_by(None).subquery("row").c
    sums = session.execute(select(*(total(row[name]) for name in SUMMED)))
    grant = session.scalar(
        select(total(carried()))
        .join(Award, Award.id == AwardLine.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year.id, only)
    )
    return Totals(funding_year.programme, grant or ZERO, *(amount or ZERO for amount in sums.one()))


def alerts_of(whole: Totals, funding_year: FundingYear, today: date) -> list[RuleWarning]:
    """W3 of a year's match: below the rule, not secured, or, once the year is over, secured and not come."""
    is_over = funding_year.year.last_day < today
    late = undelivered_match(whole.programme.name, whole.secured, whole.received, is_over=is_over)
    return [*whole.warnings, *([late] if late else [])]


def match_alerts(
    session: Session, funding_year: FundingYear, only: ColumnElement[bool], today: date
) -> list[RuleWarning]:
    """What is worth knowing of a year's match within reach, for front pages and reports."""
    return alerts_of(totals(session, funding_year, only), funding_year, today)


def matches_of(session: Session, award: Award) -> Sequence[Match]:
    """An award's match by funder, with what came."""
    return session.scalars(
        select(Match)
        .where(Match.award_id == award.id)
        .order_by(Match.kind, Match.id)
        .options(joinedload(Match.funder), selectinload(Match.receipts))
    ).all()


def offers_of(session: Session, award: Award) -> Sequence[MatchOffer]:
    """What an award's proposal offered of match, by whom."""
    return session.scalars(
        select(MatchOffer)
        .where(MatchOffer.proposal_id == award.proposal_id)
        .order_by(MatchOffer.id)
        .options(joinedload(MatchOffer.funder))
    ).all()


def warnings_of(award: Award, matches: Sequence[Match]) -> list[RuleWarning]:
    """W3 of one award, which the programme's rule does not bind by itself."""
    pledged, secured = (match.pledged for match in matches), (match.secured for match in matches)
    warning = unsecured_match(award.proposal.reference, sum(pledged, ZERO), sum(secured, ZERO))
    return [] if warning is None else [warning]


def get_match(session: Session, award: Award, number: int, *, held: bool = False) -> Match:
    """One funder's match of an award, held until the end of the transaction by who changes it; raises NotFound."""
    wanted = select(Match).where(and_(Match.id == number, Match.award_id == award.id))
    found = session.scalar(wanted.with_for_update(key_share=True) if held else wanted)
    if found is None:
        raise NotFound("There is no such match")
    return found


def spent_by_quarter(session: Session, award: Award) -> Sequence[Any]:
    """Match spent on an award by quarter, as approved claims say, in pounds."""
    return session.execute(
        select(Claim.quarter, Claim.match_spent)
        .where(Claim.award_id == award.id, Claim.status.in_(COUNTED), Claim.match_spent != ZERO)
        .order_by(Claim.quarter)
    ).all()
