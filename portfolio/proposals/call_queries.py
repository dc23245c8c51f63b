"""Finding calls for proposals: which are heard and open, for which years there may be one, and what one has brought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, selectinload

from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.queries import areas_within, csps_within, years_within
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import MAY, Act, Viewer, Within
from portfolio.proposals.models import AskedOf, Proposal, Round
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear


def csps_calling(viewer: Viewer) -> ColumnElement[bool]:
    """The partnerships whose calls somebody may read, as a condition on `CSP`: those of every area they have a role in.

    A call is meant to be heard. A lead whom no partnership invited, and who reaches nobody, hears them all.
    """
    held = [each for each in viewer.holdings if each.holds_on(viewer.day) and Act.SEE_PROPOSALS in MAY[each.role]]
    if any(each.csp_id is None and each.police_area_id is None for each in held):
        return true()
    of_csps = select(CSP.police_area_id).where(CSP.id.in_([each.csp_id for each in held]))
    return or_(CSP.police_area_id.in_([each.police_area_id for each in held]), CSP.police_area_id.in_(of_csps))


def calls_heard(viewer: Viewer) -> Select[Round]:
    """The calls that somebody may read, the newest year first, ready to be listed."""
    return (
        select(Round)
        .join(Round.csp)
        .join(Round.funding_year)
        .join(FundingYear.programme)
        .where(csps_calling(viewer))
        .order_by(FundingYear.year.desc(), Programme.name, CSP.name, Round.id)
        .options(
            contains_eager(Round.csp),
            contains_eager(Round.funding_year).contains_eager(FundingYear.programme),
        )
    )


def open_calls(session: Session, viewer: Viewer, most: int | None = None) -> Sequence[Round]:
    """The calls that somebody may read and that are open on their day, or the first of them."""
    is_open = Round.opens_on <= viewer.day, Round.closes_on >= viewer.day
    not_closed = FundingYear.status != YearStatus.CLOSED
    return session.scalars(calls_heard(viewer).where(*is_open, not_closed).limit(most)).all()


def years_to_propose_in(session: Session, viewer: Viewer) -> Sequence[FundingYear]:
    """The years for which somebody may enter proposals, newest first.

    Officers enter them for every year of their area that is not closed; leads where a call is open.
    """
    within = viewer.within(Act.PROPOSE)
    called = [call.funding_year_id for call in open_calls(session, viewer)] if within.lead_id is not None else []
    return session.scalars(
        years_within(Within(everything=True)).where(
            or_(areas_within(within), FundingYear.id.in_(called)), FundingYear.status != YearStatus.CLOSED
        )
    ).all()


def years_called_in(session: Session, csp: CSP, year: FinancialYear) -> Sequence[FundingYear]:
    """The funding years of one financial year for which a partnership could call, by programme."""
    return session.scalars(
        years_within(Within(everything=True)).where(
            FundingYear.police_area_id == csp.police_area_id, FundingYear.year == year
        )
    ).all()


def get_csp_calling(session: Session, key: str, viewer: Viewer) -> CSP:
    """A partnership whose calls somebody may read; raises NotFound."""
    found = session.scalar(select(CSP).where(CSP.key == key, csps_calling(viewer)))
    if found is None:
        raise NotFound("There is no such partnership")
    return found


def not_called(session: Session, viewer: Viewer) -> Sequence[tuple[FundingYear, CSP]]:
    """The years that are not closed, with each partnership that somebody runs rounds for and that has none yet."""
    run = viewer.within(Act.RUN_ROUND)
    called = exists().where(Round.funding_year_id == FundingYear.id, Round.csp_id == CSP.id)
    found = session.execute(
        select(FundingYear, CSP)
        .join(CSP, CSP.police_area_id == FundingYear.police_area_id)
        .join(FundingYear.programme)
        .where(csps_within(run), FundingYear.status != YearStatus.CLOSED, ~called)
        .order_by(FundingYear.year.desc(), Programme.name, CSP.name)
        .options(contains_eager(FundingYear.programme))
    )
    return [(row.FundingYear, row.CSP) for row in found]


def call_before(session: Session, funding_year: FundingYear, csp_id: int) -> Round | None:
    """The partnership's latest call of the same programme for an earlier year, or None."""
    return session.scalar(
        select(Round)
        .join(Round.funding_year)
        .where(
            Round.csp_id == csp_id,
            FundingYear.programme_id == funding_year.programme_id,
            FundingYear.year < funding_year.year,
        )
        .order_by(FundingYear.year.desc())
        .limit(1)
        .options(contains_eager(Round.funding_year), selectinload(Round.criteria), selectinload(Round.gates))
    )


@dataclass(frozen=True)
class Received:
    """How many proposals a call has brought so far: handed in, of these late; still drafts; taken back."""

    submitted: int
    late: int
    drafts: int
    withdrawn: int

    @property
    def late_in_words(self) -> str | None:
        """How many came late; None while nothing has come."""
        if not self.submitted:
            return None
        return f"{self.late:,} of them came late" if self.late else "All in time"


def received(session: Session, funding_year_id: int, csp_id: int) -> Received:
    """What a partnership's call has brought so far."""
    rows = session.execute(
        select(Proposal.status, AskedOf.days_late.is_not(None), func.count())
        .join(AskedOf, AskedOf.proposal_id == Proposal.id)
        .where(Proposal.funding_year_id == funding_year_id, AskedOf.csp_id == csp_id)
        .group_by(Proposal.status, AskedOf.days_late.is_not(None))
    ).all()
    by_status = {wanted: sum(number for status, _, number in rows if status is wanted) for wanted in ProposalStatus}
    late = sum(number for status, is_late, number in rows if is_late and status is ProposalStatus.SUBMITTED)
    return Received(
        by_status[ProposalStatus.SUBMITTED],
        late,
        by_status[ProposalStatus.DRAFT],
        by_status[ProposalStatus.WITHDRAWN],
    )


def calls_of(session: Session, proposal: Proposal) -> Sequence[Round]:
    """The calls that a proposal answers: those of the partnerships that it asks, by name."""
    asked = [each.csp_id for each in proposal.asked_of]
    return session.scalars(
        select(Round)
        .join(Round.csp)
        .where(Round.funding_year_id == proposal.funding_year_id, Round.csp_id.in_(asked))
        .order_by(CSP.name)
        .options(contains_eager(Round.csp))
    ).all()


def closing_days(session: Session, funding_year_id: int) -> dict[int, date]:
    """The last days of a funding year's calls, by partnership, held until the end of the transaction."""
    calls = select(Round.csp_id, Round.closes_on).where(Round.funding_year_id == funding_year_id)
    found = session.execute(calls.with_for_update(read=True))
    return {row.csp_id: row.closes_on for row in found}
