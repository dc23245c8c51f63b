"""What every file that somebody attached keeps, whatever it is attached to."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from portfolio.db import Moment
from portfolio.people.models import Person


class AttachedFile:
    """A file as it was sent, with who attached it; its bytes are read only to hand them out."""

    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    """In bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    attached_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    attached_at: Mapped[datetime] = mapped_column(Moment)

    @declared_attr
    def attached_by(cls) -> Mapped[Person]:  # noqa: N805 - SQLAlchemy hands in the class
        """Who attached it."""
        return relationship()
