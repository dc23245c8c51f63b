"""Claims: an award's quarter of spend, forecast and progress; and corrections of quarters already returned."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, QuarterOfYear, is_quarter, one_of
from portfolio.decisions.asked import AskedState, asked_state
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CostCategory, Stream
from portfolio.people.attached import AttachedFile
from portfolio.people.models import Person
from portfolio.quarters import Quarter
from portfolio.spend.rules import RAG, ClaimStatus


class Claim(Base):
    """One award's quarter, from draft to locked inside an issued return; `edition` counts its saves."""

    __tablename__ = "claim"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    status: Mapped[ClaimStatus] = mapped_column(one_of(ClaimStatus, "status"))
    edition: Mapped[int]
    match_spent: Mapped[Decimal | None] = mapped_column(Pence)
    """Match spent in the quarter, in pounds; only a claim that its lead is still writing may have none."""
    narrative: Mapped[str | None] = mapped_column(Text)
    outputs: Mapped[str | None] = mapped_column(Text)
    risks: Mapped[str | None] = mapped_column(Text)
    delivery_rag: Mapped[RAG | None] = mapped_column(one_of(RAG, "delivery_rag"))
    spend_rag: Mapped[RAG | None] = mapped_column(one_of(RAG, "spend_rag"))
    variance_explanation: Mapped[str | None] = mapped_column(Text)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None] = mapped_column(Moment)

    award: Mapped[Award] = relationship()
    submitted_by: Mapped[Person | None] = relationship(foreign_keys=submitted_by_id)
    approved_by: Mapped[Person | None] = relationship(foreign_keys=approved_by_id)
    lines: Mapped[list["ClaimLine"]] = relationship(
        back_populates="claim", order_by="ClaimLine.id", cascade="all, delete-orphan"
    )
    forecasts: Mapped[list["Forecast"]] = relationship(
        back_populates="claim", order_by="Forecast.quarter", cascade="all, delete-orphan"
    )
    queries: Mapped[list["ClaimQuery"]] = relationship(back_populates="claim", order_by="ClaimQuery.id")

    __table_args__ = (
        UniqueConstraint("award_id", "quarter"),
        is_quarter(),
        CheckConstraint("match_spent IS NOT NULL OR status IN ('draft', 'queried')", name="says_what_match_was_spent"),
        Index(None, "quarter", "status"),
    )


class ClaimLine(Base):
    """What was spent in a claim's quarter of one stream on one category, in pounds; negative is a refund."""

    __tablename__ = "claim_line"
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("cost_category.id"))
    amount: Mapped[Decimal] = mapped_column(Pence)
    description: Mapped[str | None] = mapped_column(Text)
    transaction: Mapped[str | None] = mapped_column(String(120))
    accrued: Mapped[Decimal | None] = mapped_column(Pence)
    """How much of the amount was received and not yet paid when the quarter ended, in pounds; None: nothing was."""

    claim: Mapped[Claim] = relationship(back_populates="lines")
    stream: Mapped[Stream] = relationship()
    category: Mapped[CostCategory] = relationship()

    __table_args__ = (
        Index(None, "claim_id"),
        Index(None, "transaction"),
        CheckConstraint("accrued BETWEEN 0 AND amount", name="accrued_is_part_of_the_amount"),
    )


class Forecast(Base):
    """What a claim expects to be spent of a stream in a later quarter, in pounds."""

    __tablename__ = "forecast"
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)

    claim: Mapped[Claim] = relationship(back_populates="forecasts")
    stream: Mapped[Stream] = relationship()

    __table_args__ = (UniqueConstraint("claim_id", "stream_id", "quarter"), is_quarter())


class ClaimQuery(Base):
    """A question that finance put to a claim or to one of its lines, and the lead's answer; threads follow on."""

    __tablename__ = "claim_query"
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stream_id: Mapped[int | None] = mapped_column(ForeignKey("stream.id"))
    """With the category, the line that is asked about; without both, the claim as a whole."""
    category_id: Mapped[int | None] = mapped_column(ForeignKey("cost_category.id"))
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("claim_query.id"))
    """The question before it in the same thread."""

    claim: Mapped[Claim] = relationship(back_populates="queries")
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    answered_by: Mapped[Person | None] = relationship(foreign_keys=answered_by_id)
    stream: Mapped[Stream | None] = relationship()
    category: Mapped[CostCategory | None] = relationship()

    __table_args__ = (Index(None, "claim_id"),)


