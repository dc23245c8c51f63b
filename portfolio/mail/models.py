"""The queue of messages, and which of them somebody had sent again."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.db import Base, Moment, one_of
from portfolio.mail.rules import MessageState


class Message(Base):
    """One message to one address. The key of a link in it is derived from the site's key when it is sent."""

    __tablename__ = "message"
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    link_path: Mapped[str | None] = mapped_column(Text)
    link_nonce: Mapped[str | None] = mapped_column(String(64))
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[MessageState] = mapped_column(one_of(MessageState, "state"))
    queued_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int]
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("message_id"),
        Index(None, "state", "due_at"),
        Index(None, "queued_at"),
        {"info": {"passing": True}},
    )


class SentAgain(Base):
    """Somebody had a message sent again that may have arrived: which one, and how far it was. Who, its history says.

    Messages leave no history, and go after a while; that somebody decided over one stays.
    """

    __tablename__ = "sent_again"
    message_number: Mapped[int]
    was: Mapped[MessageState] = mapped_column(one_of(MessageState, "was"))

    __table_args__ = ({"info": {"changes_nothing": True}},)
