"""Decisions by partnership, the awards that a yes creates, and the variations of those, asked for and approved."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, QuarterOfYear, is_quarter, one_of, unique_where
from portfolio.decisions.asked import AskedState, asked_state
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, CostCategory, Stream
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter


class Decision(Base):
    """What one partnership decided on one proposal; never changed, only superseded by a later decision."""

    __tablename__ = "decision"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    outcome: Mapped[Outcome] = mapped_column(one_of(Outcome, "outcome"))
    reason: Mapped[str | None] = mapped_column(Text)
    conditions: Mapped[str | None] = mapped_column(Text)
    above_because: Mapped[str | None] = mapped_column(Text)
    """Why the partnership awards more than its allocation, within its tolerance."""
    body: Mapped[str] = mapped_column(Text)
    met_on: Mapped[date | None]
    minute: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))

    proposal: Mapped[Proposal] = relationship()
    csp: Mapped[CSP] = relationship()
    amounts: Mapped[list["DecisionAmount"]] = relationship(back_populates="decision", order_by="DecisionAmount.id")
    deciders: Mapped[list["Decider"]] = relationship(back_populates="decision", order_by="Decider.id")
    supersedes: Mapped["Decision | None"] = relationship(remote_side="Decision.id")

    __table_args__ = (
        UniqueConstraint("supersedes_id"),
        # One first decision, each superseded at most once: the history of a proposal at a partnership is one line.
        unique_where("uq_decision_first", "proposal_id", "csp_id", where="supersedes_id IS NULL"),
        Index(None, "proposal_id"),
        Index(None, "csp_id"),
    )


class DecisionAmount(Base):
    """What a decision awards of one stream, in pounds."""

    __tablename__ = "decision_amount"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    decision: Mapped[Decision] = relationship(back_populates="amounts")
    stream: Mapped[Stream] = relationship()

    __table_args__ = (
        UniqueConstraint("decision_id", "stream_id"),
        CheckConstraint("amount >= 0", name="is_not_negative"),
    )


class Decider(Base):
    """Somebody who took part in a decision."""

    __tablename__ = "decider"
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    decision: Mapped[Decision] = relationship(back_populates="deciders")
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("decision_id", "person_id"),)


class Award(Base):
    """The project that a funded decision creates: one for each proposal and deciding partnership."""

    __tablename__ = "award"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    lead_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreement_signed_on: Mapped[date | None]
    cost_centre: Mapped[str | None] = mapped_column(Text)
    provisional: Mapped[bool]
    regrants_to: Mapped[str | None] = mapped_column(Text)
    """To whom its recipient gives it on as grants; None where it pays for the recipient's own project."""

    proposal: Mapped[Proposal] = relationship()
    csp: Mapped[CSP] = relationship()
    lead_person: Mapped[Person | None] = relationship()
    lines: Mapped[list["AwardLine"]] = relationship(back_populates="award", order_by="AwardLine.id")

    __table_args__ = (
        UniqueConstraint("proposal_id", "csp_id"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_it_starts"),
        Index(None, "csp_id"),
        Index(None, "lead_person_id"),
    )


class AwardLine(Base):
    """One stream of an award: the pounds decided. What variations moved since stands in their own rows."""

    __tablename__ = "award_line"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)

    award: Mapped[Award] = relationship(back_populates="lines")
    stream: Mapped[Stream] = relationship()
    profile: Mapped[list["ProfileShare"]] = relationship(
        back_populates="award_line", order_by="ProfileShare.quarter", cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("award_id", "stream_id"),
        CheckConstraint("amount >= 0", name="is_not_negative"),
    )


