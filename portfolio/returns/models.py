"""Returns with their versions, frozen snapshots and files; and the payments that follow them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, QuarterOfYear, is_quarter, one_of, unique_where
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.quarters import Quarter
from portfolio.returns.rules import ReturnKind, ReturnStatus


class Return(Base):
    """One version of one return; once issued, its snapshot and its file stand byte for byte, for ever."""

    __tablename__ = "return"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    kind: Mapped[ReturnKind] = mapped_column(one_of(ReturnKind, "kind"))
    csp_id: Mapped[int | None] = mapped_column(ForeignKey("csp.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    version: Mapped[int]
    status: Mapped[ReturnStatus] = mapped_column(one_of(ReturnStatus, "status"))
    reason: Mapped[str | None] = mapped_column(Text)
    prepared_by: Mapped[str] = mapped_column(Text)
    prepared_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime] = mapped_column(Moment)
    figures: Mapped[str] = mapped_column(String(71))
    """The digest of the figures as prepared: what is certified and issued must be those."""
    checked_by: Mapped[str | None] = mapped_column(Text)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    certified_by: Mapped[str | None] = mapped_column(Text)
    certified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    certified_role: Mapped[str | None] = mapped_column(Text)
    certified_on: Mapped[date | None]
    certificate: Mapped[str | None] = mapped_column(Text)
    issued_by: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime | None] = mapped_column(Moment)
    forwarded_by: Mapped[str | None] = mapped_column(Text)
    forwarded_at: Mapped[datetime | None] = mapped_column(Moment)
    forwarded_to: Mapped[str | None] = mapped_column(Text)
    forwarded_on: Mapped[date | None]
    file_name: Mapped[str | None] = mapped_column(Text)
    snapshot: Mapped[str | None] = deferred(mapped_column(Text, info={"secret": True}))
    snapshot_sha256: Mapped[str | None] = mapped_column(String(64))
    file: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    file_sha256: Mapped[str | None] = mapped_column(String(64))

    funding_year: Mapped[FundingYear] = relationship()
    csp: Mapped[CSP | None] = relationship()
    points: Mapped[list["ReturnPoint"]] = relationship(
        back_populates="of", order_by="ReturnPoint.position", cascade="all, delete-orphan"
    )
    amounts: Mapped[list["ReturnAmount"]] = relationship(back_populates="of", order_by="ReturnAmount.id")
    queries: Mapped[list["ReturnQuery"]] = relationship(back_populates="about", order_by="ReturnQuery.id")
    payments: Mapped[list["Payment"]] = relationship(back_populates="paid_for", order_by="Payment.id")

    __table_args__ = (
        UniqueConstraint("funding_year_id", "kind", "csp_id", "quarter", "version"),
        CheckConstraint("(kind = 'CSP') = (csp_id IS NOT NULL)", name="csp_goes_with_a_csp_return"),
        is_quarter(),
        # NULLs are distinct in a unique constraint, so the whole area's returns need one of their own.
        unique_where("uq_return_whole_area", "funding_year_id", "kind", "quarter", "version", where="csp_id IS NULL"),
    )

    @property
    def edition(self) -> str:
        """Tells apart what somebody looked at from what was prepared, checked or asked since."""
        checked = self.checked_at.isoformat() if self.checked_at else ""
        return f"{self.figures} {self.prepared_at.isoformat()} {checked} {len(self.queries)}"


class ReturnPoint(Base):
    """Something open that whoever checked a return found in it, and why it may leave all the same."""

    __tablename__ = "return_point"
    return_id: Mapped[int] = mapped_column(ForeignKey("return.id"))
    position: Mapped[int]
    about: Mapped[str] = mapped_column(Text)
    found: Mapped[str] = mapped_column(Text)
    accepted_because: Mapped[str] = mapped_column(Text)

    of: Mapped[Return] = relationship(back_populates="points")

    __table_args__ = (UniqueConstraint("return_id", "position"),)


class ReturnAmount(Base):
    """What an issued return claims of one stream for its quarter, in pounds: what payments are held against."""

    __tablename__ = "return_amount"
    return_id: Mapped[int] = mapped_column(ForeignKey("return.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    of: Mapped[Return] = relationship(back_populates="amounts")
    stream: Mapped[Stream] = relationship()

    __table_args__ = (UniqueConstraint("return_id", "stream_id"),)


class ReturnQuery(Base):
    """A question that who received a return put to it, and the answer."""

    __tablename__ = "return_query"
    return_id: Mapped[int] = mapped_column(ForeignKey("return.id"))
    question: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    about: Mapped[Return] = relationship(back_populates="queries")

    __table_args__ = (Index(None, "return_id"),)


class Payment(Base):
    """Grant received against an issued return, in pounds; negative is money recovered by the funder."""

    __tablename__ = "payment"
    return_id: Mapped[int] = mapped_column(ForeignKey("return.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)
    received_on: Mapped[date]
    reference: Mapped[str | None] = mapped_column(Text)
    because: Mapped[str | None] = mapped_column(Text)
    """Why money was recovered."""
    recorded_by: Mapped[str] = mapped_column(Text)

    paid_for: Mapped[Return] = relationship(back_populates="payments")
    stream: Mapped[Stream] = relationship()

    __table_args__ = (CheckConstraint("amount <> 0", name="is_not_zero"), Index(None, "return_id"))


class Withholding(Base):
    """What the funder said it will not pay of an issued return, in pounds; negative is what it let go of again."""

    __tablename__ = "withholding"
    return_id: Mapped[int] = mapped_column(ForeignKey("return.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)
    told_on: Mapped[date]
    because: Mapped[str] = mapped_column(Text)
    reference: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)

    withheld_of: Mapped[Return] = relationship()
    stream: Mapped[Stream] = relationship()

    __table_args__ = (CheckConstraint("amount <> 0", name="is_not_zero"), Index(None, "return_id"))
