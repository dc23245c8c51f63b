"""The private address under which somebody's calendar program fetches their deadlines."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.db import Base, Moment


class CalendarAddress(Base):
    """One address of one person, good until it is revoked; its key is derived from the nonce, and kept as a digest."""

    __tablename__ = "calendar_address"
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    nonce: Mapped[str] = mapped_column(String(64), info={"secret": True})
    key_hash: Mapped[str] = mapped_column(String(64), info={"secret": True})
    made_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (UniqueConstraint("key_hash"), Index(None, "person_id"))
