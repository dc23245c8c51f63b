"""Awards that are not published, and why; and what was published, as it was."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, unique_where
from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear
from portfolio.people.models import Person


class Exemption(Base):
    """An award that is left out of what is published, with the reason, until that is ended."""

    __tablename__ = "exemption"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    because: Mapped[str] = mapped_column(Text)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    award: Mapped[Award] = relationship()
    recorded_by: Mapped[Person] = relationship(foreign_keys=recorded_by_id)
    ended_by: Mapped[Person | None] = relationship(foreign_keys=ended_by_id)

    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_by_id IS NULL)", name="is_ended_by_somebody"),
        unique_where("uq_exemption_award", "award_id", where="ended_at IS NULL"),
    )


class Publication(Base):
    """What was published of a funding year, at one moment; a later one takes its place and leaves it as it was."""

    __tablename__ = "publication"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    version: Mapped[int]
    figures: Mapped[str] = mapped_column(String(64))
    """The digest of what it says, whoever publishes it and whenever: the next version must say something else."""
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str | None] = mapped_column(Text)

    funding_year: Mapped[FundingYear] = relationship()
    published_by: Mapped[Person] = relationship()
    files: Mapped[list["PublishedFile"]] = relationship(back_populates="publication", order_by="PublishedFile.id")

    __table_args__ = (UniqueConstraint("funding_year_id", "version"),)


class PublishedFile(Base):
    """One file of a publication, byte for byte."""

    __tablename__ = "published_file"
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(120))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)

    publication: Mapped[Publication] = relationship(back_populates="files")

    __table_args__ = (UniqueConstraint("publication_id", "name"), Index(None, "sha256"))
