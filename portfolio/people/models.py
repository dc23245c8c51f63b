"""People and the roles they hold."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, column, table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, one_of
from portfolio.people.rules import Role

# A role is held for a partnership or a police area. Those are kept by the funding years' room; here their names do.
csp_names = table("csp", column("id", Integer), column("name", Text))
police_area_names = table("police_area", column("id", Integer), column("name", Text))


class Person(Base):
    """Someone who signs in; never deleted, only disabled, because their name stands in the record."""

    __tablename__ = "person"
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text, info={"secret": True})
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)

    roles: Mapped[list["RoleHeld"]] = relationship(back_populates="person", lazy="selectin", order_by="RoleHeld.id")

    __table_args__ = (UniqueConstraint("email"),)


class RoleHeld(Base):
    """One role of one person, for one partnership or one police area where the role needs one, and its dates."""

    __tablename__ = "role_held"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    csp_id: Mapped[int | None] = mapped_column(ForeignKey("csp.id"))
    police_area_id: Mapped[int | None] = mapped_column(ForeignKey("police_area.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    person: Mapped[Person] = relationship(back_populates="roles")

    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="ends_after_it_starts"),
        Index(None, "person_id"),
    )
