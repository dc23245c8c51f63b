"""Interventions that live across years, and the proposal that each year makes for them anew."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, QuarterOfYear, is_quarter, one_of
from portfolio.funding_years.models import CSP, CostCategory, FundingYear, Organisation, Stream
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus
from portfolio.quarters import Quarter


class Intervention(Base):
    """What is done, whatever year it is done in."""

    __tablename__ = "intervention"
    title: Mapped[str] = mapped_column(Text)


class Proposal(Base):
    """What one organisation asks of one or more partnerships for one year, by reference (SVD-25-01)."""

    __tablename__ = "proposal"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    intervention_id: Mapped[int] = mapped_column(ForeignKey("intervention.id"))
    reference: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(Text)
    lead_organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    lead_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ProposalKind] = mapped_column(one_of(ProposalKind, "kind"))
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    summary: Mapped[str] = mapped_column(Text)
    need: Mapped[str | None] = mapped_column(Text)
    activity_type: Mapped[str | None] = mapped_column(Text)
    evidence_rating: Mapped[str | None] = mapped_column(Text)
    outcomes_promised: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[ProposalStatus] = mapped_column(one_of(ProposalStatus, "status"))
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)

    funding_year: Mapped[FundingYear] = relationship()
    intervention: Mapped[Intervention] = relationship()
    lead_organisation: Mapped[Organisation] = relationship()
    continues: Mapped["Proposal | None"] = relationship(remote_side="Proposal.id")
    levels: Mapped[list["ProposalLevel"]] = relationship(back_populates="proposal", order_by="ProposalLevel.id")
    asks: Mapped[list["Ask"]] = relationship(back_populates="proposal", order_by="Ask.id")
    asked_of: Mapped[list["AskedOf"]] = relationship(back_populates="proposal", order_by="AskedOf.id")
    match_offers: Mapped[list["MatchOffer"]] = relationship(back_populates="proposal", order_by="MatchOffer.id")

    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index(None, "funding_year_id"),
    )


class ProposalLevel(Base):
    """One prevention level of a proposal; a proposal may have several, or none."""

    __tablename__ = "proposal_level"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    level: Mapped[Level] = mapped_column(one_of(Level, "level"))

    proposal: Mapped[Proposal] = relationship(back_populates="levels")

    __table_args__ = (UniqueConstraint("proposal_id", "level"),)


class Ask(Base):
    """Part of what a proposal asks for, in pounds: a stream's, broken down by category and quarter where it says."""

    __tablename__ = "ask"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("cost_category.id"))
    quarter: Mapped[Quarter | None] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)

    proposal: Mapped[Proposal] = relationship(back_populates="asks")
    stream: Mapped[Stream] = relationship()
    category: Mapped[CostCategory | None] = relationship()

    __table_args__ = (
        CheckConstraint("amount >= 0", name="is_not_negative"),
        is_quarter(),
        Index(None, "proposal_id"),
    )


class AskedOf(Base):
    """A partnership that a proposal asks."""

    __tablename__ = "asked_of"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))

    proposal: Mapped[Proposal] = relationship(back_populates="asked_of")
    csp: Mapped[CSP] = relationship()

    __table_args__ = (UniqueConstraint("proposal_id", "csp_id"), Index(None, "csp_id"))


class MatchOffer(Base):
    """Match that a proposal offers, in pounds: who would give it, and whether in cash or in kind."""

    __tablename__ = "match_offer"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    funder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[MatchKind] = mapped_column(one_of(MatchKind, "kind"))
    pledged: Mapped[Decimal] = mapped_column(Pence)

    proposal: Mapped[Proposal] = relationship(back_populates="match_offers")
    funder: Mapped[Organisation] = relationship()

    __table_args__ = (CheckConstraint("pledged >= 0", name="is_not_negative"), Index(None, "proposal_id"))
