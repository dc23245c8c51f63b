"""Finding returns, and the claims that a quarter's returns wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import csps_within, get_year
from portfolio.funding_years.rules import deadline
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.models import Payment, Return
from portfolio.returns.reconciling import same_return
from portfolio.returns.rules import HAVE_LEFT, ReturnKind, overdue, read_slug, slug_of
from portfolio.spend.models import Claim
from portfolio.spend.rules import COUNTED


def find_latest(
    session: Session, year: FundingYear, quarter: Quarter, kind: ReturnKind, csp: CSP | None = None
) -> Return | None:
    """The last version of a return, issued or not; None where none was ever prepared."""
    return session.scalar(
        select(Return)
        .where(same_return(year.id, kind, csp), Return.quarter == quarter)
        .order_by(Return.version.desc())
        .limit(1)
    )


def issued_quarters(session: Session, year: FundingYear, kind: ReturnKind, csp: CSP | None) -> set[Quarter]:
    """The quarters of a year whose return of this kind was issued."""
    return set(
        session.scalars(select(Return.quarter).where(same_return(year.id, kind, csp), Return.status.in_(HAVE_LEFT)))
    )


def find_latest_issued(session: Session, row: Return) -> Return | None:
    """The last version that was issued of the return that a row is a version of."""
    return session.scalar(
        select(Return).where(is_version_of(row), Return.status.in_(HAVE_LEFT)).order_by(Return.version.desc()).limit(1)
    )


def versions_of(session: Session, row: Return) -> Sequence[Return]:
    """Every version of a return, the latest first."""
    return session.scalars(select(Return).where(is_version_of(row)).order_by(Return.version.desc())).all()


def payments_of(session: Session, row: Return) -> Sequence[Payment]:
    """The payments received for a return, whichever of its versions they were recorded against, in order."""
    return session.scalars(
        select(Payment)
        .join(Payment.paid_for)
        .where(is_version_of(row))
        .order_by(Payment.received_on, Payment.id)
        .options(joinedload(Payment.stream))
    ).all()


def is_version_of(row: Return) -> ColumnElement[bool]:
    """The versions of the return that a row is a version of."""
    return and_(same_return(row.funding_year_id, row.kind, row.csp), Return.quarter == row.quarter)


def returns_within(within: Within) -> ColumnElement[bool]:
    """The returns that somebody reaches: a police area's all, a partnership's its own."""
    if within.everything:
        return true()
    of_areas = select(FundingYear.id).where(FundingYear.police_area_id.in_(within.police_areas))
    return or_(Return.funding_year_id.in_(of_areas), Return.csp_id.in_(within.csps))


def get_return(session: Session, number: int, within: Within) -> Return:
    """A return by number, with what its page shows; raises NotFound for one beyond reach."""
    found = session.scalar(
        select(Return)
        .where(Return.id == number, returns_within(within))
        .options(
            joinedload(Return.csp),
            joinedload(Return.funding_year).joinedload(FundingYear.programme),
            joinedload(Return.funding_year).joinedload(FundingYear.police_area),
            selectinload(Return.queries),
        )
    )
    if found is None:
        raise NotFound("There is no such return")
    return found


@dataclass(frozen=True)
class Place:
    """Where a return of a quarter stands or would stand: of which year, of which kind, for which partnership."""

    year: FundingYear
    quarter: Quarter
    kind: ReturnKind
    csp: CSP | None

    @property
    def slug(self) -> str:
        """How its address names it."""
        return slug_of(self.kind, self.csp.key if self.csp else None)

    @property
    def name(self) -> str:
        """What it is called: `OPCC return`, `Dorset Community Safety Partnership`."""
        return self.csp.name if self.csp else f"{self.kind} return"

    def is_reached_by(self, within: Within) -> bool:
        """Whether somebody reaches it: the whole area's returns take the reach of the area."""
        if self.csp is not None:
            return within.holds(self.csp.id, self.year.police_area_id)
        return within.holds_area(self.year.police_area_id)


def place_of(row: Return) -> Place:
    """Where a return stands."""
    return Place(row.funding_year, row.quarter, row.kind, row.csp)


