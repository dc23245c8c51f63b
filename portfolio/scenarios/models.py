"""Scenarios: what a panel tried, by name, with its ceilings and what each proposal would get."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, Percent
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal


class Scenario(Base):
    """One portfolio of awards of one partnership's year, tried and named; it decides nothing until it is turned into
    decisions, once.
    """

    __tablename__ = "scenario"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    name: Mapped[str] = mapped_column(String(80))
    note: Mapped[str | None] = mapped_column(Text)
    over_percent: Mapped[Decimal] = mapped_column(Percent)
    """By how much it plans above its ceilings, in per cent, because past years were underspent."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    edition: Mapped[int]
    """How often it was saved: whoever saves looks at the last one first."""
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    funding_year: Mapped[FundingYear] = relationship()
    csp: Mapped[CSP] = relationship()
    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    ceilings: Mapped[list["ScenarioCeiling"]] = relationship(
        back_populates="scenario", order_by="ScenarioCeiling.stream_id", cascade="all, delete-orphan"
    )
    choices: Mapped[list["ScenarioChoice"]] = relationship(
        back_populates="scenario", order_by="ScenarioChoice.id", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("funding_year_id", "csp_id", "name"),
        CheckConstraint("over_percent >= 0", name="plans_no_less"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="is_decided_by_somebody"),
    )


class ScenarioCeiling(Base):
    """What a scenario takes a stream to give, in pounds, where that is not the partnership's allocation."""

    __tablename__ = "scenario_ceiling"
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    scenario: Mapped[Scenario] = relationship(back_populates="ceilings")
    stream: Mapped[Stream] = relationship()

    __table_args__ = (
        UniqueConstraint("scenario_id", "stream_id"),
        CheckConstraint("amount >= 0", name="is_not_negative"),
    )


class ScenarioChoice(Base):
    """What a scenario would award a proposal of a stream, in pounds; a proposal without any is left out."""

    __tablename__ = "scenario_choice"
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    scenario: Mapped[Scenario] = relationship(back_populates="choices")
    proposal: Mapped[Proposal] = relationship()
    stream: Mapped[Stream] = relationship()

    __table_args__ = (
        UniqueConstraint("scenario_id", "proposal_id", "stream_id"),
        CheckConstraint("amount > 0", name="is_positive"),
        Index(None, "proposal_id"),
    )
