"""A funder's form: its blanks, one a year or so; which figures go where in one, in versions; and what was filled."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, one_of
from portfolio.funding_years.models import PoliceArea, Programme
from portfolio.people.attached import AttachedFile
from portfolio.people.models import Person
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind


class FunderForm(Base):
    """A workbook that a funder sends to be filled, for one programme in one police area, and which return fills it."""

    __tablename__ = "funder_form"
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    police_area_id: Mapped[int] = mapped_column(ForeignKey("police_area.id"))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ReturnKind] = mapped_column(one_of(ReturnKind, "kind"))

    programme: Mapped[Programme] = relationship()
    police_area: Mapped[PoliceArea] = relationship()
    blanks: Mapped[list["FormBlank"]] = relationship(back_populates="form", order_by="FormBlank.version")

    __table_args__ = (UniqueConstraint("police_area_id", "name"),)


class FormBlank(AttachedFile, Base):
    """One edition of a form as the funder sent it, byte for byte; next year's is the next version."""

    __tablename__ = "form_blank"
    form_id: Mapped[int] = mapped_column(ForeignKey("funder_form.id"))
    version: Mapped[int]
    label: Mapped[str] = mapped_column(String(120))
    """What people call the edition, such as 2025/26."""

    form: Mapped[FunderForm] = relationship(back_populates="blanks")
    bindings: Mapped[list["FormBinding"]] = relationship(back_populates="blank", order_by="FormBinding.version")

    __table_args__ = (UniqueConstraint("form_id", "version"),)


class FormBinding(Base):
    """Which figure goes into which cell of a blank, as canonical JSON: changed until it is confirmed, then never."""

    __tablename__ = "form_binding"
    blank_id: Mapped[int] = mapped_column(ForeignKey("form_blank.id"))
    version: Mapped[int]
    edition: Mapped[int]
    """Counts the saves of a draft."""
    content: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    """Why there is a version after the first."""
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)

    blank: Mapped[FormBlank] = relationship(back_populates="bindings")
    made_by: Mapped[Person] = relationship(foreign_keys=made_by_id)
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=confirmed_by_id)

    __table_args__ = (
        UniqueConstraint("blank_id", "version"),
        CheckConstraint("(confirmed_at IS NULL) = (confirmed_by_id IS NULL)", name="is_confirmed_by_somebody"),
    )


class FilledForm(Base):
    """A form as it was filled from an issued return: its bytes never change."""

    __tablename__ = "filled_form"
    binding_id: Mapped[int] = mapped_column(ForeignKey("form_binding.id"))
    return_id: Mapped[int] = mapped_column(ForeignKey("return.id"))
    file_name: Mapped[str] = mapped_column(Text)
    file: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    file_sha256: Mapped[str] = mapped_column(String(64))
    filled_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    filled_at: Mapped[datetime] = mapped_column(Moment)

    binding: Mapped[FormBinding] = relationship()
    of: Mapped[Return] = relationship()
    filled_by: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "return_id"), Index(None, "binding_id"))