def get_place(session: Session, year_id: int, quarter: Quarter, slug: str, within: Within) -> Place:
    """What an address names; raises NotFound for what is not there or beyond reach."""
    year, read = get_year(session, year_id, within), read_slug(slug)
    if read is None or quarter.year != year.year:
        raise NotFound("There is no such return")
    kind, key = read
    csp = next((csp for csp in year.police_area.csps if csp.key == key), None)
    place = Place(year, quarter, kind, csp)
    if (csp is None) != (key is None) or not place.is_reached_by(within):
        raise NotFound("There is no such return")
    return place


@dataclass(frozen=True)
class Progress:
    """How many awards' claims of a quarter are due, and how many finance has approved."""

    approved: int
    due: int


@dataclass(frozen=True)
class Slot:
    """A line of the list of returns: a place, the last version prepared for it, and how its claims come along."""

    place: Place
    latest: Return | None
    progress: Progress
    due: date
    is_overdue: bool

    @property
    def has_left(self) -> bool:
        """Whether it was issued."""
        return self.latest is not None and self.latest.status.has_left

    @property
    def prepared_on(self) -> date | None:
        """The day on which it was last prepared."""
        return day_of(self.latest.prepared_at) if self.latest else None

    @property
    def checked_on(self) -> date | None:
        """The day on which it was checked."""
        return day_of(self.latest.checked_at) if self.latest and self.latest.checked_at else None

    @property
    def issued_on(self) -> date | None:
        """The day on which it was issued."""
        return day_of(self.latest.issued_at) if self.latest and self.latest.issued_at else None

    @property
    def word(self) -> str:
        """Its state in a word."""
        return "not started" if self.latest is None else self.latest.status.value


def csps_to_show(year: FundingYear, within: Within) -> Select[CSP]:
    """The partnerships of a year's area that somebody reaches, in the order in which they were entered."""
    return select(CSP).where(CSP.police_area_id == year.police_area_id, csps_within(within)).order_by(CSP.id)


def slots(
    session: Session, year: FundingYear, quarter: Quarter, csps: Sequence[CSP], within: Within, today: date
) -> list[Slot]:
    """The returns of a quarter: the area's two for those who reach it, and those of the partnerships given."""
    places = [Place(year, quarter, kind, None) for kind in (ReturnKind.OPCC, ReturnKind.HOME_OFFICE)]
    places = [place for place in places if place.is_reached_by(within)]
    places += [Place(year, quarter, ReturnKind.CSP, csp) for csp in csps]
    rows = session.scalars(
        select(Return)
        .where(Return.funding_year_id == year.id, Return.quarter == quarter, returns_within(within))
        .order_by(Return.version)
    )
    latest = {(row.kind, row.csp_id): row for row in rows}
    by_csp, due = progress(session, year, quarter), deadline(quarter, year.programme.claim_deadlines)
    whole = Progress(sum(one.approved for one in by_csp.values()), sum(one.due for one in by_csp.values()))
    made = []
    for place in places:
        row = latest.get((place.kind, place.csp.id if place.csp else None))
        has_left = row is not None and row.status.has_left
        made.append(
            Slot(
                place,
                row,
                by_csp.get(place.csp.id, Progress(0, 0)) if place.csp else whole,
                due,
                not has_left and overdue("", due, today) is not None,
            )
        )
    return made


def progress(session: Session, year: FundingYear, quarter: Quarter) -> dict[int, Progress]:
    """By partnership: the awards whose dates touch the quarter, and those whose claim of it is approved."""
    approved = select(Claim.id).where(Claim.award_id == Award.id, Claim.quarter == quarter, Claim.status.in_(COUNTED))
    rows = session.execute(
        select(Award.csp_id, func.count(), func.count().filter(approved.exists()))
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == year.id)
        .where(Award.starts_on <= quarter.last_day, Award.ends_on >= quarter.first_day)
        .group_by(Award.csp_id)
    )
    return {csp_id: Progress(done, due) for csp_id, due, done in rows}
