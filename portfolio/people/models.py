"""People, the roles they hold, and by what they are known: passphrase, second factor, directory account, session."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, column, table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, one_of
from portfolio.people.rules import Role, mark_of
from portfolio.personal import Personal

# A role is held for a partnership or a police area. Those are kept by the funding years' room; here their names do.
csp_names = table("csp", column("id", Integer), column("key", Text), column("name", Text))
police_area_names = table("police_area", column("id", Integer), column("code", Text), column("name", Text))


class Person(Personal, Base):
    """Someone who signs in; never deleted, only disabled, because their name stands in the record.

    Long after they left, their name and address are replaced by a pseudonym (`removed_at`).
    """

    __tablename__ = "person"
    email: Mapped[str] = mapped_column(String(254), info={"personal": True})
    name: Mapped[str] = mapped_column(Text, info={"personal": True})
    password_hash: Mapped[str | None] = mapped_column(Text, info={"secret": True})
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)
    whose: ClassVar[str] = "id"

    roles: Mapped[list["RoleHeld"]] = relationship(back_populates="person", lazy="selectin", order_by="RoleHeld.id")

    __table_args__ = (UniqueConstraint("email"),)

    @property
    def mark(self) -> str:
        """How the record names them."""
        return mark_of(self.id)


class RoleHeld(Base):
    """One role of one person, for one partnership or one police area where the role needs one, and its dates.

    With a directory group, it is held for as long as the council's directory says so at sign-in.
    """

    __tablename__ = "role_held"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    csp_id: Mapped[int | None] = mapped_column(ForeignKey("csp.id"))
    police_area_id: Mapped[int | None] = mapped_column(ForeignKey("police_area.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    directory_group: Mapped[str | None] = mapped_column(Text)

    person: Mapped[Person] = relationship(back_populates="roles")

    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="ends_after_it_starts"),
        Index(None, "person_id"),
    )


class Purpose(StrEnum):
    """What a link that is sent by e-mail is for."""

    INVITATION = "invitation"
    RESET = "reset"


class Link(Base):
    """A link sent to somebody, good once and for a while; only the digest of its key is kept."""

    __tablename__ = "link"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[Purpose] = mapped_column(one_of(Purpose, "purpose"))
    key_hash: Mapped[str] = mapped_column(String(64), info={"secret": True})
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("key_hash"), Index(None, "person_id"))


class SecondFactor(Base):
    """Somebody's authenticator app, from when it showed its first code.

    Its secret is derived from the site's key and this number, and kept nowhere.
    """

    __tablename__ = "second_factor"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    nonce: Mapped[str] = mapped_column(String(64), info={"secret": True})
    confirmed_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("person_id"),)


class RecoveryCode(Base):
    """A code for the day the telephone is lost; good once, kept as its digest."""

    __tablename__ = "recovery_code"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64), info={"secret": True})
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("person_id", "code_hash"),)


class UsedCode(Base):
    """The time step of an app's code that was used: the same code opens nothing twice."""

    __tablename__ = "used_code"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    step: Mapped[int]

    __table_args__ = (UniqueConstraint("person_id", "step"), {"info": {"passing": True}})


class Identity(Personal, Base):
    """Whom a council's directory means by one of its accounts."""

    __tablename__ = "identity"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(300), info={"personal": True})

    __table_args__ = (UniqueConstraint("issuer", "subject"), Index(None, "person_id"))


class DirectoryVisit(Base):
    """Somebody sent to the directory, and not back yet: the digest of what they bring back, good once."""

    __tablename__ = "directory_visit"
    state_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("state_hash"), {"info": {"passing": True}})


class WebSession(Base):
    """Somebody signed in on one browser; its cookie holds the key of which this keeps the digest."""

    __tablename__ = "web_session"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key_hash: Mapped[str] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(300))
    awaits_code: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("key_hash"), Index(None, "person_id"), {"info": {"passing": True}})


class CalendarAddress(Base):
    """One address of one person, good until it is revoked, under which a calendar program fetches their deadlines.

    Its key is derived from the nonce, and kept as a digest.
    """

    __tablename__ = "calendar_address"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    nonce: Mapped[str] = mapped_column(String(64), info={"secret": True})
    key_hash: Mapped[str] = mapped_column(String(64), info={"secret": True})
    made_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("key_hash"), Index(None, "person_id"))


class PersonalReading(Base):
    """Somebody was shown personal data of others: whose stands in `about`, when in its entry of the history."""

    __tablename__ = "personal_reading"
    reader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "reader_id"), {"info": {"changes_nothing": True}})


class SignInOutcome(StrEnum):
    """How an attempt to sign in ended."""

    SIGNED_IN = "signed in"
    REFUSED = "wrong e-mail address or passphrase"
    AWAITS_CODE = "right passphrase, no code"
    WRONG_CODE = "wrong code"
    TOO_SOON = "too soon after others"
    ASKED = "asked for a new passphrase"
    NOT_LET_IN = "known to the directory, not let in here"


class SignInAttempt(Base):
    """An attempt to sign in: what throttling counts, and where the last sign-in is read from."""

    __tablename__ = "sign_in_attempt"
    at: Mapped[datetime] = mapped_column(Moment)
    email: Mapped[str] = mapped_column(String(254))
    address: Mapped[str] = mapped_column(String(45))
    browser: Mapped[str] = mapped_column(String(300))
    known_browser: Mapped[bool]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[SignInOutcome] = mapped_column(one_of(SignInOutcome, "outcome"))

    __table_args__ = (
        Index(None, "at"),
        Index(None, "email", "at"),
        Index(None, "address", "at"),
        Index(None, "person_id"),
        {"info": {"passing": True}},
    )
