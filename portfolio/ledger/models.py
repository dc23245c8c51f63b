"""The council's ledger as it was taken over: how it is read, its extracts and transactions, and timing differences."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portfolio.db import Base, Moment, Pence, QuarterOfYear, is_quarter
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, CostCategory, FundingYear, PoliceArea
from portfolio.people.models import Person
from portfolio.quarters import Quarter


class LedgerMapping(Base):
    """Which columns of a ledger hold what, counted from 1; known again in a police area by the ledger's headings."""

    __tablename__ = "ledger_mapping"
    police_area_id: Mapped[int] = mapped_column(ForeignKey("police_area.id"))
    headings_sha256: Mapped[str] = mapped_column(String(64))
    headings: Mapped[str] = mapped_column(Text)
    date_column: Mapped[int]
    centre_column: Mapped[int]
    account_column: Mapped[int]
    amount_column: Mapped[int | None]
    debit_column: Mapped[int | None]
    credit_column: Mapped[int | None]
    description_column: Mapped[int | None]
    reference_column: Mapped[int | None]

    police_area: Mapped[PoliceArea] = relationship()

    __table_args__ = (
        UniqueConstraint("police_area_id", "headings_sha256"),
        CheckConstraint(
            "(amount_column IS NULL) = (debit_column IS NOT NULL) AND (debit_column IS NULL) = (credit_column IS NULL)",
            name="has_an_amount",
        ),
    )


class LedgerAccount(Base):
    """Which cost category of a programme an account code of a police area's ledger is; none: it is no spend."""

    __tablename__ = "ledger_account"
    police_area_id: Mapped[int] = mapped_column(ForeignKey("police_area.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str] = mapped_column(Text)
    """As it is compared: without spaces and leading zeros."""
    category_id: Mapped[int | None] = mapped_column(ForeignKey("cost_category.id"))

    category: Mapped[CostCategory | None] = relationship()

    __table_args__ = (UniqueConstraint("police_area_id", "programme_id", "code"),)


class LedgerUpload(Base):
    """The rows of a ledger that somebody sent, until its columns are known and it is taken over or given up."""

    __tablename__ = "ledger_upload"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    csp_id: Mapped[int | None] = mapped_column(ForeignKey("csp.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The rows that hold something, packed: a workbook is opened once, whatever happens to it afterwards."""
    uploaded_at: Mapped[datetime] = mapped_column(Moment)

    funding_year: Mapped[FundingYear] = relationship()
    csp: Mapped[CSP | None] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (Index(None, "funding_year_id"), Index(None, "person_id"), {"info": {"passing": True}})


class LedgerExtract(Base):
    """An extract of a funding year's ledger as it was taken over: of all partnerships, or of one.

    It covers the quarters from its first transaction of the year to its last. Where a newer extract of the same ledger
    covers a quarter, that one counts; this one stays to be seen. Sum and digest prove its transactions.
    """

    __tablename__ = "ledger_extract"
    funding_year_id: Mapped[int] = mapped_column(ForeignKey("funding_year.id"))
    csp_id: Mapped[int | None] = mapped_column(ForeignKey("csp.id"))
    name: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    transactions: Mapped[int]
    total: Mapped[Decimal] = mapped_column(Pence)
    transactions_sha256: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date]
    last_day: Mapped[date]
    first_quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    last_quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_because: Mapped[str | None] = mapped_column(Text)

    funding_year: Mapped[FundingYear] = relationship()
    csp: Mapped[CSP | None] = relationship()
    taken_by: Mapped[Person] = relationship(foreign_keys=taken_by_id)
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by_id)

    __table_args__ = (
        is_quarter("first_quarter"),
        is_quarter("last_quarter"),
        CheckConstraint("first_quarter <= last_quarter", name="covers_a_quarter"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL) "
            "AND (withdrawn_at IS NULL) = (withdrawn_because IS NULL)",
            name="is_withdrawn_by_somebody",
        ),
        Index(None, "funding_year_id"),
    )


class LedgerEntry(Base):
    """One transaction of an extract, in pounds: positive is spent. Many thousands come at once, and none changes."""

    __tablename__ = "ledger_entry"
    extract_id: Mapped[int] = mapped_column(ForeignKey("ledger_extract.id"))
    line: Mapped[int]
    """Its row in the file."""
    posted_on: Mapped[date]
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)
    centre: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    """The cost centre as it is compared: without spaces and leading zeros."""
    account: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)

    extract: Mapped[LedgerExtract] = relationship()

    # All that the sums of a quarter are made of, in their order: they are added up from the index alone.
    __table_args__ = (
        is_quarter(),
        Index(None, "extract_id", "quarter", "code", "account", "centre", "amount"),
        {"info": {"passing": True}},
    )


class LedgerNote(Base):
    """A timing difference, in pounds: booked in one quarter and claimed in another. A wrong one is withdrawn.

    Positive is in the ledger of `quarter` and claimed in `belongs_to`; negative is claimed in `quarter` and in the
    ledger of `belongs_to`.
    """

    __tablename__ = "ledger_note"
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    category_id: Mapped[int] = mapped_column(ForeignKey("cost_category.id"))
    quarter: Mapped[Quarter] = mapped_column(QuarterOfYear)
    belongs_to: Mapped[Quarter] = mapped_column(QuarterOfYear)
    amount: Mapped[Decimal] = mapped_column(Pence)
    reason: Mapped[str] = mapped_column(Text)
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)

    award: Mapped[Award] = relationship()
    category: Mapped[CostCategory] = relationship()
    noted_by: Mapped[Person] = relationship(foreign_keys=noted_by_id)
    withdrawn_by: Mapped[Person | None] = relationship(foreign_keys=withdrawn_by_id)

    __table_args__ = (
        is_quarter(),
        is_quarter("belongs_to"),
        CheckConstraint("quarter <> belongs_to", name="lies_between_two_quarters"),
        CheckConstraint("amount <> 0", name="is_not_zero"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="is_withdrawn_by_somebody"),
        Index(None, "award_id", "quarter"),
    )