class Correction(Base):
    """A signed adjustment, in pounds, of a quarter already returned, counted in the quarter it is entered in."""

    __tablename__ = "correction"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("cost_category.id"))
    corrects: Mapped[Quarter] = mapped_column(QuarterOfYear)
    entered_in: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)
    reason: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Moment)

    award: Mapped[Award] = relationship()
    stream: Mapped[Stream] = relationship()
    category: Mapped[CostCategory] = relationship()

    __table_args__ = (
        is_quarter("corrects"),
        is_quarter("entered_in"),
        CheckConstraint("corrects < entered_in", name="corrects_an_earlier_quarter"),
        CheckConstraint("amount <> 0", name="is_not_zero"),
        Index(None, "award_id", "entered_in"),
    )


class CorrectionRequest(Base):
    """A correction as somebody asked for it, until somebody else approves or refuses it; only then it counts."""

    __tablename__ = "correction_request"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("cost_category.id"))
    corrects: Mapped[Quarter] = mapped_column(QuarterOfYear)
    entered_in: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)
    reason: Mapped[str] = mapped_column(Text)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    refused_because: Mapped[str | None] = mapped_column(Text)
    correction_id: Mapped[int | None] = mapped_column(ForeignKey("correction.id"))
    """The correction that it became when it was approved."""

    @property
    def state(self) -> AskedState:
        """Whether it waits, counts, or was refused or withdrawn."""
        return asked_state(self.asked_by_id, self.decided_by_id, self.refused_because)

    award: Mapped[Award] = relationship()
    stream: Mapped[Stream] = relationship()
    category: Mapped[CostCategory] = relationship()
    asked_by: Mapped[Person] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[Person | None] = relationship(foreign_keys=decided_by_id)
    correction: Mapped[Correction | None] = relationship()

    __table_args__ = (
        is_quarter("corrects"),
        is_quarter("entered_in"),
        CheckConstraint("corrects < entered_in", name="corrects_an_earlier_quarter"),
        CheckConstraint("amount <> 0", name="is_not_zero"),
        CheckConstraint("correction_id IS NULL OR decided_by_id <> asked_by_id", name="is_approved_by_another"),
        CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL) "
            "AND (decided_at IS NOT NULL) = (correction_id IS NOT NULL OR refused_because IS NOT NULL) "
            "AND (correction_id IS NULL OR refused_because IS NULL)",
            name="is_approved_or_refused_once",
        ),
        UniqueConstraint("correction_id"),
        Index(None, "award_id", "entered_in"),
    )


class Evidence(AttachedFile, Base):
    """A file that proves what a claim says."""

    __tablename__ = "evidence"
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))

    claim: Mapped[Claim] = relationship()
    lines: Mapped[list["EvidenceLine"]] = relationship(
        back_populates="evidence", order_by="EvidenceLine.id", cascade="all, delete-orphan"
    )

    __table_args__ = (UniqueConstraint("claim_id", "sha256"), Index(None, "sha256"))


class EvidenceLine(Base):
    """A line of the claim that a piece of evidence is for, by stream and category."""

    __tablename__ = "evidence_line"
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    stream_id: Mapped[int] = mapped_column(ForeignKey("stream.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("cost_category.id"))

    evidence: Mapped[Evidence] = relationship(back_populates="lines")
    stream: Mapped[Stream] = relationship()
    category: Mapped[CostCategory] = relationship()

    __table_args__ = (UniqueConstraint("evidence_id", "stream_id", "category_id"),)


class WorkbookUpload(Base):
    """A claim's workbook as somebody sent it, until they confirm what it would change, or send another."""

    __tablename__ = "workbook_upload"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    """The one award it was sent for; None where it was sent for all that its sender leads."""
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (is_quarter(), Index(None, "person_id"), {"info": {"passing": True}})


class Reminder(Base):
    """A lead was reminded of an award's quarter on an occasion (`14 days before`): never twice."""

    __tablename__ = "reminder"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    occasion: Mapped[str] = mapped_column(String(60))
    queued_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("award_id", "quarter", "person_id", "occasion"),
        is_quarter(),
        {"info": {"passing": True}},
    )


class LockedQuarter(Base):
    """A partnership's quarter that stands in an issued return: no claim of it changes, or comes to it, any more."""

    __tablename__ = "locked_quarter"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    because: Mapped[str] = mapped_column(Text)
    locked_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("funding_year_id", "csp_id", "quarter"), is_quarter())
