"""Reading claims for pages: where each award's quarter stands, and what happened to one award's money.

No page takes more statements for more rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Bundle, Session, contains_eager, joinedload, selectinload

from portfolio.db import QuarterOfYear, total
from portfolio.decisions.amounts import planned
from portfolio.decisions.models import Award, AwardLine
from portfolio.decisions.queries import awards_within
from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CSP, FundingYear, Organisation, Programme
from portfolio.funding_years.rules import deadline
from portfolio.money import ZERO
from portfolio.people.rules import Within
from portfolio.proposals.models import MatchOffer, Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import figures
from portfolio.spend.checks import Contents, Ground, not_open
from portfolio.spend.claiming import contents_of, with_rows
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim, ClaimLine, ClaimQuery, LockedQuarter
from portfolio.spend.rules import COUNTED, ClaimStatus, Stage, bad_quarter
from portfolio.spend.standing import ground_of, locks

Entry = Any
"""A row of `entries`: one award's quarter, with the names it is shown by, its amounts and its stage."""


def years_of(session: Session, within: Within) -> list[FinancialYear]:
    """The financial years that the awards within reach were made for, newest first."""
    years = (
        select(FundingYear.year)
        .join(Proposal, Proposal.funding_year_id == FundingYear.id)
        .join(Award, Award.proposal_id == Proposal.id)
        .where(awards_within(within))
        .distinct()
        .order_by(FundingYear.year.desc())
    )
    return list(session.scalars(years))


