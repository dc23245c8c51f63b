"""Who read what is personal."""

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from portfolio.db import Base


class PersonalReading(Base):
    """Somebody was shown personal data of others: when stands in its entry of the history."""

    __tablename__ = "personal_reading"
    reader_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index(None, "reader_id"),)
