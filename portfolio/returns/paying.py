"""Money in, as it is recorded: what the funder paid of a return, what it took back, and what it will not pay."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.errors import SaidTwice, refuse_any
from portfolio.funding_years.models import Stream
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.returns import dues, money_in
from portfolio.returns.actions import settle, take_up
from portfolio.returns.models import Payment, Return, Withholding
from portfolio.returns.rules import ReturnStatus, next_status


def record_payment(
    session: Session,
    row: Return,
    stream: Stream,
    amount: Decimal,
    received_on: date,
    reference: str | None,
    *,
    by: Person,
    at: datetime,
    because: str | None = None,
) -> Payment:
    """Record grant received against a forwarded return, or (negative, and because of something) recovered.

    A return is paid once nothing more of it is to come.
    """
    take_up(session, row)
    if row.status is not ReturnStatus.PAID:
        next_status(row.status, ReturnStatus.PAID)
    money = money_in.of_return(session, row, day_of(at))
    reference, because = (reference or "").strip() or None, (because or "").strip() or None
    is_recorded = any(
        (one.stream_id, one.amount, one.received_on, one.reference) == (stream.id, amount, received_on, reference)
        for one in money.payments
    )
    refuse_any(
        [
            *dues.bad_payment(
                amount,
                received_on,
                today=day_of(at),
                issued_on=money.issued_on,
                received=money.of(stream).received,
                because=because,
            ),
            SaidTwice("payment", "give it a reference of its own", "reference") if is_recorded else None,
        ]
    )
    payment = Payment(
        paid_for=row,
        stream=stream,
        amount=amount,
        received_on=received_on,
        reference=reference,
        because=because if amount < 0 else None,
        recorded_by=by.mark,
    )
    session.add(payment)
    settle(session, row, at)
    return payment


def withhold(
    session: Session,
    row: Return,
    stream: Stream,
    amount: Decimal,
    told_on: date,
    because: str,
    reference: str | None,
    *,
    by: Person,
    at: datetime,
) -> Withholding:
    """Record what the funder says it will not pay of a return, or (negative) pays after all; raises NotForwarded."""
    take_up(session, row)
    refuse_any([dues.NotForwarded() if row.forwarded_at is None else None])
    money, reference = money_in.of_return(session, row, day_of(at)), (reference or "").strip() or None
    is_recorded = any(
        (one.stream_id, one.amount, one.told_on, one.reference) == (stream.id, amount, told_on, reference)
        for one in money.withholdings
    )
    refuse_any(
        [
            *dues.bad_withholding(
                amount, told_on, because, today=day_of(at), issued_on=money.issued_on, due=money.of(stream)
            ),
            SaidTwice("amount", "give it a reference of its own", "reference") if is_recorded else None,
        ]
    )
    withholding = Withholding(
        withheld_of=row,
        stream=stream,
        amount=amount,
        told_on=told_on,
        because=because.strip(),
        reference=reference,
        recorded_by=by.mark,
        recorded_at=at,
    )
    session.add(withholding)
    settle(session, row, at)
    return withholding


def recover(
    session: Session,
    row: Return,
    stream: Stream,
    amount: Decimal,
    recovered_on: date,
    because: str,
    reference: str | None,
    *,
    is_kept: bool,
    by: Person,
    at: datetime,
) -> Payment:
    """Record money, a positive amount, that the funder took back; what it keeps for good is withheld from then on.

    What had been paid above the claim was never due, so nothing is withheld when that goes back.
    """
    refuse_any([dues.BadPayment("Enter what was taken back, without a minus", "amount") if amount <= 0 else None])
    payment = record_payment(session, row, stream, -amount, recovered_on, reference, by=by, at=at, because=because)
    kept = min(amount, money_in.of_return(session, row, day_of(at)).of(stream).outstanding) if is_kept else ZERO
    if kept > 0:
        withhold(session, row, stream, kept, recovered_on, because, reference, by=by, at=at)
    return payment