class ProfileShare(Base):
    """What an award plans to spend of a stream in a quarter, in pounds; the shares sum to the award's line."""

    __tablename__ = "profile_share"
    award_line_id: Mapped[int] = mapped_column(ForeignKey("award_line.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("cost_category.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)

    award_line: Mapped[AwardLine] = relationship(back_populates="profile")
    category: Mapped[CostCategory | None] = relationship()

    __table_args__ = (
        UniqueConstraint("award_line_id", "quarter", "category_id"),
        unique_where("uq_profile_share_whole_quarter", "award_line_id", "quarter", where="category_id IS NULL"),
        is_quarter(),
    )


class Variation(Base):
    """An approved move of pounds between award lines, or from one back to unallocated, or from there to one."""

    __tablename__ = "variation"
    reference: Mapped[str] = mapped_column(Text)
    from_line_id: Mapped[int | None] = mapped_column(ForeignKey("award_line.id"))
    to_line_id: Mapped[int | None] = mapped_column(ForeignKey("award_line.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)
    approved_on: Mapped[date]
    approved_by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)

    from_line: Mapped[AwardLine | None] = relationship(foreign_keys=from_line_id)
    to_line: Mapped[AwardLine | None] = relationship(foreign_keys=to_line_id)
    shares: Mapped[list["VariationShare"]] = relationship(back_populates="variation", order_by="VariationShare.id")

    __table_args__ = (
        CheckConstraint("amount > 0", name="is_positive"),
        CheckConstraint("from_line_id IS NOT NULL OR to_line_id IS NOT NULL", name="has_a_side"),
        Index(None, "from_line_id"),
        Index(None, "to_line_id"),
    )


class VariationRequest(Base):
    """A variation that somebody asks for; somebody else approves it, which makes the variation, or refuses it.

    A side without an award is what is unallocated.
    """

    __tablename__ = "variation_request"
    from_award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    from_stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    to_award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    to_stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    refused_because: Mapped[str | None] = mapped_column(Text)
    variation_id: Mapped[int | None] = mapped_column(ForeignKey("variation.id"))
    """The variation that it became when it was approved."""
    given_before: Mapped[Decimal | None] = mapped_column(Pence)
    """What the side that gives had when it was approved: carried by the award's stream, or left unallocated."""
    received_before: Mapped[Decimal | None] = mapped_column(Pence)
    """The same of the side that receives."""

    from_award: Mapped[Award | None] = relationship(foreign_keys=from_award_id)
    from_stream: Mapped[Stream | None] = relationship(foreign_keys=from_stream_id)
    to_award: Mapped[Award | None] = relationship(foreign_keys=to_award_id)
    to_stream: Mapped[Stream | None] = relationship(foreign_keys=to_stream_id)
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    variation: Mapped[Variation | None] = relationship()

    __table_args__ = (
        CheckConstraint("amount > 0", name="is_positive"),
        CheckConstraint("from_award_id IS NOT NULL OR to_award_id IS NOT NULL", name="has_a_side"),
        CheckConstraint(
            "(from_award_id IS NULL) = (from_stream_id IS NULL) AND (to_award_id IS NULL) = (to_stream_id IS NULL)",
            name="names_streams",
        ),
        CheckConstraint("variation_id IS NULL OR decided_by_id <> asked_by_id", name="is_approved_by_another"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) "
            "AND (decided_at IS NOT NULL) = (variation_id IS NOT NULL OR refused_because IS NOT NULL) "
            "AND (variation_id IS NULL OR refused_because IS NULL)",
            name="is_approved_or_refused_once",
        ),
        CheckConstraint(
            "(variation_id IS NOT NULL) = (given_before IS NOT NULL) "
            "AND (variation_id IS NOT NULL) = (received_before IS NOT NULL)",
            name="says_what_was_before",
        ),
        UniqueConstraint("variation_id"),
        Index(None, "from_award_id"),
        Index(None, "to_award_id"),
    )

    @property
    def state(self) -> AskedState:
        """Where it stands."""
        return asked_state(self.asked_by_id, self.decided_by_id, self.refused_because)


class VariationShare(Base):
    """What a variation adds to (or, negative, takes from) a line's profile in a quarter, in pounds."""

    __tablename__ = "variation_share"
    variation_id: Mapped[int] = mapped_column(ForeignKey("variation.id"))
    award_line_id: Mapped[int] = mapped_column(ForeignKey("award_line.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)

    variation: Mapped[Variation] = relationship(back_populates="shares")

    __table_args__ = (
        UniqueConstraint("variation_id", "award_line_id", "quarter"),
        is_quarter(),
        Index(None, "award_line_id"),
    )
