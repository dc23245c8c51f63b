"""What followed the demonstration's first returns: a question, money, assets, an assurance, open data; all made up."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.funding_years.queries import find_year
from portfolio.open_data.actions import parcel_of, publish, set_publisher
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns.actions import answer_return, forward_return, query_return
from portfolio.returns.models import Return
from portfolio.returns.paying import record_payment, withhold
from portfolio.returns.queries import find_latest
from portfolio.returns.rules import ReturnKind
from portfolio.year_end.actions import Bought, dispose_of, record_asset, record_assurance
from portfolio.year_end.rules import Opinion

LAPTOP = ("Laptop for the school sessions", "LU-0003", Decimal("499.00"), date(2025, 8, 11))
PROJECTOR = ("Projector", "LU-0001", Decimal("198.98"), date(2025, 5, 19))
"""Of what Level-Up spent on equipment: what it is, its number, its cost, and when it was bought."""


def tell_what_followed(session: Session, year: FundingYear, finance: Person, opcc: Person, now: datetime) -> None:
    """Carry the returns of Q1 on, as the commissioner's office and finance would by the autumn."""
    first = year.year.quarters[0]
    _receive_money(session, _issued(session, year, first, ReturnKind.OPCC), finance, opcc, now)
    forward_return(session, _issued(session, year, first, ReturnKind.HOME_OFFICE), by=opcc, at=now)
    _keep_a_register(session, year, finance, now)
    _publish(session, year, finance, now)


def _issued(session: Session, year: FundingYear, quarter: Quarter, kind: ReturnKind) -> Return:
    found = find_latest(session, year, quarter, kind)
    if found is None:
        raise LookupError(f"the story has no {kind} return of {quarter.short}")
    return found


def _receive_money(session: Session, row: Return, finance: Person, opcc: Person, now: datetime) -> None:
    """The combined return is asked about, answered, sent on, and paid but for what is withheld and a rest."""
    query_return(session, row, "Why is Level-Up below its profile?", by=opcc, at=now)
    answer_return(session, row, "Two schools began in May instead of April; they catch up in Q2.", by=finance, at=now)
    forward_return(session, row, by=opcc, at=now)
    labour, non_labour = row.funding_year.programme.streams
    day = day_of(now)
    record_payment(session, row, labour, _claimed(row, labour), day, "BACS 4471", by=opcc, at=now)
    record_payment(session, row, non_labour, Decimal("30000.00"), day, "BACS 4472", by=opcc, at=now)
    because = "The room hire of two schools has no invoice yet"
    withhold(session, row, non_labour, Decimal("415.00"), day, because, "HO/SVD/88", by=opcc, at=now)


def _claimed(row: Return, stream: Stream) -> Decimal:
    return next(one.amount for one in row.amounts if one.stream_id == stream.id)


def _keep_a_register(session: Session, year: FundingYear, finance: Person, now: datetime) -> None:
    """Two things that Level-Up bought, one of which broke; and the assurance of the year before."""
    year.programme.asset_threshold = Decimal("250.00")
    award = session.scalars(
        select(Award).join(Award.proposal).join(Award.csp).where(Proposal.reference == "SVD-25-03", CSP.key == "dorset")
    ).one()
    today, stream = day_of(now), award.lines[0].stream_id
    for description, serial, cost, bought_on in (LAPTOP, PROJECTOR):
        told = Bought(stream, description, serial, "Dorset Council, Dorchester", cost, bought_on)
        asset = record_asset(session, award, told, by_id=finance.id, now=now, today=today)
    dispose_of(
        session,
        asset,
        on=date(2025, 9, 18),
        proceeds=Decimal("20.00"),
        because="Broken; sold for parts",
        by_id=finance.id,
        today=today,
    )
    before = find_year(session, year.programme_id, year.police_area_id, FinancialYear(year.year.start - 1))
    if before is not None:
        record_assurance(
            session,
            before,
            reference="IA/2025/071",
            given_by="Southern Internal Audit Partnership",
            given_on=date(2025, 9, 12),
            opinion=Opinion.UNQUALIFIED,
            note=None,
            by_id=finance.id,
            now=now,
            today=today,
        )


def _publish(session: Session, year: FundingYear, finance: Person, now: datetime) -> None:
    """The grants of Q1 as open data; whoever has no identifier yet is held back."""
    name = "Office of the Police and Crime Commissioner for Dorset"
    set_publisher(session, year.police_area, prefix="360G-dorsetpcc", name=name, org_id=None)
    publish(session, year, by=finance, at=now, seen=parcel_of(session, year).digest)
