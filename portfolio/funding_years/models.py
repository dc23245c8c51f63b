"""Programmes with their streams and cost categories; police areas and partnerships; what each is given in a year."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Exact, Pence, Year, one_of
from portfolio.funding_years.rules import MatchBase, YearStatus, short_name
from portfolio.quarters import FinancialYear


class Programme(Base):
    """A grant as one body administers it, with the rules that its funder set: each of them is data, none is code."""

    __tablename__ = "programme"
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Text)
    funder: Mapped[str] = mapped_column(Text)
    administering_body: Mapped[str] = mapped_column(Text)
    statutory_power: Mapped[str | None] = mapped_column(Text)
    in_arrears: Mapped[bool]
    carry_over: Mapped[bool]
    match_percent: Mapped[Decimal | None] = mapped_column(Exact)
    match_base: Mapped[MatchBase] = mapped_column(one_of(MatchBase, "match_base"))
    match_in_kind_counts: Mapped[bool]
    variance_percent: Mapped[Decimal] = mapped_column(Exact)
    variance_floor: Mapped[Decimal] = mapped_column(Pence)
    tolerance_percent: Mapped[Decimal] = mapped_column(Exact)
    claim_deadlines: Mapped[str] = mapped_column(String(40))
    retention_years: Mapped[int]
    asset_threshold: Mapped[Decimal | None] = mapped_column(Pence)
    """Assets that cost this much or more, in pounds, are declared to the funder; None: the funder sets no threshold."""
    rounds_to: Mapped[int | None]
    """The pounds that the funder's figures are rounded to, such as 1 or 1000; None: they are exact."""

    streams: Mapped[list["Stream"]] = relationship(back_populates="programme", order_by="Stream.position")
    categories: Mapped[list["CostCategory"]] = relationship(
        back_populates="programme", order_by="CostCategory.position"
    )

    __table_args__ = (
        UniqueConstraint("code", "administering_body"),
        CheckConstraint("rounds_to > 0", name="rounds_to_is_positive"),
        CheckConstraint("asset_threshold >= 0", name="asset_threshold_is_not_negative"),
    )


class Stream(Base):
    """A ring-fence inside a programme, with a ceiling of its own each year; not a cost category."""

    __tablename__ = "stream"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]

    programme: Mapped[Programme] = relationship(back_populates="streams")

    __table_args__ = (UniqueConstraint("programme_id", "name"),)


class CostCategory(Base):
    """A kind of cost that claims are broken down by; one that needs text says what it was for."""

    __tablename__ = "cost_category"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    needs_text: Mapped[bool]

    programme: Mapped[Programme] = relationship(back_populates="categories")

    __table_args__ = (UniqueConstraint("programme_id", "name"),)


class PoliceArea(Base):
    """The area of one police force and its commissioner, by its official code (E23…)."""

    __tablename__ = "police_area"
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Text)

    csps: Mapped[list["CSP"]] = relationship(back_populates="police_area", order_by="CSP.id")

    __table_args__ = (UniqueConstraint("code"),)


class CSP(Base):
    """A community safety partnership, by the short key that its addresses carry."""

    __tablename__ = "csp"
    police_area_id: Mapped[int] = mapped_column(ForeignKey("police_area.id"))
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(Text)
    org_id: Mapped[str | None] = mapped_column(String(60))
    gss: Mapped[str | None] = mapped_column(String(20))

    police_area: Mapped[PoliceArea] = relationship(back_populates="csps")

    __table_args__ = (UniqueConstraint("key"), Index(None, "police_area_id"))

    @property
    def short_name(self) -> str:
        """The name as people say it: Dorset CSP."""
        return short_name(self.name)


class Organisation(Base):
    """A body that leads projects or gives match, with its identifier where it has one."""

    __tablename__ = "organisation"
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(String(60))
    org_id: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (UniqueConstraint("key"),)


class FundingYear(Base):
    """One programme in one police area in one financial year: provisional, then confirmed, then closed."""

    __tablename__ = "funding_year"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    police_area_id: Mapped[int] = mapped_column(ForeignKey("police_area.id"))
    year: Mapped[FinancialYear] = mapped_column(Year)
    status: Mapped[YearStatus] = mapped_column(one_of(YearStatus, "status"))
    confirmed_on: Mapped[date | None]
    confirmed_reference: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)

    programme: Mapped[Programme] = relationship()
    police_area: Mapped[PoliceArea] = relationship()
    allocations: Mapped[list["StreamAllocation"]] = relationship(
        back_populates="funding_year", order_by="StreamAllocation.id"
    )

    __table_args__ = (UniqueConstraint("programme_id", "police_area_id", "year"),)


class StreamAllocation(Base):
    """The ceiling of one stream in one funding year, in pounds."""

    __tablename__ = "stream_allocation"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    funding_year: Mapped[FundingYear] = relationship(back_populates="allocations")
    stream: Mapped[Stream] = relationship()
    shares: Mapped[list["CspAllocation"]] = relationship(
        back_populates="stream_allocation", order_by="CspAllocation.id"
    )

    __table_args__ = (
        UniqueConstraint("funding_year_id", "stream_id"),
        CheckConstraint("amount >= 0", name="is_not_negative"),
    )


class CspAllocation(Base):
    """One partnership's share of a stream, in pounds: its ceiling for awards."""

    __tablename__ = "csp_allocation"
    stream_allocation_id: Mapped[int] = mapped_column(ForeignKey("stream_allocation.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    stream_allocation: Mapped[StreamAllocation] = relationship(back_populates="shares")
    csp: Mapped[CSP] = relationship()

    __table_args__ = (
        UniqueConstraint("stream_allocation_id", "csp_id"),
        CheckConstraint("amount >= 0", name="is_not_negative"),
    )
