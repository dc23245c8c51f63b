"""Interventions that live across years, and the proposal that each year makes for them anew."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, Percent, QuarterOfYear, is_quarter, one_of
from portfolio.funding_years.models import CSP, CostCategory, FundingYear, Organisation, Stream
from portfolio.people.attached import AttachedFile
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus, ToolkitImpact
from portfolio.quarters import Quarter


class Round(Base):
    """One partnership's call for proposals for a funding year: when it is open, and by what proposals are judged.

    A proposal whose weighted score is `recommend_from` per cent or more is one to recommend; below `discuss_from` it is
    one not to recommend; between the two the panel discusses it.
    """

    __tablename__ = "round"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day on which a proposal is in time."""
    guidance: Mapped[str | None] = mapped_column(Text)
    most_points: Mapped[int]
    """The best score of a criterion; the worst is 0."""
    recommend_from: Mapped[Decimal] = mapped_column(Percent)
    discuss_from: Mapped[Decimal] = mapped_column(Percent)

    funding_year: Mapped[FundingYear] = relationship()
    csp: Mapped[CSP] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(back_populates="round", order_by="Criterion.position")
    gates: Mapped[list["Gate"]] = relationship(back_populates="round", order_by="Gate.position")

    __table_args__ = (
        UniqueConstraint("funding_year_id", "csp_id"),
        CheckConstraint("closes_on >= opens_on", name="closes_after_it_opens"),
        CheckConstraint("most_points > 0", name="has_points"),
    )


class Criterion(Base):
    """Something that a round's proposals are scored on; the weights of a round's criteria sum to 100."""

    __tablename__ = "criterion"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(80))
    weight: Mapped[int]
    position: Mapped[int]
    guidance: Mapped[str | None] = mapped_column(Text)

    round: Mapped[Round] = relationship(back_populates="criteria")

    __table_args__ = (UniqueConstraint("round_id", "name"), CheckConstraint("weight > 0", name="weighs_something"))


class Gate(Base):
    """A question that a round's proposals must pass, whatever they score: safeguarding, no double funding."""

    __tablename__ = "gate"
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    guidance: Mapped[str | None] = mapped_column(Text)

    round: Mapped[Round] = relationship(back_populates="gates")

    __table_args__ = (UniqueConstraint("round_id", "name"),)


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
    area: Mapped[str | None] = mapped_column(Text)
    """Where it works, in the partnership's own names: Weymouth, or the whole of Dorset."""
    toolkit_impact: Mapped[ToolkitImpact | None] = mapped_column(one_of(ToolkitImpact, "toolkit_impact"))
    evidence_rating: Mapped[str | None] = mapped_column(Text)
    outcomes_promised: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[ProposalStatus] = mapped_column(one_of(ProposalStatus, "status"))
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    received_on: Mapped[date | None]
    """When it came on paper, where an officer entered it on the applicant's behalf."""
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)

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
        Index(None, "intervention_id"),
        Index(None, "continues_id"),
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
        # With the amount, so that what many proposals ask is summed from the index alone.
        Index(None, "proposal_id", "stream_id", "amount"),
    )


class AskedOf(Base):
    """A partnership that a proposal asks."""

    __tablename__ = "asked_of"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    days_late: Mapped[int | None]
    """How many days after the partnership's round had closed it was handed in; None where it was in time."""

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


class ProposalDocument(AttachedFile, Base):
    """A file that a proposal comes with."""

    __tablename__ = "proposal_document"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))

    proposal: Mapped[Proposal] = relationship()

    __table_args__ = (UniqueConstraint("proposal_id", "sha256"),)
