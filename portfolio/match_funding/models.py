"""Match: who gives what beside the grant to an award, and what has come."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Pence, QuarterOfYear, is_quarter, one_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import Organisation
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter


class Match(Base):
    """One funder's match for one award, in pounds; in kind is valued on a stated basis and never claimed."""

    __tablename__ = "match"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    funder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind, "kind"))
    pledged: Mapped[Decimal] = mapped_column(Pence)
    secured: Mapped[Decimal] = mapped_column(Pence)
    secured_on: Mapped[date | None]
    basis: Mapped[str | None] = mapped_column(Text)

    award: Mapped[Award] = relationship()
    funder: Mapped[Organisation] = relationship()
    receipts: Mapped[list["MatchReceipt"]] = relationship(back_populates="match", order_by="MatchReceipt.quarter")

    __table_args__ = (
        CheckConstraint("pledged >= 0", name="pledged_is_not_negative"),
        CheckConstraint("secured >= 0", name="secured_is_not_negative"),
        Index(None, "award_id"),
    )


class MatchReceipt(Base):
    """What came of a match in a quarter, in pounds."""

    __tablename__ = "match_receipt"
    match_id: Mapped[int] = mapped_column(ForeignKey("match.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)

    match: Mapped[Match] = relationship(back_populates="receipts")

    __table_args__ = (UniqueConstraint("match_id", "quarter"), is_quarter())