def entries(
    session: Session,
    quarters: Collection[Quarter],
    today: date,
    *only: ColumnElement[bool],
    stages: Collection[Stage] = (),
) -> Select[Entry]:
    """A row for each award and each quarter that its dates touch, by reference, with or without a claim.

    `only` are conditions on the awards; with `stages`, the other stages are left out.

    `.stage` is a Stage, `.profile` and `.claimed` are pounds of all streams together; `.due` is the last day for its
    claim; `.because` says why the quarter is locked.
    """
    of = _calendar(session.scalars(select(Programme)), quarters).c
    plans, claims = _plans(quarters), _claims(quarters)
    profile, claimed = func.coalesce(plans.c.amount, ZERO), claims.c.amount
    stage = _stage(of, profile, today)
    return (
        select(
            Bundle(
                "entry",
                Award.id.label("award_id"),
                Award.csp_id.label("csp_id"),
                Proposal.reference.label("reference"),
                Proposal.title.label("title"),
                CSP.key.label("csp_key"),
                CSP.name.label("csp_name"),
                Organisation.name.label("organisation"),
                of.quarter.label("quarter"),
                of.due.label("due"),
                Claim.id.label("claim_id"),
                Claim.edition.label("edition"),
                Claim.submitted_at.label("submitted_at"),
                Claim.submitted_by_id.label("submitted_by_id"),
                LockedQuarter.because.label("because"),
                profile.label("profile"),
                claimed.label("claimed"),
                stage.label("stage"),
            )
        )
        .select_from(Award)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .join(Organisation, Organisation.id == Proposal.lead_organisation_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(
            of.quarter.table,
            and_(
                of.programme_id == FundingYear.programme_id,
                of.last_day >= Award.starts_on,
                of.first_day <= Award.ends_on,
            ),
        )
        .outerjoin(Claim, and_(Claim.award_id == Award.id, Claim.quarter == of.quarter))
        .outerjoin(claims, claims.c.claim_id == Claim.id)
        .outerjoin(plans, and_(plans.c.award_id == Award.id, plans.c.quarter == of.quarter))
        .outerjoin(LockedQuarter, locks(of.quarter))
        .where(*only, *([stage.in_([wanted.value for wanted in stages])] if stages else []))
        .order_by(Proposal.reference, CSP.name, Award.id, of.quarter)
    )


def _plans(quarters: Collection[Quarter]) -> Subquery:
    """What awards plan to spend in each of some quarters, all streams together."""
    plan = planned().subquery("plan")
    return (
        select(AwardLine.award_id, plan.c.quarter, total(plan.c.amount).label("amount"))
        .join(plan, plan.c.award_line_id == AwardLine.id)
        .where(plan.c.quarter.in_(quarters))
        .group_by(AwardLine.award_id, plan.c.quarter)
        .subquery("plans")
    )


def _claims(quarters: Collection[Quarter]) -> Subquery:
    """What the claims of some quarters come to, whatever their state."""
    return (
        select(ClaimLine.claim_id, total(ClaimLine.amount).label("amount"))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(Claim.quarter.in_(quarters))
        .group_by(ClaimLine.claim_id)
        .subquery("claims")
    )


def _calendar(programmes: Iterable[Programme], quarters: Collection[Quarter]) -> Any:
    """Each programme's quarters with their first and last day and the day their claims are due, as rows."""
    return union_all(
        *(
            select(
                literal(programme.id).label("programme_id"),
                literal(quarter, QuarterOfYear).label("quarter"),
                literal(quarter.first_day, Date).label("first_day"),
                literal(quarter.last_day, Date).label("last_day"),
                literal(deadline(quarter, programme.claim_deadlines), Date).label("due"),
            )
            for programme in programmes
            for quarter in quarters
        )
    ).subquery("calendar")


def _stage(of: Any, profile: ColumnElement[Any], today: date) -> ColumnElement[str]:
    """A claim's status; or, without one that was sent, what that means on a day."""
    sent = Claim.status.not_in([ClaimStatus.DRAFT])
    missing = or_(and_(Claim.id.is_(None), profile != ZERO), Claim.status.not_in(COUNTED))
    left_out = and_(LockedQuarter.id.is_not(None), missing)
    return case(
        (left_out, Stage.LEFT_OUT.value),
        (sent, Claim.status),
        (of.first_day > today, Stage.NOT_YET_DUE.value),
        (and_(Claim.id.is_(None), profile == ZERO), Stage.NOTHING_PLANNED.value),
        (of.due < today, Stage.LATE.value),
        (Claim.id.is_not(None), Stage.DRAFT.value),
        else_=Stage.NOT_STARTED.value,
    )


@dataclass(frozen=True)
class Count:
    """How many quarters are at a stage, and the pounds their claims come to."""

    stage: Stage
    number: int
    claimed: Decimal


def counts(session: Session, found: Select[Entry]) -> list[Count]:
    """What entries are made of by stage, in the order of a claim's life."""
    row = found.order_by(None).subquery("row").c
    rows = session.execute(select(row.stage, func.count(row.award_id), total(row.claimed)).group_by(row.stage))
    by_stage = {Stage(stage): Count(Stage(stage), number, claimed or ZERO) for stage, number, claimed in rows}
    return [by_stage[stage] for stage in Stage if stage in by_stage]


@dataclass(frozen=True)
class Sheet:
    """Everything about an award's quarter: its claim, what it is held against, and the quarter before."""

    award: Award
    quarter: Quarter
    claim: Claim | None
    ground: Ground
    claims: Mapping[Quarter, Claim]
    """The award's claims of the year, by quarter."""
    match_offers: Sequence[MatchOffer]
    positions: Mapping[str, Position]
    """Where the money stands by stream, as approved."""

    @property
    def contents(self) -> Contents:
        """What its claim holds as it is saved; blanks where nobody has saved one."""
        return Contents() if self.claim is None else contents_of(self.claim)

    def closed(self, today: date) -> list[PortfolioError]:
        """Why its claim cannot be written on a day, even by its lead; nothing where it can."""
        reasons = not_open(self.claim.status if self.claim else None, self.ground)
        return reasons + bad_quarter(self.quarter, self.ground.starts_on, self.ground.ends_on, today)

    @property
    def is_first(self) -> bool:
        """Whether no quarter of the year comes before it."""
        return self.quarter.number == 1

    @property
    def last(self) -> Claim | None:
        """The claim of the quarter before, of the same year."""
        return self.claims.get(self.quarter.previous)

    def question(self, number: str) -> ClaimQuery | None:
        """The claim's question of a number, as a form carries it."""
        questions = self.claim.queries if self.claim else ()
        return next((asked for asked in questions if str(asked.id) == number), None)

    def spent_before(self) -> dict[tuple[str, str], Decimal]:
        """The quarter before by stream and category, whether approved or not yet."""
        amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in self.last.lines if self.last else ():
            amounts[line.stream.name, line.category.name] += line.amount
        return amounts

    def forecasts_before(self) -> dict[tuple[str, Quarter], Decimal]:
        """What the quarter before forecast for each quarter after it, by stream."""
        forecasts = self.last.forecasts if self.last else ()
        return {(row.stream.name, row.quarter): row.amount for row in forecasts}

    def earlier(self) -> dict[str, list[Decimal]]:
        """The actual of the year's earlier quarters, by stream."""
        return {name: list(position.actual[: self.quarter.number - 1]) for name, position in self.positions.items()}


def sheet_of(session: Session, award: Award, quarter: Quarter) -> Sheet:
    """Everything about an award's quarter."""
    claims = {claim.quarter: claim for claim in claims_of(session, award, quarter.year)}
    claim = claims.get(quarter)
    streams = {stream.id: stream.name for stream in award.proposal.funding_year.programme.streams}
    positions = figures.of_award(session, award, quarter)
    return Sheet(
        award=award,
        quarter=quarter,
        claim=claim,
        ground=ground_of(session, award, quarter, contents_of(claim).lines if claim else ()),
        claims=claims,
        match_offers=match_offers_of(session, award),
        positions={name: positions[number] for number, name in streams.items() if number in positions},
    )


def claims_of(session: Session, award: Award, year: FinancialYear) -> Sequence[Claim]:
    """An award's claims of a year, in the order of quarters."""
    claims = with_rows(Claim.award_id == award.id, Claim.quarter.in_(year.quarters)).order_by(Claim.quarter)
    return session.scalars(claims).all()


def match_offers_of(session: Session, award: Award) -> Sequence[MatchOffer]:
    """The match that an award's proposal offered."""
    return session.scalars(
        select(MatchOffer)
        .where(MatchOffer.proposal_id == award.proposal_id)
        .order_by(MatchOffer.id)
        .options(joinedload(MatchOffer.funder))
    ).all()


def claims_by_id(session: Session, numbers: Collection[int], within: Within) -> Sequence[Claim]:
    """Some claims within reach, with their rows and awards, in the order of references; others are left out."""
    return session.scalars(
        with_rows(Claim.id.in_(numbers), awards_within(within))
        .join(Claim.award)
        .join(Award.proposal)
        .order_by(Proposal.reference, Award.csp_id, Claim.quarter)
        .options(
            contains_eager(Claim.award).options(
                contains_eager(Award.proposal).joinedload(Proposal.funding_year).joinedload(FundingYear.programme),
                joinedload(Award.csp),
                joinedload(Award.lead_person),
                selectinload(Award.lines).joinedload(AwardLine.stream),
            )
        )
    ).all()


def open_questions_of(session: Session, claim_ids: Collection[int]) -> dict[int, list[ClaimQuery]]:
    """The questions of some claims that have no answer yet, by claim, in the order they were asked in."""
    asked = select(ClaimQuery).where(ClaimQuery.claim_id.in_(claim_ids), ClaimQuery.answered_at.is_(None))
    found: dict[int, list[ClaimQuery]] = defaultdict(list)
    for row in session.scalars(asked.order_by(ClaimQuery.id)):
        found[row.claim_id].append(row)
    return found


def csps_awarding(session: Session, within: Within) -> list[CSP]:
    """The partnerships that made the awards within reach, by name."""
    awarded = select(Award.csp_id).where(awards_within(within))
    return list(session.scalars(select(CSP).where(CSP.id.in_(awarded)).order_by(CSP.name, CSP.id)))
