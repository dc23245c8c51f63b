"""Interests declared in proposals; what each assessor scored, what the panel agreed, and what that comes to."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.assessment.rules import AssessmentStatus
from portfolio.db import Base, Moment, Percent, one_of, unique_where
from portfolio.funding_years.models import CSP
from portfolio.people.models import Person
from portfolio.personal import Personal
from portfolio.proposals.models import Criterion, Gate, Proposal


class Interest(Personal, Base):
    """A declared interest of somebody in a proposal: they neither score nor decide it."""

    __tablename__ = "interest"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    nature: Mapped[str] = mapped_column(Text, info={"personal": True})
    declared_on: Mapped[date]

    proposal: Mapped[Proposal] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("proposal_id", "person_id"),)


class Assessment(Base):
    """What one assessor of one partnership thinks of a proposal: theirs alone until it is submitted."""

    __tablename__ = "assessment"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    assessor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    status: Mapped[AssessmentStatus] = mapped_column(one_of(AssessmentStatus, "status"))
    comment: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)

    proposal: Mapped[Proposal] = relationship()
    csp: Mapped[CSP] = relationship()
    assessor: Mapped[Person] = relationship()
    scores: Mapped[list["Score"]] = relationship(
        back_populates="assessment", order_by="Score.criterion_id", cascade="all, delete-orphan"
    )
    gates: Mapped[list["GateAnswer"]] = relationship(
        back_populates="assessment", order_by="GateAnswer.gate_id", cascade="all, delete-orphan"
    )

    __table_args__ = (UniqueConstraint("proposal_id", "csp_id", "assessor_id"), Index(None, "assessor_id"))


class Score(Base):
    """An assessor's points for a criterion, and why; empty in a draft where neither is there yet."""

    __tablename__ = "score"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    points: Mapped[int | None]
    justification: Mapped[str | None] = mapped_column(Text)

    assessment: Mapped[Assessment] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()

    __table_args__ = (
        UniqueConstraint("assessment_id", "criterion_id"),
        CheckConstraint("points >= 0", name="is_not_negative"),
    )


class GateAnswer(Base):
    """Whether an assessor finds that a proposal passes a gate, and why not; None in a draft is not said yet."""

    __tablename__ = "gate_answer"
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    gate_id: Mapped[int] = mapped_column(ForeignKey("gate.id"))
    passed: Mapped[bool | None]
    reason: Mapped[str | None] = mapped_column(Text)

    assessment: Mapped[Assessment] = relationship(back_populates="gates")
    gate: Mapped[Gate] = relationship()

    __table_args__ = (UniqueConstraint("assessment_id", "gate_id"),)


class Moderation(Base):
    """What a partnership's panel agreed on a proposal; never changed, only superseded by a later one."""

    __tablename__ = "moderation"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    passes_gates: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    moderated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    moderated_at: Mapped[datetime] = mapped_column(Moment)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("moderation.id"))

    proposal: Mapped[Proposal] = relationship()
    csp: Mapped[CSP] = relationship()
    moderated_by: Mapped[Person] = relationship()
    scores: Mapped[list["ModeratedScore"]] = relationship(
        back_populates="moderation", order_by="ModeratedScore.criterion_id"
    )

    __table_args__ = (
        UniqueConstraint("supersedes_id"),
        unique_where("uq_moderation_first", "proposal_id", "csp_id", where="supersedes_id IS NULL"),
        Index(None, "proposal_id"),
    )


class ModeratedScore(Base):
    """The points that a panel agreed for a criterion, and why they differ from what the assessors gave."""

    __tablename__ = "moderated_score"
    moderation_id: Mapped[int] = mapped_column(ForeignKey("moderation.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    points: Mapped[int]
    reason: Mapped[str | None] = mapped_column(Text)

    moderation: Mapped[Moderation] = relationship(back_populates="scores")
    criterion: Mapped[Criterion] = relationship()

    __table_args__ = (
        UniqueConstraint("moderation_id", "criterion_id"),
        CheckConstraint("points >= 0", name="is_not_negative"),
    )


class PanelScore(Base):
    """What a partnership's assessments of a proposal come to: kept beside them, in the same transaction, for lists.

    `percent` is the weighted score in per cent of the best there is: what the panel agreed, or else the mean of the
    assessors. `spread` is the difference between the highest and the lowest assessor, in per cent.
    """

    __tablename__ = "panel_score"
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    percent: Mapped[Decimal] = mapped_column(Percent)
    spread: Mapped[Decimal] = mapped_column(Percent)
    passes_gates: Mapped[bool]
    moderated: Mapped[bool]
    assessors: Mapped[int]

    proposal: Mapped[Proposal] = relationship()
    csp: Mapped[CSP] = relationship()

    __table_args__ = (UniqueConstraint("proposal_id", "csp_id"), Index(None, "csp_id"))
