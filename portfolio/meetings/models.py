"""Actions that a partnership's meetings agreed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal


class MeetingAction(Base):
    """Something that a meeting agreed should be done, by somebody, by a day; it concerns a proposal, an award, or none.

    It ends once: done, or dropped, with a note that says what came of it.
    """

    __tablename__ = "meeting_action"
    csp_id: Mapped[int] = mapped_column(ForeignKey("csp.id"))
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date]
    body: Mapped[str] = mapped_column(Text)
    met_on: Mapped[date]
    minute: Mapped[str | None] = mapped_column(Text)
    proposal_id: Mapped[int | None] = mapped_column(ForeignKey("proposal.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    ended_on: Mapped[date | None]
    dropped: Mapped[bool]
    """Whether it ended without having been done."""
    note: Mapped[str | None] = mapped_column(Text)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    csp: Mapped[CSP] = relationship()
    owner: Mapped[Person] = relationship(foreign_keys=owner_id)
    proposal: Mapped[Proposal | None] = relationship()
    award: Mapped[Award | None] = relationship()
    recorded_by: Mapped[Person] = relationship(foreign_keys=recorded_by_id)
    ended_by: Mapped[Person | None] = relationship(foreign_keys=ended_by_id)

    @property
    def about(self) -> Proposal | None:
        """The proposal that it concerns, by itself or by its award."""
        return self.award.proposal if self.award else self.proposal

    __table_args__ = (
        CheckConstraint("(ended_on IS NULL) = (ended_by_id IS NULL)", name="is_ended_by_somebody"),
        CheckConstraint("NOT dropped OR (ended_on IS NOT NULL AND note IS NOT NULL)", name="is_dropped_with_a_reason"),
        Index(None, "csp_id", "ended_on"),
        Index(None, "owner_id", "ended_on"),
    )
