"""The register of assets that were bought with the grant, and the independent assurance of a year's statement."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, one_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear, Stream
from portfolio.people.models import Person
from portfolio.year_end.rules import Opinion


class Asset(Base):
    """Something bought with the grant that outlives the project: what it cost, in pounds, and what became of it."""

    __tablename__ = "asset"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    description: Mapped[str] = mapped_column(Text)
    serial: Mapped[str | None] = mapped_column(Text)
    """Serial or inventory number."""
    kept_at: Mapped[str | None] = mapped_column(Text)
    cost: Mapped[Decimal] = mapped_column(Pence)
    bought_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    disposed_on: Mapped[date | None]
    proceeds: Mapped[Decimal | None] = mapped_column(Pence)
    """What came of its disposal, in pounds; nought where nothing did."""
    disposed_because: Mapped[str | None] = mapped_column(Text)
    disposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    award: Mapped[Award] = relationship()
    stream: Mapped[Stream] = relationship()
    recorded_by: Mapped[Person] = relationship(foreign_keys=recorded_by_id)
    disposed_by: Mapped[Person | None] = relationship(foreign_keys=disposed_by_id)

    __table_args__ = (
        CheckConstraint("cost > 0", name="cost_is_positive"),
        CheckConstraint("disposed_on >= bought_on", name="is_disposed_after_it_is_bought"),
        CheckConstraint(
            "(disposed_on IS NULL) = (proceeds IS NULL) AND (disposed_on IS NULL) = (disposed_because IS NULL) "
            "AND (disposed_on IS NULL) = (disposed_by_id IS NULL)",
            name="says_what_became_of_it",
        ),
        CheckConstraint("proceeds >= 0", name="proceeds_are_not_negative"),
        Index(None, "award_id"),
    )


class Assurance(Base):
    """The independent assurance of a year's Statement of Grant Expenditure; the latest counts."""

    __tablename__ = "assurance"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    reference: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(Text)
    """The auditor or the body that gave it."""
    given_on: Mapped[date]
    opinion: Mapped[Opinion] = mapped_column(one_of(Opinion, "opinion"))
    note: Mapped[str | None] = mapped_column(Text)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)

    funding_year: Mapped[FundingYear] = relationship()
    recorded_by: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "funding_year_id"),)
